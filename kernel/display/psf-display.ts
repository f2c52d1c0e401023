import { toBase64 } from '#core'
import { GaussianPsf, LinearCombinationPsf, previewPng, type Psf } from '#image'
import type { DisplayData } from '../protocol/threads.ts'
import { numberText } from './text.ts'

const SIGMA_TO_FWHM = 2.3548

/** A PSF: its width in words, its kernel as a picture. */
export function showPsf(value: unknown): Promise<DisplayData> | undefined {
  return value instanceof GaussianPsf || value instanceof LinearCombinationPsf
    ? Promise.resolve(psfDisplay(value))
    : undefined
}

function psfDisplay(psf: Psf): DisplayData {
  const kernel = psf.kernelImage()
  const png = toBase64(previewPng(kernel, { stretch: 'asinh' }))
  const fwhm = numberText(psf.sigmaAt() * SIGMA_TO_FWHM)
  const text = `${psf.kind} PSF, ${kernel.width} × ${kernel.height} px, FWHM ${fwhm} px`
  return {
    data: { 'text/plain': text, 'image/png': png },
    metadata: { 'image/png': { width: 205, height: 205 } },
  }
}

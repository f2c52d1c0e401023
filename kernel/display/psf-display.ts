import { GaussianPsf, LinearCombinationPsf, type Psf } from '#image'
import type { DisplayData } from '../protocol/threads.ts'
import { fact, pictureOf } from './facts.ts'
import { recordData } from './record.ts'
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
  const sigma = psf.sigmaAt()
  const facts = [
    ...fact('FWHM', `${numberText(sigma * SIGMA_TO_FWHM, 4)} px`),
    ...fact('sigma', `${numberText(sigma, 4)} px`),
    ...fact('kernel', `${kernel.width} × ${kernel.height} px`),
  ]
  return recordData({
    title: 'PSF',
    subtitle: psf.kind,
    facts,
    picture: pictureOf(kernel, 'Kernel', 'asinh'),
  })
}

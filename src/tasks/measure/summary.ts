import type { Exposure } from '#image'
import type { Catalog } from '#table'
import type { MeasureFrameOptions } from './options.ts'

/** The numbers one wants to see of a measured frame. */
export interface FrameSummary {
  readonly width: number
  readonly height: number
  readonly sources: number
  readonly pointSources: number
  /** Stars the PSF was modelled from; 0 when it was given or is a plain Gaussian. */
  readonly psfStars: number
  /** FWHM of the PSF, pixels; arcseconds when there is a WCS. */
  readonly fwhm: number
  readonly fwhmArcsec?: number
  /** Median sky and its noise a pixel, counts. */
  readonly sky: number
  readonly skySigma: number
  /** PSF flux of a point source of S/N 5, counts; magnitude with a zero point. */
  readonly limitingFlux: number
  readonly limitingMag?: number
  readonly seconds: number
}

const SIGMA_TO_FWHM = 2 * Math.sqrt(2 * Math.LN2)

export function summarize(
  exposure: Exposure,
  sources: Catalog,
  about: {
    readonly psfStars: number
    readonly sky: number
    readonly skySigma: number
    readonly seconds: number
    readonly options: MeasureFrameOptions
  },
): FrameSummary {
  const { width, height, center } = { ...sizeOf(exposure), center: exposure.bbox.center }
  const sigma = exposure.psf?.sigmaAt(center) ?? Number.NaN
  const scale = exposure.wcs?.pixelScaleAt(center.x, center.y)
  const limitingFlux = 5 * Math.sqrt(4 * Math.PI) * sigma * about.skySigma
  const { zeroPoint } = about.options
  return {
    width,
    height,
    sources: sources.numRows,
    pointSources: sources.f64('extendedness').reduce((n, v) => n + (v === 0 ? 1 : 0), 0),
    psfStars: about.psfStars,
    fwhm: SIGMA_TO_FWHM * sigma,
    ...(scale && { fwhmArcsec: SIGMA_TO_FWHM * sigma * scale.arcseconds }),
    sky: about.sky,
    skySigma: about.skySigma,
    limitingFlux,
    ...(zeroPoint !== undefined && { limitingMag: zeroPoint - 2.5 * Math.log10(limitingFlux) }),
    seconds: about.seconds,
  }
}

const sizeOf = ({ bbox }: Exposure) => ({ width: bbox.width, height: bbox.height })

/** The summary as a few lines of text. */
export function formatSummary(name: string, s: FrameSummary): string {
  const arcsec = s.fwhmArcsec === undefined ? '' : ` (${s.fwhmArcsec.toFixed(2)}")`
  const limit = s.limitingMag === undefined ? '' : `, ${s.limitingMag.toFixed(2)} mag`
  const stars = s.psfStars > 0 ? `PSF from ${s.psfStars} stars` : 'PSF given or Gaussian'
  return [
    `${name}: ${s.width} × ${s.height} pixels, ${s.sources} sources, ${s.pointSources} of them points`,
    `  FWHM ${s.fwhm.toFixed(2)} pixels${arcsec}, ${stars}`,
    `  sky ${s.sky.toFixed(2)} ± ${s.skySigma.toFixed(2)} counts a pixel; 5 sigma: ${s.limitingFlux.toFixed(1)} counts${limit}`,
    `  ${s.seconds.toFixed(1)} s`,
  ].join('\n')
}

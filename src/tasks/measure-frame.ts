import {
  applyApCorr,
  apertureName,
  circularApertureFlux,
  classifyExtendedness,
  DEFAULT_SLOTS,
  detectSources,
  findCosmicRays,
  fitBackground,
  footprintCentroid,
  gaussianFlux,
  kronFlux,
  measureApCorr,
  measureSources,
  pixelFlags,
  psfFlux,
  sdssCentroid,
  sdssShape,
  splitFootprint,
  subtractBackground,
} from '#algo'
import { type Context, defaultContext, type Logger } from '#core'
import { BackgroundList, type Exposure, type Footprint, PhotoCalib, type Psf } from '#image'
import type { Catalog } from '#table'
import { frameCatalog } from './measure/frame-catalog.ts'
import { estimatePsf } from './measure/frame-psf.ts'
import { DEFAULT_MEASURE_FRAME, type MeasureFrameOptions } from './measure/options.ts'
import { backgroundOptions, cellSize, fillBad, prepareFrame } from './measure/prepare.ts'
import { type FrameSummary, summarize } from './measure/summary.ts'

/** What is known of a frame after measuring it. */
export interface FrameResult {
  /** Background-subtracted pixels with mask, variance, PSF and aperture corrections. */
  readonly exposure: Exposure
  readonly sources: Catalog
  readonly backgrounds: BackgroundList
  readonly summary: FrameSummary
}

const STEPS = 5
/** Aperture that the other fluxes are made to agree with: the smallest of at least this many σ of the PSF. */
const REFERENCE_SIGMAS = 5.5

/**
 * Find and measure the sources of any calibrated frame, without a repository: background, PSF from the frame's own stars
 * (or the exposure's), detection, splitting of blends, positions, shapes, fluxes, aperture corrections.
 * Variance is taken from the exposure where it has one, else made from the sky noise and the gain. The input is not changed.
 * @throws FirstlightError 'algo/no-good-pixels', 'algo/constant-image'
 */
export function measureFrame(
  input: Exposure,
  options: Partial<MeasureFrameOptions> = {},
  context: Context = defaultContext(),
): FrameResult {
  const o: MeasureFrameOptions = { ...DEFAULT_MEASURE_FRAME, ...options }
  const { log, progress, signal } = context
  const began = performance.now()
  const bar = progress.start('measure', STEPS)
  const frame = prepareFrame(input, o)
  let { exposure } = frame
  bar.advance(1, 'background')
  signal.throwIfAborted()
  const { psf, stars } = input.psf ? { psf: input.psf, stars: 0 } : estimatePsf(exposure, log)
  exposure = exposure.with({ psf })
  if (o.cosmicRays) removeCosmicRays(exposure, psf, o.seed, log)
  bar.advance(1, 'PSF')
  signal.throwIfAborted()
  const { footprints, blended, backgrounds } = detect(exposure, psf, frame.backgrounds, o)
  log.info(`Detected ${footprints.length} sources to ${o.threshold} sigma`)
  bar.advance(1, 'detection')
  const radius = referenceRadius(o.radii, psf.sigmaAt())
  let sources = measureSources(
    exposure.maskedImage,
    footprints,
    {
      psf,
      plugins: plugins(o),
      seed: o.seed,
      slots: DEFAULT_SLOTS,
      ...(exposure.wcs && { wcs: exposure.wcs }),
    },
    { signal, progress },
  )
  bar.advance(1, 'measurement')
  const corrected = correctApertures(exposure, sources, radius)
  exposure = corrected.exposure
  sources = classifyExtendedness(corrected.sources)
  if (o.zeroPoint !== undefined)
    exposure = exposure.with({ photoCalib: PhotoCalib.fromFluxMag0(10 ** (0.4 * o.zeroPoint)) })
  const catalog = frameCatalog(sources, {
    ...(exposure.wcs && { wcs: exposure.wcs }),
    apertureRadius: radius,
    blended,
    ...(o.zeroPoint !== undefined && { zeroPoint: o.zeroPoint }),
  })
  bar.end()
  const summary = summarize(exposure, catalog, {
    psfStars: stars,
    sky: frame.sky,
    skySigma: frame.skySigma,
    seconds: (performance.now() - began) / 1000,
    options: o,
  })
  return { exposure, sources: catalog, backgrounds, summary }
}

const plugins = ({ radii, maxSincRadius }: MeasureFrameOptions) => [
  sdssCentroid(),
  footprintCentroid(),
  sdssShape(),
  pixelFlags(),
  psfFlux(),
  gaussianFlux(),
  kronFlux(),
  circularApertureFlux({ radii, maxSincRadius }),
]

function removeCosmicRays({ maskedImage }: Exposure, psf: Psf, seed: bigint, log: Logger): void {
  const { count } = findCosmicRays(maskedImage, psf, { seed, condition3Fraction: 0.4, maxPixels: 1_000_000 })
  log.info(`Identified ${count} cosmic rays.`)
}

/** Mask everything found, subtract the background again, find once more, and split blends. */
function detect(exposure: Exposure, psf: Psf, before: BackgroundList, o: MeasureFrameOptions) {
  const { maskedImage } = exposure
  const sigma = psf.sigmaAt()
  const search = () =>
    detectSources(maskedImage, {
      sigma,
      thresholdType: 'pixel_stdev',
      threshold: o.threshold,
      minPixels: o.minPixels,
      nSigmaToGrow: 1,
      reEstimateBackground: false,
      searchBorder: true,
    })
  search()
  const { background } = fitBackground(maskedImage, backgroundOptions(cellSize(maskedImage, o)))
  subtractBackground(maskedImage, background)
  fillBad(maskedImage)
  const found = search()
  const parts: Footprint[] = []
  const blended: number[] = []
  for (const footprint of found.positive) {
    const split = splitFootprint(found.smoothed, footprint, {
      contrast: o.deblendContrast,
      minPixels: o.minPixels,
    })
    for (const part of split) {
      parts.push(part)
      blended.push(split.length > 1 ? 1 : 0)
    }
  }
  return { footprints: parts, blended: Uint8Array.from(blended), backgrounds: before.append(background) }
}

function referenceRadius(radii: readonly number[], sigma: number): number {
  const sorted = [...radii].sort((a, b) => a - b)
  return sorted.find((r) => r >= REFERENCE_SIGMAS * sigma) ?? sorted[sorted.length - 1]!
}

/** Make PSF and Gaussian fluxes agree with the reference aperture, where bright unblended stars show by how much. */
function correctApertures(exposure: Exposure, sources: Catalog, radius: number) {
  const [flux, error] = [sources.f64('base_PsfFlux_instFlux'), sources.f64('base_PsfFlux_instFluxErr')]
  const bad = [
    'base_PixelFlags_flag_saturated',
    'base_PixelFlags_flag_bad',
    'base_PsfFlux_flag',
    'base_SdssShape_flag',
  ]
  const sigma = exposure.psf!.sigmaAt()
  const [xx, yy] = [sources.f64('base_SdssShape_xx'), sources.f64('base_SdssShape_yy')]
  const pointLike = (i: number) => Math.abs(Math.sqrt((xx[i]! + yy[i]!) / 2) / sigma - 1) < 0.1
  const stars = Int32Array.from([...flux.keys()]).filter(
    (i) => flux[i]! > 50 * error[i]! && bad.every((name) => sources.bool(name)[i] === 0) && pointLike(i),
  )
  const fields = ['base_GaussianFlux', 'base_PsfFlux']
  if (stars.length < 5) return { exposure, sources }
  const { map } = measureApCorr(sources, stars, fields, exposure.bbox, {
    referenceFlux: apertureName(radius),
    order: stars.length < 30 ? 0 : 2,
    allowFailure: fields,
  })
  const good = fields.filter((name) => map.has(`${name}_instFlux`))
  return { exposure: exposure.with({ apCorrMap: map }), sources: applyApCorr(sources, map, good) }
}

import {
  cutCandidate,
  detectSources,
  determinePsf,
  measureSources,
  pixelFlags,
  psfFlux,
  sdssCentroid,
  sdssShape,
  splitFootprint,
} from '#algo'
import type { Logger } from '#core'
import { type Exposure, type Footprint, GaussianPsf, type Psf } from '#image'
import { percentile } from '#math'
import type { Catalog } from '#table'

export interface FramePsf {
  readonly psf: Psf
  /** Stars of the model; 0 when it is a Gaussian of the sources' median size. */
  readonly stars: number
}

/** σ of the first search, px: finds sharp and blurred stars alike. */
const FIRST_SIGMA = 1.5
const SIGNAL_TO_NOISE = 25
/** Most stars that are modelled: brighter ones first. */
const MOST_STARS = 300
/** Narrower objects are hot pixels or cosmic rays: σ of a lit pixel is 0.29. */
const NARROWEST = 0.55
const WIDEST = 15

/**
 * The PSF of a frame of which nothing is known: find bright objects, take the commonest size for that of stars, model them;
 * and again with the width found. Falls back to a Gaussian where there are too few.
 */
export function estimatePsf(exposure: Exposure, log: Logger): FramePsf {
  let psf: Psf = new GaussianPsf(15, FIRST_SIGMA)
  let stars = 0
  for (let round = 0; round < 2; round++) {
    const found = brightSources(exposure, psf)
    const chosen = commonSize(found.sources)
    if (chosen.length === 0) {
      log.warn(
        `No star is bright enough to measure the PSF: a Gaussian of sigma ${psf.sigmaAt().toFixed(2)} pixels is used.`,
      )
      return { psf, stars: 0 }
    }
    const [x, y] = [found.sources.f64('base_SdssCentroid_x'), found.sources.f64('base_SdssCentroid_y')]
    const width = percentile(
      chosen.map((row) => found.width[row]!),
      50,
    )
    const size = kernelSize(width)
    const candidates = chosen.flatMap(
      (row) =>
        cutCandidate(
          exposure.maskedImage,
          { row, x: x[row]!, y: y[row]!, footprint: found.footprints[row]! },
          size,
        ) ?? [],
    )
    if (candidates.length < 3) {
      psf = new GaussianPsf(size, width)
      stars = 0
      continue
    }
    const model = determinePsf(candidates, exposure.bbox)
    psf = model.psf
    stars = model.used.length
  }
  if (stars === 0)
    log.warn(`Fewer than 3 PSF stars: a Gaussian of sigma ${psf.sigmaAt().toFixed(2)} pixels is used.`)
  else log.info(`PSF from ${stars} stars: sigma ${psf.sigmaAt().toFixed(2)} pixels`)
  return { psf, stars }
}

/** Odd side that holds ±7 σ, between 15 and 61 px. */
const kernelSize = (sigma: number): number => 2 * Math.min(30, Math.max(7, Math.ceil(7 * sigma))) + 1

function brightSources(exposure: Exposure, psf: Psf) {
  const { maskedImage } = exposure
  const detected = detectSources(maskedImage, {
    sigma: psf.sigmaAt(),
    thresholdType: 'pixel_stdev',
    threshold: 5,
    includeThresholdMultiplier: 4,
    minPixels: 3,
    nSigmaToGrow: 1,
    reEstimateBackground: false,
    searchBorder: true,
  })
  const footprints: Footprint[] = detected.positive
    .flatMap((f) => splitFootprint(detected.smoothed, f, { contrast: 0.005, minPixels: 3 }))
    .sort((a, b) => b.peaks[0]!.value - a.peaks[0]!.value)
    .slice(0, 3 * MOST_STARS)
  const sources = measureSources(maskedImage, footprints, {
    psf,
    plugins: [sdssCentroid(), sdssShape(), pixelFlags(), psfFlux()],
  })
  const [xx, yy] = [sources.f64('base_SdssShape_xx'), sources.f64('base_SdssShape_yy')]
  return { sources, footprints, width: xx.map((v, i) => Math.sqrt((v + yy[i]!) / 2)) }
}

/** Rows of the unsaturated bright sources whose size is the commonest one. */
function commonSize(sources: Catalog): number[] {
  const [xx, yy] = [sources.f64('base_SdssShape_xx'), sources.f64('base_SdssShape_yy')]
  const [flux, error] = [sources.f64('base_PsfFlux_instFlux'), sources.f64('base_PsfFlux_instFluxErr')]
  const bad = [
    'SdssShape_flag',
    'SdssCentroid_flag',
    'PixelFlags_flag_saturated',
    'PixelFlags_flag_bad',
    'PixelFlags_flag_edge',
    'PsfFlux_flag_edge',
  ]
  const flags = bad.map((name) => sources.bool(`base_${name}`))
  const width = xx.map((v, i) => Math.sqrt((v + yy[i]!) / 2))
  const rows = [...width.keys()]
    .filter((i) => flags.every((f) => f[i] === 0) && flux[i]! > SIGNAL_TO_NOISE * error[i]!)
    .filter((i) => width[i]! >= NARROWEST && width[i]! <= WIDEST)
    .sort((a, b) => flux[b]! - flux[a]!)
  if (rows.length < 3) return rows
  const logs = Float64Array.from(rows, (i) => Math.log(width[i]!)).sort()
  const mode = halfSampleMode(logs)
  const below = logs.filter((v) => v <= mode)
  // The sequence of stars is symmetric, galaxies lie above it: its width is that of its lower half.
  const spread = Math.min(0.1, Math.max(0.03, 3 * 1.4826 * (mode - percentile(below, 50))))
  return rows.filter((i) => Math.abs(Math.log(width[i]!) - mode) <= spread).slice(0, MOST_STARS)
}

/** The densest value of sorted samples. @see Bickel & Frühwirth 2006, half-sample mode */
function halfSampleMode(sorted: Float64Array): number {
  let part = sorted
  while (part.length > 3) {
    const n = Math.ceil(part.length / 2)
    let best = 0
    for (let i = 1; i + n <= part.length; i++)
      if (part[i + n - 1]! - part[i]! < part[best + n - 1]! - part[best]!) best = i
    part = part.subarray(best, best + n)
  }
  return part.reduce((sum, v) => sum + v, 0) / part.length
}

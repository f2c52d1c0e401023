import { median } from '#math'
import { fitTanSip, type SkyWcs } from '#wcs'
import { type MatchedPair, matchNearest, type Positions } from '../match/nearest.ts'
import { algoError } from '../errors.ts'
import { matchPatterns, type PatternMatchOptions } from './match-patterns.ts'

const ARCSEC = Math.PI / 180 / 3600

/** Directions of reference objects, radians, and their error on the sky (an axis), arcsec. Brightest first. */
export interface AstrometricReferences {
  readonly ra: Float64Array
  readonly dec: Float64Array
  readonly errorArcsec: ArrayLike<number>
}

/** Measured positions, PARENT pixels, and their error (an axis), pixels. Brightest first. */
export interface AstrometricSources extends Positions {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly error: ArrayLike<number>
}

export interface AstrometryOptions {
  readonly matcher: Partial<PatternMatchOptions>
  /** Degree of the distortion. */
  readonly order: number
  /** Fits of which the pairs beyond `rejSigma` σ of either axis are left out, before the last. */
  readonly numRejIter: number
  readonly rejSigma: number
  /** Rounds of matching and fitting. */
  readonly maxIter: number
  /** The next round pairs what is nearer than the mean and this many σ of the last. */
  readonly matchDistanceSigma: number
  /** Rounds end when the match radius is below this, arcsec. */
  readonly minMatchDistanceArcSec: number
}

/** Of lsst.meas.astrom AstrometryConfig and FitTanSipWcsConfig. */
export const DEFAULT_ASTROMETRY: AstrometryOptions = {
  matcher: {},
  order: 2,
  numRejIter: 1,
  rejSigma: 3,
  maxIter: 3,
  matchDistanceSigma: 2,
  minMatchDistanceArcSec: 0.001,
}

export interface AstrometrySolution {
  readonly wcs: SkyWcs
  /** By the fitted WCS; distances in pixels. */
  readonly pairs: readonly MatchedPair[]
  /** Rounds done. */
  readonly iterations: number
  /** Mean and σ of the distances on the sky of the pairs that were fitted, arcsec. */
  readonly scatterArcsec: { readonly mean: number; readonly stdev: number }
  /** Degree that was fitted: lower than asked for with few pairs. */
  readonly order: number
}

/** A fit has at least this many pairs for each term of an axis. */
const PAIRS_PER_TERM = 2
/** No pair nearer than this many of its expected errors is left out of a match. */
const SURE_SIGMAS = 4

/**
 * Fit a TAN-SIP WCS: match by patterns, fit, match again by nearness with the new WCS, until the match radius no longer falls.
 * Pairs weigh by their errors (the stack weighs all alike) and are rejected on both sides of the mean (the stack's test is
 * one-sided). With few pairs the degree is lowered, and the match radius does not shrink below what the errors allow: else the
 * fit follows its noise and sheds the pairs that say so.
 * @throws FirstlightError 'algo/no-astrometric-match'; 'wcs/no-fit'
 * @see lsst.meas.astrom.AstrometryTask, FitTanSipWcsTask
 */
export function solveAstrometry(
  sources: AstrometricSources,
  references: AstrometricReferences,
  initial: SkyWcs,
  options: Partial<AstrometryOptions> = {},
): AstrometrySolution {
  const o = { ...DEFAULT_ASTROMETRY, ...options }
  let pairs = firstMatch(sources, references, initial, o)
  let best: AstrometrySolution | undefined
  for (let iteration = 1; iteration <= o.maxIter; iteration++) {
    const fit = fitRejecting(sources, references, pairs, o)
    const reach = reachOf(fit, o)
    if (best !== undefined && reach >= reachOf(best, o)) break
    best = { ...fit, iterations: iteration }
    if (reach < o.minMatchDistanceArcSec) break
    const scale = scaleOf(fit.wcs, sources) / ARCSEC
    const errors = pairs.map((pair) => expectedError(sources, references, pair, scale))
    const radius = Math.max(reach, o.minMatchDistanceArcSec, SURE_SIGMAS * median(errors)) / scale
    pairs = matchNearest(sources, fit.wcs.skyToPixelArrays(references.ra, references.dec), radius)
  }
  return best!
}

const reachOf = (
  { scatterArcsec }: Pick<AstrometrySolution, 'scatterArcsec'>,
  o: AstrometryOptions,
): number => scatterArcsec.mean + o.matchDistanceSigma * scatterArcsec.stdev

function firstMatch(
  sources: AstrometricSources,
  references: AstrometricReferences,
  initial: SkyWcs,
  o: AstrometryOptions,
): readonly MatchedPair[] {
  const found = matchPatterns(sources, initial.skyToPixelArrays(references.ra, references.dec), o.matcher)
  if (found.status === 'matched') return relaxed(sources, references, found.pairs, LOOSER * found.tolerance)
  const counts = `${sources.x.length} sources and ${references.ra.length} reference objects`
  throw algoError(
    'no-astrometric-match',
    found.status === 'too-few-points'
      ? `Too few points for an astrometric match: ${counts}; at least 3 of each are needed.`
      : `No pattern of the ${counts} fits, up to a tolerance of ${found.tolerance.toFixed(1)} pixels.`,
    {
      hint: 'Is the pointing within maxOffsetPix and maxRotationDeg, and does the reference catalog cover the field?',
    },
  )
}

/** Match radius after the patterns, in their tolerance: what a shift and rotation leave of a distortion. */
const LOOSER = 3

/**
 * Patterns keep what a shift and rotation explain, maybe one corner of the image: fits of rising degree find the rest, each
 * until it brings no more pairs.
 */
function relaxed(
  sources: AstrometricSources,
  references: AstrometricReferences,
  found: readonly MatchedPair[],
  radiusPx: number,
): readonly MatchedPair[] {
  let pairs = found
  for (let order = 1; order <= 2; order++)
    for (let grown = true; grown; ) {
      const { wcs } = fitOnce(sources, references, pairs, affordable(order, pairs.length))
      const more = matchNearest(sources, wcs.skyToPixelArrays(references.ra, references.dec), radiusPx)
      grown = more.length > pairs.length
      if (more.length >= pairs.length) pairs = more
    }
  return pairs
}

function fitRejecting(
  sources: AstrometricSources,
  references: AstrometricReferences,
  all: readonly MatchedPair[],
  o: AstrometryOptions,
): Omit<AstrometrySolution, 'iterations'> {
  let pairs = all
  for (let round = 0; ; round++) {
    const order = affordable(o.order, pairs.length)
    const { wcs, residuals } = fitOnce(sources, references, pairs, order)
    const [sx, sy] = [rms(residuals.east), rms(residuals.north)]
    const kept = pairs.filter(
      (_, i) =>
        Math.abs(residuals.east[i]!) <= o.rejSigma * sx && Math.abs(residuals.north[i]!) <= o.rejSigma * sy,
    )
    if (round < o.numRejIter && kept.length < pairs.length) {
      pairs = kept
      continue
    }
    const distances = Float64Array.from(pairs, (_, i) => Math.hypot(residuals.east[i]!, residuals.north[i]!))
    return { wcs, pairs, order, scatterArcsec: meanAndStdev(distances) }
  }
}

const termsOf = (order: number): number => ((order + 1) * (order + 2)) / 2

function affordable(order: number, pairs: number): number {
  let lowered = order
  while (lowered > 1 && pairs < PAIRS_PER_TERM * termsOf(lowered)) lowered--
  return lowered
}

/** Of a pair's distance along an axis, arcsec. @param scale arcsec a pixel */
const expectedError = (
  { error }: AstrometricSources,
  { errorArcsec }: AstrometricReferences,
  { source, reference }: MatchedPair,
  scale: number,
): number => Math.hypot(errorArcsec[reference]!, error[source]! * scale, FLOOR_ARCSEC)

function fitOnce(
  sources: AstrometricSources,
  references: AstrometricReferences,
  pairs: readonly MatchedPair[],
  order: number,
) {
  const take = (values: ArrayLike<number>, which: 'source' | 'reference') =>
    Float64Array.from(pairs, (pair) => values[pair[which]]!)
  const points = {
    x: take(sources.x, 'source'),
    y: take(sources.y, 'source'),
    ra: take(references.ra, 'reference'),
    dec: take(references.dec, 'reference'),
  }
  const scale = scaleOf(fitTanSip({ ...points, order: 1 }).wcs, points) / ARCSEC
  const weights = Float64Array.from(pairs, (pair) => 1 / expectedError(sources, references, pair, scale))
  return fitTanSip({ ...points, order, weights })
}

/** Error that no position is believed to be below: what the atmosphere does within an exposure, arcsec. */
const FLOOR_ARCSEC = 0.01

/** Radians a pixel in the middle of the points. */
function scaleOf(wcs: SkyWcs, { x, y }: Positions): number {
  const middle = (values: ArrayLike<number>) => {
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += values[i]!
    return sum / values.length
  }
  return wcs.pixelScaleAt(middle(x), middle(y)).radians
}

const rms = (values: Float64Array): number => Math.sqrt(values.reduce((s, v) => s + v * v, 0) / values.length)

function meanAndStdev(values: Float64Array): { mean: number; stdev: number } {
  const mean = values.reduce((s, v) => s + v, 0) / values.length
  return { mean, stdev: Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length) }
}

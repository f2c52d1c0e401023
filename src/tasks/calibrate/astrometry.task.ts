import {
  configChoiceField,
  configurableField,
  defineConfig,
  field,
  type InstanceOf,
  listField,
  rangeField,
} from '#config'
import { type AstrometrySolution, solveAstrometry } from '#algo'
import type { Exposure } from '#image'
import { defineTask } from '#pipeline'
import type { Catalog } from '#table'
import type { SkyWcs } from '#wcs'
import { badAstrometry, noWcs } from './errors.ts'
import { selectSources } from './select-sources.ts'
import type { ReferenceObjects } from './reference-objects.task.ts'

export const MatcherSourceSelectorConfig = defineConfig({
  name: 'lsst.meas.algorithms.matcherSourceSelector.MatcherSourceSelectorConfig',
  fields: {
    sourceFluxType: field('str', {
      default: 'Calib',
      doc: 'Type of source flux; typically one of Ap or Psf',
    }),
    minSnr: field('float', {
      default: 40.0,
      doc: 'Minimum allowed signal-to-noise ratio for sources used for matching (in the flux specified by sourceFluxType); <= 0 for no limit',
    }),
    badFlags: listField('str', {
      default: [
        'base_PixelFlags_flag_edge',
        'base_PixelFlags_flag_interpolatedCenter',
        'base_PixelFlags_flag_saturated',
      ],
      doc: 'List of flags which cause a source to be rejected as bad',
    }),
  },
})

export const MatchPessimisticBConfig = defineConfig({
  name: 'lsst.meas.astrom.matchPessimisticB.MatchPessimisticBConfig',
  fields: {
    numBrightStars: rangeField('int', {
      min: 2,
      default: 200,
      doc: 'Number of bright stars to use. Sets the max number of patterns that can be tested.',
    }),
    minMatchedPairs: rangeField('int', {
      min: 2,
      default: 30,
      doc: 'Minimum number of matched pairs; see also minFracMatchedPairs.',
    }),
    minFracMatchedPairs: rangeField('float', {
      min: 0,
      max: 1,
      default: 0.3,
      doc: 'Minimum number of matched pairs as a fraction of the smaller of the number of reference stars or the number of good sources; the actual minimum is the smaller of this value or minMatchedPairs.',
    }),
    matcherIterations: rangeField('int', {
      min: 1,
      default: 5,
      doc: 'Number of softening iterations in matcher; each doubles the tolerance.',
    }),
    maxOffsetPix: rangeField('int', {
      min: 0,
      max: 4000,
      default: 300,
      doc: 'Maximum allowed shift of WCS, due to matching (pixel).',
    }),
    maxRotationDeg: rangeField('float', {
      min: 0,
      max: 6,
      default: 1.0,
      doc: 'Rotation angle allowed between sources and position reference objects (degrees).',
    }),
    numPointsForShape: rangeField('int', {
      min: 3,
      default: 6,
      doc: 'Number of points to define a shape for matching.',
    }),
    numPointsForShapeAttempt: rangeField('int', {
      min: 3,
      default: 6,
      doc: 'Number of points to try for creating a shape. This value should be greater than or equal to numPointsForShape: the excess may be missing from the reference catalog.',
    }),
    minMatchDistPixels: rangeField('float', {
      min: 0,
      default: 1.0,
      doc: 'Distance in units of pixels to always consider a source-reference pair a match: the first tolerance.',
    }),
    numPatternConsensus: rangeField('int', {
      min: 1,
      default: 3,
      doc: 'Number of implied shift/rotations from patterns that must agree before it a given shift/rotation is accepted.',
    }),
  },
})

export const FitTanSipWcsConfig = defineConfig({
  name: 'lsst.meas.astrom.fitTanSipWcs.FitTanSipWcsConfig',
  fields: {
    order: rangeField('int', { min: 0, default: 2, doc: 'order of SIP polynomial' }),
    numRejIter: rangeField('int', { min: 0, default: 1, doc: 'number of rejection iterations' }),
    rejSigma: rangeField('float', {
      min: 0,
      default: 3.0,
      doc: 'Number of standard deviations for clipping level',
    }),
    maxScatterArcsec: rangeField('float', {
      min: 0,
      default: 10,
      doc: 'maximum median scatter of a WCS fit beyond which the fit fails (arcsec); be generous, as this is only intended to catch catastrophic failures',
    }),
  },
})

/** The parts of an astrometric solution that other configs retarget; their work is done by `AstrometryTask`. */
const MatchPessimisticBTask = defineTask({
  className: 'lsst.meas.astrom.matchPessimisticB.MatchPessimisticBTask',
  defaultName: 'matchObjectsToSources',
  config: MatchPessimisticBConfig,
  make: ({ config }) => ({ config }),
})

const FitTanSipWcsTask = defineTask({
  className: 'lsst.meas.astrom.fitTanSipWcs.FitTanSipWcsTask',
  defaultName: 'fitWcs',
  config: FitTanSipWcsConfig,
  make: ({ config }) => ({ config }),
})

export const AstrometryConfig = defineConfig({
  name: 'lsst.meas.astrom.astrometry.AstrometryConfig',
  fields: {
    matcher: configurableField(MatchPessimisticBTask, { doc: 'reference object/source matcher' }),
    matchDistanceSigma: rangeField('float', {
      min: 0,
      default: 2,
      doc: 'the maximum match distance is set to mean_match_distance + matchDistanceSigma*std_dev_match_distance',
    }),
    sourceSelector: configChoiceField(
      { matcher: MatcherSourceSelectorConfig },
      { default: 'matcher', doc: 'How to select sources for cross-matching.' },
    ),
    wcsFitter: configurableField(FitTanSipWcsTask, { doc: 'WCS fitter' }),
    maxIter: rangeField('int', {
      min: 1,
      default: 3,
      doc: 'maximum number of iterations of match sources and fit WCS; fewer are done when the match radius stops shrinking',
    }),
    minMatchDistanceArcSec: rangeField('float', {
      min: 0,
      default: 0.001,
      doc: 'the match distance below which further iteration is pointless (arcsec)',
    }),
  },
})
export type AstrometryConfig = InstanceOf<typeof AstrometryConfig>

export interface AstrometryResult {
  readonly wcs: SkyWcs
  /** Rows of the sources and places among the references that agree; distance in pixels. */
  readonly matches: readonly { readonly row: number; readonly reference: number; readonly distance: number }[]
}

/** Match sources to references and fit a WCS. @see lsst.meas.astrom.AstrometryTask */
export const AstrometryTask = defineTask({
  className: 'lsst.meas.astrom.astrometry.AstrometryTask',
  defaultName: 'astrometricSolver',
  config: AstrometryConfig,
  make: ({ config, log, metadata }) => ({
    /** @throws FirstlightError 'algo/no-astrometric-match', 'tasks/bad-astrometry' */
    run(exposure: Exposure, sources: Catalog, references: ReferenceObjects): AstrometryResult {
      const selector = config.sourceSelector.get('matcher')
      const rows = selectSources(sources, selector)
      log.info(`Purged ${sources.numRows - rows.length} sources, leaving ${rows.length} good sources`)
      const { solution, scatter } = solve(exposure, sources, rows, references, config)
      log.info(
        `Matched and fit WCS in ${solution.iterations} iterations; found ${solution.pairs.length} matches with scatter = ${scatter.mean.toFixed(3)} +- ${scatter.stdev.toFixed(3)} arcsec`,
      )
      metadata.set('numMatches', solution.pairs.length)
      metadata.set('scatterArcsec', scatter.mean)
      return {
        wcs: solution.wcs,
        matches: solution.pairs.map(({ source, reference, distance }) => ({
          row: rows[source]!,
          reference,
          distance,
        })),
      }
    },
  }),
})

const ARCSEC = Math.PI / 180 / 3600

function solve(
  { wcs }: Exposure,
  sources: Catalog,
  rows: Int32Array,
  references: ReferenceObjects,
  config: AstrometryConfig,
): { solution: AstrometrySolution; scatter: AstrometrySolution['scatterArcsec'] } {
  if (wcs === undefined) throw noWcs()
  const { matcher, wcsFitter } = config
  const column = (name: string) => {
    const values = sources.f64(`slot_Centroid_${name}`)
    return Float64Array.from(rows, (row) => values[row]!)
  }
  const solution = solveAstrometry(
    { x: column('x'), y: column('y'), error: column('xErr') },
    { ra: references.ra, dec: references.dec, errorArcsec: references.error.map((v) => v / ARCSEC) },
    wcs,
    {
      matcher: {
        numBrightStars: matcher.value.numBrightStars,
        numPointsForShape: matcher.value.numPointsForShape,
        numPointsForShapeAttempt: matcher.value.numPointsForShapeAttempt,
        maxOffset: matcher.value.maxOffsetPix,
        maxRotation: matcher.value.maxRotationDeg,
        numPatternConsensus: matcher.value.numPatternConsensus,
        minMatchedPairs: matcher.value.minMatchedPairs,
        minFracMatchedPairs: matcher.value.minFracMatchedPairs,
        minTolerance: matcher.value.minMatchDistPixels,
        iterations: matcher.value.matcherIterations,
      },
      order: wcsFitter.value.order,
      numRejIter: wcsFitter.value.numRejIter,
      rejSigma: wcsFitter.value.rejSigma,
      maxIter: config.maxIter,
      matchDistanceSigma: config.matchDistanceSigma,
      minMatchDistanceArcSec: config.minMatchDistanceArcSec,
    },
  )
  const scatter = solution.scatterArcsec
  if (scatter.mean > wcsFitter.value.maxScatterArcsec)
    throw badAstrometry(scatter.mean, wcsFitter.value.maxScatterArcsec)
  return { solution, scatter }
}

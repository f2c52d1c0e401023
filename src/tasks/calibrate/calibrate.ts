import { classifyExtendedness, sampleStatistics, withSlotColumns } from '#algo'
import { isFirstlightError, type Logger } from '#core'
import type { BackgroundList, Exposure } from '#image'
import type { TaskContext } from '#pipeline'
import type { Catalog } from '#table'
import { type SourceIds, sourceIdOf } from '../characterize/characterize-image.ts'
import { slotsOf } from '../characterize/measurement.task.ts'
import type { AstrometryResult } from './astrometry.task.ts'
import type { CalibrateConfig } from './config.ts'
import { noPsf, noWcs } from './errors.ts'
import { denormalizedMatches, matchTable } from './matches.ts'
import type { ReferenceObjects, ReferenceRequest } from './reference-objects.task.ts'
import { ASTROMETRY_USED, correctedFields, PHOTOMETRY_USED } from './schema.ts'
import { copyFlags, withKindFlags, withRows } from './source-flags.ts'

export interface CalibrateInputs {
  /** icExp: background-subtracted, with PSF and aperture corrections. */
  readonly exposure: Exposure
  readonly background: BackgroundList
  readonly icSourceCat: Catalog
  /** Shards of the reference catalogs that may overlap; undefined when the step is off. */
  readonly astromRefCat: readonly Catalog[] | undefined
  readonly photoRefCat: readonly Catalog[] | undefined
}

export interface Calibrated {
  readonly outputExposure: Exposure
  readonly outputCat: Catalog
  readonly outputBackground: BackgroundList
  readonly matches?: Catalog
  readonly matchesDenormalized?: Catalog
}

/**
 * Detect to the faint limit, measure, and fit WCS and zero point against reference catalogs. The inputs are not changed.
 * Blends are measured whole: the deblender is still to come.
 * @see lsst.pipe.tasks.calibrate.CalibrateTask, October 2020
 */
export function calibrate(
  inputs: CalibrateInputs,
  ids: SourceIds,
  context: TaskContext<CalibrateConfig>,
): Calibrated {
  const { config, progress } = context
  const bar = progress.start(context.name, STEPS)
  let exposure = inputs.exposure.clone()
  const found = detectAndMeasure(exposure, inputs.background, ids, context)
  let sources = found.sources
  bar.advance(2, 'measured')
  sources = copyFlags(sources, inputs.icSourceCat, config.icSourceFieldsToCopy, config.matchRadiusPix)
  const astrometry = fitWcs(exposure, sources, inputs.astromRefCat, context)
  if (astrometry) {
    exposure = exposure.with({ wcs: astrometry.result.wcs })
    sources = withCoordinates(sources, exposure)
  }
  sources = withRows(sources, ...ASTROMETRY_USED, astrometry?.result.matches.map(({ row }) => row) ?? [])
  bar.advance(1, 'astrometry')
  const photometry = fitPhotometry(exposure, sources, inputs.photoRefCat, context)
  if (photometry) exposure = photometry.exposure
  sources = withRows(sources, ...PHOTOMETRY_USED, photometry?.rows ?? [])
  bar.advance(1, 'photometry')
  bar.end()
  const outputs = { outputExposure: exposure, outputCat: sources, outputBackground: found.backgrounds }
  return { ...outputs, ...writeMatches(astrometry, exposure, sources, config) }
}

const STEPS = 4
function detectAndMeasure(
  exposure: Exposure,
  before: BackgroundList,
  ids: SourceIds,
  context: TaskContext<CalibrateConfig>,
): { readonly sources: Catalog; readonly backgrounds: BackgroundList } {
  const { config } = context
  const { psf } = exposure
  if (psf === undefined) throw noPsf()
  const { found, backgrounds } = context.subtask('detection').run(exposure, psf.sigmaAt(), before)
  recordBackground(exposure, backgrounds)
  const sky = config.doSkySources ? context.subtask('skySources').run(exposure.mask, ids.expId) : []
  const measured = context.subtask('measurement').run(exposure, [...found.positive, ...sky], psf, {
    idOf: (k: number) => sourceIdOf(ids, k),
    seed: ids.expId,
  })
  return { sources: finishCatalog(measured, sky.length, exposure, context), backgrounds }
}

/** What is added to the measured columns before calibration. */
function finishCatalog(
  measured: Catalog,
  skyCount: number,
  { apCorrMap }: Exposure,
  context: TaskContext<CalibrateConfig>,
): Catalog {
  const { config, log } = context
  let sources = withKindFlags(measured, skyCount)
  if (config.doApCorr) {
    if (apCorrMap === undefined)
      log.warn('The exposure has no aperture corrections: point-source fluxes are NaN')
    const fields = correctedFields(sources.schema.names)
    sources = context.subtask('applyApCorr').run(sources, apCorrMap ?? new Map(), fields)
  }
  sources = classifyExtendedness(sources, { fluxRatio: config.catalogCalculation.fluxRatio })
  return withSlotColumns(sources, slotsOf(config.measurement.value))
}

interface Astrometry {
  readonly result: AstrometryResult
  readonly references: ReferenceObjects
}

function fitWcs(
  exposure: Exposure,
  sources: Catalog,
  shards: readonly Catalog[] | undefined,
  context: TaskContext<CalibrateConfig>,
): Astrometry | undefined {
  const { config, log } = context
  if (!config.doAstrometry) return undefined
  const request = referenceRequest(exposure)
  return orWarn(config.requireAstrometry, log, 'Unable to perform astrometric calibration', () => {
    const references = context.subtask('astromRefObjLoader').run(shards ?? [], request)
    return { result: context.subtask('astrometry').run(exposure, sources, references), references }
  })
}

function fitPhotometry(
  exposure: Exposure,
  sources: Catalog,
  shards: readonly Catalog[] | undefined,
  context: TaskContext<CalibrateConfig>,
): { readonly exposure: Exposure; readonly rows: Int32Array } | undefined {
  const { config, log } = context
  if (!config.doPhotoCal) return undefined
  const request = referenceRequest(exposure)
  const result = orWarn(config.requirePhotoCal, log, 'Unable to perform photometric calibration', () => {
    const references = context.subtask('photoRefObjLoader').run(shards ?? [], request)
    return context.subtask('photoCal').run(exposure, sources, references)
  })
  if (result === undefined) return undefined
  log.info(`Photometric zero-point: ${result.zeroPoint.toFixed(6)}`)
  const calibrated = exposure.with({ photoCalib: result.photoCalib, metadata: exposure.metadata.copy() })
  const time = exposure.visitInfo?.exposureTime
  const { metadata } = calibrated
  if (time !== undefined && time > 0)
    metadata.set(
      'MAGZERO',
      result.zeroPoint - 2.5 * Math.log10(time),
      '[mag] zero point of one count a second',
    )
  metadata.set('MAGZERO_RMS', result.sigma, '[mag] scatter of the stars')
  metadata.set('MAGZERO_NOBJ', result.rows.length, 'stars used for the zero point')
  return { exposure: calibrated, rows: result.rows }
}

/** A step that may fail where it is not required: what is wrong becomes a warning. */
function orWarn<T>(required: boolean, log: Logger, what: string, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (required || !isFirstlightError(error)) throw error
    log.warn(`${what} (${error.message}): attempting to proceed`)
    return undefined
  }
}

function referenceRequest({ bbox, wcs, filter, visitInfo }: Exposure): ReferenceRequest {
  if (wcs === undefined) throw noWcs()
  return { bbox, wcs, band: filter?.band, date: visitInfo?.date }
}

/** Directions by the new WCS. */
function withCoordinates(sources: Catalog, { wcs }: Exposure): Catalog {
  const sky = wcs?.pixelToSkyArrays(sources.f64('slot_Centroid_x'), sources.f64('slot_Centroid_y'))
  if (sky === undefined) return sources
  return sources
    .withColumn(sources.schema.get('coord_ra'), sky.ra)
    .withColumn(sources.schema.get('coord_dec'), sky.dec)
}

function writeMatches(
  astrometry: Astrometry | undefined,
  { wcs }: Exposure,
  sources: Catalog,
  config: CalibrateConfig,
): Pick<Calibrated, 'matches' | 'matchesDenormalized'> {
  if (!config.doAstrometry || !config.doWriteMatches || wcs === undefined) return {}
  const result = astrometry?.result ?? { matches: [] }
  const references = astrometry?.references
  if (references === undefined) return {}
  return {
    matches: matchTable(result, sources, references, wcs),
    ...(config.doWriteMatchesDenormalized && {
      matchesDenormalized: denormalizedMatches(result, sources, references, wcs),
    }),
  }
}

/** BGMEAN and BGVAR cards, as the stack has them in calexp headers. */
function recordBackground({ metadata }: Exposure, backgrounds: BackgroundList): void {
  const surface = backgrounds.image()
  if (surface === undefined) return
  const { mean, stdev } = sampleStatistics(surface.data, surface)
  metadata.set('BGMEAN', mean, '[adu] mean of the subtracted background')
  metadata.set('BGVAR', stdev ** 2, '[adu**2] variance of the subtracted background')
}

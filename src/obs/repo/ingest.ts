import {
  type Butler,
  ConflictingDefinitionError,
  DatasetRef,
  type FileIntake,
  nameOfPlace,
  type Registry,
} from '#butler'
import { type Context, defaultContext, type Files, FirstlightError, messageOf } from '#core'
import { type FitsFile, openFits } from '#fits'
import { Timespan } from '#time'
import { IngestError, UnregisteredInstrumentError, WrongInstrumentError } from '../errors.ts'
import { type Instrument, rawRun } from '../instrument.ts'
import { instrumentOf } from '../instruments.ts'
import type { ObservationInfo } from '../observation-info.ts'
import { describe, rawHeader, rawPixels } from '../read-raw.ts'

export interface IngestRawsOptions extends FileIntake {
  /** Refuse raws of any other; without it each file's header says. */
  readonly instrument?: Instrument
  /** `INSTR/raw/all` by default. */
  readonly run?: string
  /** Leave out raws that are there already instead of failing. */
  readonly skipExisting?: boolean
  /** Replace exposure records that differ. */
  readonly updateRecords?: boolean
  /** Ingest what is good and report the rest; without it one bad file keeps everything out. */
  readonly keepGoing?: boolean
}

export interface IngestReport {
  readonly ingested: readonly DatasetRef[]
  readonly exposures: readonly number[]
  /** Raws that were there already. */
  readonly skipped: number
  readonly failed: readonly { readonly path: string; readonly error: unknown }[]
}

interface RawFile {
  readonly path: string
  readonly info: ObservationInfo
  readonly instrument: Instrument
}

/**
 * Bring raw frames into a repository: every header is read and checked first, then exposure by exposure the records and the
 * files go in, each exposure in one transaction.
 * @see lsst.obs.base.RawIngestTask
 */
export async function ingestRaws(
  butler: Butler,
  files: Files,
  paths: readonly string[],
  options: IngestRawsOptions = {},
  ctx: Context = defaultContext(),
): Promise<IngestReport> {
  const { good, failed } = await readHeaders(files, paths, options, ctx)
  if (failed.length > 0 && options.keepGoing !== true) throw new IngestError(failed, paths.length)
  for (const instrument of new Set(good.map((raw) => raw.instrument)))
    await requireRegistered(butler, instrument)
  const report = { ingested: [] as DatasetRef[], exposures: [] as number[], skipped: 0, failed }
  const bar = ctx.progress.start('Ingesting raws', good.length, 'files')
  for (const raws of byExposure(good)) {
    ctx.signal.throwIfAborted()
    const refs = await ingestExposure(butler, raws, options)
    report.ingested.push(...refs)
    report.exposures.push(raws[0]!.info.exposureId)
    report.skipped += raws.length - refs.length
    bar.advance(raws.length)
  }
  bar.end()
  ctx.log.info(
    `Successfully processed data from ${report.exposures.length} exposures with ${failed.length} failures: ${report.ingested.length} raws ingested, ${report.skipped} there already.`,
  )
  return report
}

async function readHeaders(
  files: Files,
  paths: readonly string[],
  { instrument }: IngestRawsOptions,
  ctx: Context,
): Promise<{ good: readonly RawFile[]; failed: { path: string; error: unknown }[] }> {
  const good: RawFile[] = []
  const failed: { path: string; error: unknown }[] = []
  const bar = ctx.progress.start('Reading headers', paths.length, 'files')
  for (const path of paths) {
    ctx.signal.throwIfAborted()
    try {
      good.push(await readRawFile(await openFits(await files.open(path)), path, instrument))
    } catch (error) {
      const message = messageOf(error)
      ctx.log.warn(message.startsWith(path) ? message : `${path}: ${message}`)
      failed.push({ path, error })
    }
    bar.advance()
  }
  bar.end(failed.length === 0 ? 'done' : 'failed')
  return { good, failed }
}

async function readRawFile(file: FitsFile, path: string, wanted: Instrument | undefined): Promise<RawFile> {
  const header = rawHeader(file)
  const instrument = instrumentOf(header)
  if (wanted !== undefined && !wanted.accepts(header))
    throw new WrongInstrumentError(path, wanted.name, instrument?.name ?? describe(header))
  if (instrument === undefined)
    throw new FirstlightError(
      'obs/unknown-instrument',
      `${path}: no instrument known here writes such headers (${describe(header)}).`,
    )
  const info = instrument.translateHeader(header, path)
  const detector = instrument.camera.detector(info.detectorNum)
  if (!instrument.filters.some((f) => f.name === info.physicalFilter))
    throw new FirstlightError(
      'obs/unknown-filter',
      `${path}: ${instrument.name} has no filter '${info.physicalFilter}'.`,
    )
  checkSize(path, rawPixels(file).shape, instrument, detector.id)
  return { path, info, instrument }
}

function checkSize(path: string, shape: readonly number[], { camera, name }: Instrument, id: number): void {
  const boxes = camera.detector(id).amplifiers.map((amp) => amp.rawBBox)
  const [width, height] = [Math.max(...boxes.map((b) => b.x1)) + 1, Math.max(...boxes.map((b) => b.y1)) + 1]
  if (shape[1] === width && shape[0] === height) return
  throw new FirstlightError(
    'obs/wrong-size',
    `${path}: a raw of ${name} has ${width} × ${height} pixels, this one ${shape[1]} × ${shape[0]}.`,
  )
}

async function requireRegistered(butler: Butler, { name }: Instrument): Promise<void> {
  const known = await butler.queryDimensionRecords('instrument', { explain: false })
  const names = known.map((record) => String(record.id))
  if (!names.includes(name)) throw new UnregisteredInstrumentError(name, names)
}

function byExposure(raws: readonly RawFile[]): Iterable<readonly RawFile[]> {
  const groups = new Map<string, RawFile[]>()
  for (const raw of raws) {
    const key = `${raw.instrument.name}/${raw.info.exposureId}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [raw])
    else group.push(raw)
  }
  return groups.values()
}

async function ingestExposure(
  butler: Butler,
  raws: readonly RawFile[],
  options: IngestRawsOptions,
): Promise<readonly DatasetRef[]> {
  const { run, skipExisting, updateRecords } = options
  const { instrument, info } = raws[0]!
  const target = run ?? rawRun(instrument.name)
  await butler.registry.registerDatasetType(RAW_TYPE)
  await butler.collections.register(target, 'RUN')
  return butler.transaction(async (inside) => {
    const update = updateRecords === true
    const { registry } = inside
    await syncExposure(registry, info, update)
    const dataIds = raws.map((raw) => ({
      instrument: info.instrument,
      exposure: info.exposureId,
      detector: raw.info.detectorNum,
    }))
    const refs = await registry.makeRefs('raw', dataIds, { run: target, idMode: 'DATAID_TYPE_RUN' })
    const known = await Promise.all(refs.map((ref) => inside.getDataset(ref.id)))
    const there = raws.find((_, i) => known[i] !== undefined)
    if (there !== undefined && skipExisting !== true) throw alreadyThere(there, target)
    const fresh = raws.flatMap((raw, i) =>
      known[i] === undefined
        ? [{ path: nameOfPlace(raw.path), refs: [refs[i]!], formatter: instrument.rawFormatter }]
        : [],
    )
    await inside.ingest(fresh, {
      transfer: options.transfer,
      ...(options.recordValidationInfo !== undefined && {
        recordValidationInfo: options.recordValidationInfo,
      }),
    })
    return fresh.map((file) => file.refs[0]!)
  })
}

/** Have the records of an exposure as its header says; with `update`, others are replaced. @returns whether anything changed */
export async function syncExposure(
  registry: Registry,
  info: ObservationInfo,
  update: boolean,
): Promise<boolean> {
  await registry.syncDimensionData('day_obs', dayRecord(info))
  await registry.syncDimensionData('group', { instrument: info.instrument, name: info.exposureGroup })
  return (await registry.syncDimensionData('exposure', exposureRecord(info), { update })) !== false
}

const alreadyThere = ({ path, info }: RawFile, run: string): ConflictingDefinitionError =>
  new ConflictingDefinitionError(
    `${path}: exposure ${info.exposureId}, detector ${info.detectorNum} of ${info.instrument} is in '${run}' already.`,
    { hint: 'Leave out what is there with --skip-existing, or ingest into another run with --output-run.' },
  )

/** What a raw frame is to the registry. */
export const RAW_TYPE = {
  name: 'raw',
  dimensions: ['instrument', 'detector', 'exposure'],
  storageClass: 'Exposure',
} as const

const dayRecord = (info: ObservationInfo) => ({
  instrument: info.instrument,
  id: info.observingDay,
  timespan: Timespan.fromDayObs(info.observingDay),
})

const exposureRecord = (info: ObservationInfo) => ({
  instrument: info.instrument,
  id: info.exposureId,
  physical_filter: info.physicalFilter,
  group: info.exposureGroup,
  day_obs: info.observingDay,
  obs_id: info.observationId,
  exposure_time: info.exposureTimeSec,
  dark_time: info.darkTimeSec,
  observation_type: info.observationType,
  observation_reason: info.observationReason,
  seq_num: info.observationCounter,
  seq_start: info.groupCounter[0],
  seq_end: info.groupCounter[1],
  target_name: info.target,
  science_program: info.scienceProgram,
  tracking_ra: info.trackingRadec?.ra.degrees ?? null,
  tracking_dec: info.trackingRadec?.dec.degrees ?? null,
  sky_angle: info.boresightRotation?.degrees ?? null,
  azimuth: info.azimuth?.degrees ?? null,
  zenith_angle: info.altitude === undefined ? null : 90 - info.altitude.degrees,
  has_simulated: info.hasSimulatedContent,
  can_see_sky: info.canSeeSky,
  timespan: Timespan.between(info.begin, info.end),
})

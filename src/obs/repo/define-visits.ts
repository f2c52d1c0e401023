import { type Butler, ConflictingDefinitionError, type DimensionRecord } from '#butler'
import { type Context, defaultContext, FirstlightError } from '#core'
import { Angle, ConvexPolygon, SpherePoint, type Vector3 } from '#geom'
import { Timespan } from '#time'
import type { Instrument } from '../instrument.ts'
import { type Grouping, GROUPINGS, type VisitDefinition } from './group-exposures.ts'

/** Pixels that chip outlines are grown by before they become regions, so that a pointing error loses nothing. */
const PADDING = 250

export interface DefineVisitsOptions {
  /** `one-to-one` by default. */
  readonly grouping?: Grouping
  /** Expression that picks exposures. */
  readonly where?: string
  /** Replace visit records that differ. */
  readonly updateRecords?: boolean
  /** Leave visits whose records differ as they are, with a warning, instead of failing. */
  readonly skipConflicting?: boolean
}

/**
 * The visits of science exposures that are not defined yet: each with its region, its exposures, its visit systems, and the
 * region of every chip, from the boresight of its first exposure and the camera. @returns ids of the visits that were defined
 * @see lsst.obs.base.DefineVisitsTask, single-raw-wcs
 */
export async function defineVisits(
  butler: Butler,
  instrument: Instrument,
  options: DefineVisitsOptions = {},
  ctx: Context = defaultContext(),
): Promise<readonly number[]> {
  const wanted = `instrument = '${instrument.name}' AND exposure.observation_type = 'science'`
  const where = options.where === undefined ? wanted : `(${wanted}) AND (${options.where})`
  const query = { where, limit: null, explain: false }
  const exposures = await butler.queryDimensionRecords('exposure', query)
  const placed = exposures.filter((exposure) => {
    const isPlaced = exposure.get('tracking_ra') !== null
    if (!isPlaced) ctx.log.warn(`Exposure ${exposure.id} does not say where it looked; it becomes no visit.`)
    return isPlaced
  })
  const defined = options.updateRecords === true ? new Set<number>() : await definedVisits(butler, instrument)
  const fresh = GROUPINGS[options.grouping ?? 'one-to-one'](placed).filter(({ id }) => !defined.has(id))
  const bar = ctx.progress.start('Defining visits', fresh.length, 'visits')
  const visits: number[] = []
  for (const visit of fresh) {
    ctx.signal.throwIfAborted()
    bar.advance()
    try {
      await defineVisit(butler, instrument, visit, options.updateRecords === true)
    } catch (error) {
      if (options.skipConflicting !== true || !(error instanceof ConflictingDefinitionError)) throw error
      ctx.log.warn(`Visit ${visit.id} is defined otherwise already and stays so: ${error.message}`)
      continue
    }
    visits.push(visit.id)
  }
  bar.end()
  return visits
}

async function definedVisits(butler: Butler, { name }: Instrument): Promise<ReadonlySet<number>> {
  const query = { where: `instrument = '${name}'`, limit: null, explain: false }
  const rows = await butler.queryDimensionRecords('visit_definition', query)
  return new Set(rows.map((row) => Number(row.get('visit'))))
}

async function defineVisit(
  butler: Butler,
  instrument: Instrument,
  visit: VisitDefinition,
  update: boolean,
): Promise<void> {
  const { regions, whole } = visitRegions(instrument, visit.exposures[0])
  const key = { instrument: instrument.name, visit: visit.id }
  await butler.transaction(async ({ registry }) => {
    for (const system of visit.systems)
      await registry.syncDimensionData('visit_system', { instrument: instrument.name, ...system })
    await registry.syncDimensionData(
      'visit',
      { ...visitRecord(instrument, visit), region: whole },
      { update },
    )
    for (const { id } of visit.exposures)
      await registry.syncDimensionData('visit_definition', { ...key, exposure: Number(id) })
    for (const { id } of visit.systems)
      await registry.syncDimensionData('visit_system_membership', { ...key, visit_system: id })
    const rows = [...regions].map(([detector, region]) => ({ ...key, detector, region }))
    await registry.insertDimensionData('visit_detector_region', rows, { replace: update })
  })
}

/** Sums, means and what all exposures of a visit agree about, as the stack puts them together. */
function visitRecord(instrument: Instrument, { id, name, exposures }: VisitDefinition) {
  const all = (field: string) => exposures.map((e) => e.get(field) ?? null)
  const numbers = (field: string): readonly number[] | undefined => {
    const found = all(field).filter((v) => typeof v === 'number')
    return found.length === exposures.length ? found : undefined
  }
  const common = (field: string) => {
    const [first, ...others] = all(field)
    return others.every((v) => v === first) ? first : null
  }
  const sum = (field: string): number | null => numbers(field)?.reduce((a, b) => a + b) ?? null
  const least = (field: string): number | null => {
    const found = numbers(field)
    return found === undefined ? null : Math.min(...found)
  }
  const zenith = sum('zenith_angle')
  return {
    instrument: instrument.name,
    id,
    name,
    physical_filter: common('physical_filter'),
    day_obs: least('day_obs'),
    seq_num: least('seq_num'),
    exposure_time: sum('exposure_time'),
    target_name: common('target_name'),
    observation_reason: common('observation_reason') ?? 'various',
    science_program: common('science_program'),
    azimuth: meanAngle(numbers('azimuth')),
    zenith_angle: zenith === null ? null : zenith / exposures.length,
    timespan: spanOf(exposures),
  }
}

/** From the first begin to the last end. */
function spanOf(exposures: VisitDefinition['exposures']): Timespan | undefined {
  const spans = exposures.map(({ timespan }) => timespan)
  const [first, ...others] = spans.filter((span) => span !== undefined)
  if (first === undefined || others.length + 1 < spans.length) return undefined
  const [begin, end] = others.reduce<readonly [bigint, bigint]>(
    ([low, high], { nsec: [b, e] }) => [b < low ? b : low, e > high ? e : high],
    first.nsec,
  )
  return Timespan.fromNsec(begin, end)
}

/** Degrees, right also across north. */
function meanAngle(angles: readonly number[] | undefined): number | null {
  if (angles === undefined) return null
  if (angles.length === 1) return angles[0]!
  const mean = (f: (a: number) => number) => angles.reduce((s, a) => s + f((a * Math.PI) / 180), 0)
  return ((Math.atan2(mean(Math.sin), mean(Math.cos)) * 180) / Math.PI + 360) % 360
}

/** Outline of each chip on the sky, and the convex hull of them all. */
export function visitRegions(
  instrument: Instrument,
  exposure: DimensionRecord,
): { readonly regions: ReadonlyMap<number, ConvexPolygon>; readonly whole: ConvexPolygon } {
  const angle = (field: string) => Angle.fromDegrees(degreesOf(exposure, field))
  const pointing = {
    boresight: new SpherePoint(angle('tracking_ra'), angle('tracking_dec')),
    rotation: angle('sky_angle'),
  }
  const outlines = new Map<number, readonly Vector3[]>()
  for (const { id, bbox } of instrument.camera.detectors) {
    const wcs = instrument.camera.wcs(id, pointing)
    const { xMin, yMin, xMax, yMax } = bbox.grow(PADDING).toBox2D()
    const corners = [
      [xMin, yMin],
      [xMax, yMin],
      [xMax, yMax],
      [xMin, yMax],
    ] as const
    outlines.set(
      id,
      corners.map(([x, y]) => wcs.pixelToSky(x, y).toVector()),
    )
  }
  const hull = (points: readonly Vector3[]) => ConvexPolygon.convexHull(points)
  return {
    regions: new Map([...outlines].map(([id, corners]) => [id, hull(corners)])),
    whole: hull([...outlines.values()].flat()),
  }
}

function degreesOf(exposure: DimensionRecord, field: string): number {
  const value = exposure.get(field)
  if (typeof value === 'number') return value
  throw new FirstlightError(
    'obs/no-pointing',
    `Exposure ${exposure.id} has no ${field}: its chips cannot be placed.`,
  )
}

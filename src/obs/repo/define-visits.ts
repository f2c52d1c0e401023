import { type Butler, ConflictingDefinitionError, type DimensionRecord } from '#butler'
import { type Context, defaultContext, FirstlightError } from '#core'
import { Angle, ConvexPolygon, SpherePoint, type Vector3 } from '#geom'
import type { Instrument } from '../instrument.ts'

/** Visit systems by the anchor's numbers; only the first groups frames here, each science exposure being a visit. */
export const ONE_TO_ONE = { id: 0, name: 'one-to-one' } as const

/** Pixels that chip outlines are grown by before they become regions, so that a pointing error loses nothing. */
const PADDING = 250

export interface DefineVisitsOptions {
  /** Expression that picks exposures. */
  readonly where?: string
  /** Replace visit records that differ. */
  readonly updateRecords?: boolean
  /** Leave visits whose records differ as they are, with a warning, instead of failing. */
  readonly skipConflicting?: boolean
}

/**
 * One visit for each science exposure that has none yet: the visit with its region, its exposure, its visit system, and the
 * region of every chip, from the boresight and the camera. @returns ids of the visits that were defined
 * @see lsst.obs.base.DefineVisitsTask, one-to-one, single-raw-wcs
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
  const defined =
    options.updateRecords === true ? new Set<number>() : await definedExposures(butler, instrument)
  const fresh = exposures.filter((record) => !defined.has(Number(record.id)))
  const bar = ctx.progress.start('Defining visits', fresh.length, 'visits')
  const visits: number[] = []
  for (const exposure of fresh) {
    ctx.signal.throwIfAborted()
    if (exposure.get('tracking_ra') === null) {
      ctx.log.warn(`Exposure ${exposure.id} does not say where it looked; it becomes no visit.`)
      continue
    }
    bar.advance()
    try {
      await defineVisit(butler, instrument, exposure, options.updateRecords === true)
    } catch (error) {
      if (options.skipConflicting !== true || !(error instanceof ConflictingDefinitionError)) throw error
      ctx.log.warn(`Visit ${exposure.id} is defined otherwise already and stays so: ${error.message}`)
      continue
    }
    visits.push(Number(exposure.id))
  }
  bar.end()
  return visits
}

async function definedExposures(butler: Butler, { name }: Instrument): Promise<ReadonlySet<number>> {
  const query = { where: `instrument = '${name}'`, limit: null, explain: false }
  const rows = await butler.queryDimensionRecords('visit_definition', query)
  return new Set(rows.map((row) => Number(row.get('exposure'))))
}

async function defineVisit(
  butler: Butler,
  instrument: Instrument,
  exposure: DimensionRecord,
  update: boolean,
): Promise<void> {
  const { regions, whole } = visitRegions(instrument, exposure)
  const id = Number(exposure.id)
  const key = { instrument: instrument.name, visit: id }
  await butler.transaction(async ({ registry }) => {
    await registry.syncDimensionData('visit_system', { instrument: instrument.name, ...ONE_TO_ONE })
    await registry.syncDimensionData(
      'visit',
      { ...visitRecord(instrument, exposure), region: whole },
      { update },
    )
    await registry.syncDimensionData('visit_definition', { ...key, exposure: id })
    await registry.syncDimensionData('visit_system_membership', { ...key, visit_system: ONE_TO_ONE.id })
    const rows = [...regions].map(([detector, region]) => ({ ...key, detector, region }))
    await registry.insertDimensionData('visit_detector_region', rows, { replace: update })
  })
}

function visitRecord(instrument: Instrument, exposure: DimensionRecord) {
  const copied = [
    'physical_filter',
    'day_obs',
    'seq_num',
    'exposure_time',
    'target_name',
    'observation_reason',
    'science_program',
    'azimuth',
    'zenith_angle',
  ]
  return {
    instrument: instrument.name,
    id: Number(exposure.id),
    name: String(exposure.get('obs_id')),
    ...Object.fromEntries(copied.map((field) => [field, exposure.get(field) ?? null])),
    timespan: exposure.timespan,
  }
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

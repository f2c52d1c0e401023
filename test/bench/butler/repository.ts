import type { Butler, DataId } from '#butler'
import { ConvexPolygon, SpherePoint } from '#geom'
import { createNodeButler } from '#platform/node'
import { Instant, Timespan } from '#time'

const instrument = 'Cam'
export const DETECTORS = 100
export const VISITS = 1000
export const CHAIN = Array.from({ length: 10 }, (_, i) => `run/${i}`)
/** Visits of the runs in the chain: each holds 100 × 100 datasets of the same data IDs. */
const CHAIN_VISITS = 100

/**
 * 1e5 datasets `note` (visit, detector) in `run/big`, a chain `chain` of ten runs with the same 1e4 data IDs, and a sky of
 * visits, detectors and patches whose overlaps are some 3e4 rows.
 */
export async function makeBenchRepository(root: string): Promise<void> {
  const butler = await createNodeButler(root)
  await butler.transaction(() => fill(butler))
  await butler.close()
}

async function fill(butler: Butler): Promise<void> {
  await fillDimensions(butler)
  const { collections, registry } = butler
  for (const name of ['note', 'written'])
    await registry.registerDatasetType({
      name,
      dimensions: ['visit', 'detector'],
      storageClass: 'StructuredDataDict',
    })
  for (const run of ['run/big', 'run/written', ...CHAIN]) await collections.register(run)
  await collections.register('chain', 'CHAINED')
  await collections.redefineChain('chain', CHAIN)
  await registry.insertDatasets('note', dataIds(VISITS), { run: 'run/big' })
  for (const run of CHAIN) await registry.insertDatasets('note', dataIds(CHAIN_VISITS), { run })
}

export const dataIds = (visits: number): readonly DataId[] =>
  Array.from({ length: visits * DETECTORS }, (_, i) => ({
    instrument,
    visit: 1 + Math.floor(i / DETECTORS),
    detector: i % DETECTORS,
  }))

async function fillDimensions({ registry }: Butler): Promise<void> {
  const [visit_max, exposure_max, detector_max] = [100_000, 100_000, 200]
  await registry.insertDimensionData('instrument', [
    { name: instrument, visit_max, exposure_max, detector_max, visit_system: 0, class_name: 'bench.Cam' },
  ])
  await registry.insertDimensionData('physical_filter', [{ instrument, name: 'Cam-R', band: 'r' }])
  await registry.insertDimensionData('visit_system', [{ instrument, id: 0, name: 'one-to-one' }])
  const detectors = Array.from({ length: DETECTORS }, (_, id) => ({
    instrument,
    id,
    full_name: `D${id}`,
    purpose: 'SCIENCE',
  }))
  await registry.insertDimensionData('detector', detectors)
  await registry.insertDimensionData('day_obs', [
    { instrument, id: 20240201, timespan: Timespan.fromDayObs(20240201) },
  ])
  const begin = Instant.fromIso('2024-02-01T13:00:00')
  const visits = Array.from({ length: VISITS }, (_, i) => ({
    instrument,
    id: 1 + i,
    name: `v${i}`,
    physical_filter: 'Cam-R',
    day_obs: 20240201,
    exposure_time: 30,
    target_name: 'field',
    region: square(10 + 0.01 * (i % 10), 0, 1.5),
    timespan: Timespan.between(begin.plusSeconds(40 * i), begin.plusSeconds(40 * i + 30)),
  }))
  await registry.insertDimensionData('visit', visits)
  await registry.insertDimensionData(
    'visit_detector_region',
    dataIds(VISITS).map((id) => ({ ...id, region: onSky(Number(id['visit']), Number(id['detector'])) })),
  )
  await registry.insertDimensionData('skymap', [
    { name: 'sky', hash: new Uint8Array(20).fill(7), tract_max: 1, patch_nx_max: 20, patch_ny_max: 20 },
  ])
  await registry.insertDimensionData('tract', [{ skymap: 'sky', id: 0, region: square(10, 0, 2) }])
  const patches = Array.from({ length: 400 }, (_, id) => ({
    skymap: 'sky',
    tract: 0,
    id,
    cell_x: id % 20,
    cell_y: Math.floor(id / 20),
    region: square(9.05 + 0.1 * (id % 20), -0.95 + 0.1 * Math.floor(id / 20), 0.11),
  }))
  await registry.insertDimensionData('patch', patches)
}

/** Ten columns of detectors; each visit points a little elsewhere, so that no two regions are the same. */
function onSky(visit: number, detector: number): ConvexPolygon {
  const [ra, dec] = [0.0013 * (visit % 40), 0.00009 * (visit % 700)]
  return square(9.3 + 0.15 * (detector % 10) + ra, -0.7 + 0.015 * detector + dec, 0.14)
}

function square(ra: number, dec: number, side: number): ConvexPolygon {
  const h = side / 2
  const corners = [
    [-h, -h],
    [h, -h],
    [h, h],
    [-h, h],
  ] as const
  return ConvexPolygon.convexHull(corners.map(([x, y]) => SpherePoint.fromDegrees(ra + x, dec + y)))
}

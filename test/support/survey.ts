import type { Butler } from '#butler'
import { ConvexPolygon, htmRanges, SpherePoint } from '#geom'
import { createNodeButler } from '#platform/node'
import { Instant, Timespan } from '#time'

/** How large a made-up survey is: visits of `side` × `side` detectors over a field of `patches` × `patches`. */
export interface SurveySize {
  readonly visits: number
  readonly side: number
  readonly patches: number
}

const NIGHT = 20240201
const DETECTOR_DEG = 0.15
const STEP_DEG = 0.16
const PATCH_DEG = 0.2
const instrument = 'HSC'
const skymap = 'wide'

const square = (ra: number, dec: number, side: number): ConvexPolygon =>
  ConvexPolygon.convexHull(
    [
      [ra, dec],
      [ra + side, dec],
      [ra + side, dec + side],
      [ra, dec + side],
    ].map(([x = 0, y = 0]) => SpherePoint.fromDegrees(150.013 + x, 2.207 + y)),
  )

/**
 * A repository without files: raws, calibrations certified for two halves of the night, reference shards, a sky map, with real
 * overlaps of detectors and patches. Its types are those of the twins in `fl-tasks.ts`.
 */
export async function makeSurvey(root: string, size: SurveySize): Promise<Butler> {
  const butler = await createNodeButler(root)
  await insertCamera(butler, size)
  await insertSky(butler, size)
  await insertVisits(butler, size)
  await insertInputs(butler, size)
  return butler
}

async function insertCamera({ registry }: Butler, { side }: SurveySize): Promise<void> {
  await registry.insertDimensionData('instrument', [
    {
      name: instrument,
      visit_max: 1e6,
      exposure_max: 1e6,
      detector_max: side * side,
      visit_system: 0,
      class_name: 'fl_instrument.FlHsc',
    },
  ])
  await registry.insertDimensionData('physical_filter', [{ instrument, name: 'HSC-R', band: 'r' }])
  await registry.insertDimensionData(
    'detector',
    Array.from({ length: side * side }, (_, id) => ({
      instrument,
      id,
      full_name: `D${id}`,
      purpose: 'SCIENCE',
    })),
  )
  await registry.insertDimensionData('visit_system', [{ instrument, id: 0, name: 'one-to-one' }])
  await registry.insertDimensionData('day_obs', [
    { instrument, id: NIGHT, timespan: Timespan.fromDayObs(NIGHT) },
  ])
}

async function insertSky({ registry }: Butler, { patches }: SurveySize): Promise<void> {
  const hash = new Uint8Array(20).fill(7)
  await registry.insertDimensionData('skymap', [
    { name: skymap, hash, tract_max: 1, patch_nx_max: patches, patch_ny_max: patches },
  ])
  await registry.insertDimensionData('tract', [{ skymap, id: 0, region: square(0, 0, patches * PATCH_DEG) }])
  await registry.insertDimensionData(
    'patch',
    Array.from({ length: patches * patches }, (_, id) => {
      const [x, y] = [id % patches, Math.floor(id / patches)]
      const region = square(x * PATCH_DEG, y * PATCH_DEG, PATCH_DEG)
      return { skymap, tract: 0, id, cell_x: x, cell_y: y, region }
    }),
  )
}

async function insertVisits({ registry }: Butler, { visits, side, patches }: SurveySize): Promise<void> {
  const ids = Array.from({ length: visits }, (_, i) => i + 1)
  const begin = Instant.fromIso('2024-02-01T02:00:00')
  const room = patches * PATCH_DEG - side * STEP_DEG
  const corner = (i: number): readonly [number, number] => [
    room * ((i * 0.618) % 1),
    room * ((i * 0.7549) % 1),
  ]
  const shared = (id: number) => {
    const start = begin.plusSeconds(id)
    const timespan = Timespan.between(start, start.plusSeconds(1))
    return {
      instrument,
      id,
      day_obs: NIGHT,
      physical_filter: 'HSC-R',
      exposure_time: 1,
      seq_num: id,
      timespan,
    }
  }
  await registry.insertDimensionData(
    'group',
    ids.map((id) => ({ instrument, name: `g${id}` })),
  )
  await registry.insertDimensionData(
    'exposure',
    ids.map((id) => ({ ...shared(id), group: `g${id}`, obs_id: `E${id}`, observation_type: 'science' })),
  )
  await registry.insertDimensionData(
    'visit',
    ids.map((id) => {
      const [ra, dec] = corner(id)
      return { ...shared(id), name: `V${id}`, region: square(ra, dec, side * STEP_DEG) }
    }),
  )
  await registry.insertDimensionData(
    'visit_definition',
    ids.map((id) => ({ instrument, exposure: id, visit: id })),
  )
  await registry.insertDimensionData(
    'visit_system_membership',
    ids.map((visit) => ({ instrument, visit_system: 0, visit })),
  )
  for (const visit of ids) {
    const [ra, dec] = corner(visit)
    await registry.insertDimensionData(
      'visit_detector_region',
      Array.from({ length: side * side }, (_, detector) => ({
        instrument,
        visit,
        detector,
        region: square(
          ra + (detector % side) * STEP_DEG,
          dec + Math.floor(detector / side) * STEP_DEG,
          DETECTOR_DEG,
        ),
      })),
    )
  }
}

async function insertInputs(butler: Butler, { visits, side, patches }: SurveySize): Promise<void> {
  const { registry, collections } = butler
  const detectors = Array.from({ length: side * side }, (_, detector) => detector)
  const plain = 'StructuredDataDict'
  const type = (name: string, dimensions: readonly string[], storageClass = plain, isCalibration = false) =>
    registry.registerDatasetType({ name, dimensions, storageClass, isCalibration })
  await type('raw', ['instrument', 'exposure', 'detector'])
  await type('camera', ['instrument'], plain, true)
  for (const name of ['bias', 'dark']) await type(name, ['instrument', 'detector'], plain, true)
  await type('flat', ['instrument', 'physical_filter', 'detector'], plain, true)
  await type('ps1_pv3_3pi', ['htm7'], 'ArrowAstropy')
  await type('skyMap', ['skymap'])
  for (const run of ['HSC/raw/all', 'calib/early', 'calib/late', 'refcats', 'skymaps'])
    await collections.register(run, 'RUN')
  await collections.register('HSC/calib', 'CALIBRATION')
  for (let exposure = 1; exposure <= visits; exposure++)
    await registry.insertDatasets(
      'raw',
      detectors.map((detector) => ({ instrument, exposure, detector })),
      { run: 'HSC/raw/all' },
    )
  const half = Instant.fromIso('2024-02-01T02:00:00').plusSeconds(visits / 2)
  const spans = [Timespan.between(null, half), Timespan.between(half, null)] as const
  for (const [i, run] of ['calib/early', 'calib/late'].entries())
    for (const name of ['bias', 'dark', 'flat']) {
      const more = name === 'flat' ? { physical_filter: 'HSC-R' } : {}
      const ids = detectors.map((detector) => ({ instrument, detector, ...more }))
      await registry.certify(
        'HSC/calib',
        await registry.insertDatasets(name, ids, { run }),
        spans[i] ?? spans[0],
      )
    }
  const camera = await registry.insertDatasets('camera', [{ instrument }], { run: 'calib/early' })
  await registry.certify('HSC/calib', camera, Timespan.between(null, null))
  await registry.insertDatasets('skyMap', [{ skymap }], { run: 'skymaps' })
  const shards = htmRanges(7, square(0, 0, patches * PATCH_DEG)).flatMap(([from, to]) =>
    Array.from({ length: to - from }, (_, k) => ({ htm7: from + k })),
  )
  await registry.insertDatasets('ps1_pv3_3pi', shards, { run: 'refcats' })
  await collections.register('HSC/defaults', 'CHAINED')
  await collections.redefineChain('HSC/defaults', ['HSC/raw/all', 'HSC/calib', 'refcats', 'skymaps'])
}

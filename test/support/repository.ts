import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Butler, DatasetRef } from '#butler'
import { circleRegion, ConvexPolygon, Angle, SpherePoint } from '#geom'
import { createNodeButler } from '#platform/node'
import { Instant, Timespan } from '#time'

/** A fresh folder that is gone after the test file. */
export function tempFolder(name = 'firstlight'): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

let newRegistry: (() => Promise<string>) | undefined

/** Let the repositories of a test file have their registries in databases made by `make`, which gives their URLs. */
export function useRegistries(make: () => Promise<string>): void {
  newRegistry = make
}

/** An empty repository, closed after the test file. Its registry is SQLite unless the file chose otherwise. */
export async function anEmptyRepository(): Promise<Butler> {
  const db = await newRegistry?.()
  const butler = await createNodeButler(join(tempFolder(), 'repo'), db === undefined ? {} : { db })
  afterAll(() => butler.close())
  return butler
}

/** Visits 1 and 2 of camera `Cam` (detectors 1 to 3, filter r) on 2024-02-01, and a tract with four patches under them. */
export async function aRepository(): Promise<Butler> {
  const butler = await anEmptyRepository()
  await fillDimensions(butler)
  await butler.registry.registerDatasetType({
    name: 'note',
    dimensions: ['instrument', 'visit', 'detector'],
    storageClass: 'StructuredDataDict',
  })
  await butler.registry.registerDatasetType({
    name: 'bias',
    dimensions: ['instrument', 'detector'],
    storageClass: 'StructuredDataDict',
    isCalibration: true,
  })
  for (const run of ['run/a', 'run/b']) await butler.collections.register(run)
  return butler
}

export async function fillDimensions({ registry }: Butler): Promise<void> {
  const instrument = 'Cam'
  await registry.insertDimensionData('instrument', [
    {
      name: instrument,
      visit_max: 100,
      exposure_max: 100,
      detector_max: 10,
      visit_system: 0,
      class_name: 'test.Cam',
    },
  ])
  await registry.insertDimensionData('physical_filter', [{ instrument, name: 'Cam-R', band: 'r' }])
  await registry.insertDimensionData(
    'detector',
    [1, 2, 3].map((id) => ({ instrument, id, full_name: `D${id}`, purpose: 'SCIENCE' })),
  )
  await registry.insertDimensionData('visit_system', [{ instrument, id: 0, name: 'one-to-one' }])
  await registry.insertDimensionData('day_obs', [
    { instrument, id: 20240201, timespan: Timespan.fromDayObs(20240201) },
  ])
  for (const visit of [1, 2]) await insertVisit(registry, instrument, visit)
  await registry.insertDimensionData('skymap', [
    { name: 'sky', hash: new Uint8Array(20).fill(7), tract_max: 1, patch_nx_max: 2, patch_ny_max: 2 },
  ])
  await registry.insertDimensionData('tract', [{ skymap: 'sky', id: 0, region: square(10, 0, 1) }])
  await registry.insertDimensionData(
    'patch',
    [0, 1, 2, 3].map((id) => ({
      skymap: 'sky',
      tract: 0,
      id,
      cell_x: id % 2,
      cell_y: id >> 1,
      region: square(9.75 + 0.5 * (id % 2), -0.25 + 0.5 * (id >> 1), 0.5),
    })),
  )
}

async function insertVisit(registry: Butler['registry'], instrument: string, visit: number): Promise<void> {
  const begin = Instant.fromIso(`2024-02-01T0${visit}:00:00`)
  const timespan = Timespan.between(begin, begin.plusSeconds(30))
  const shared = { instrument, day_obs: 20240201, physical_filter: 'Cam-R', exposure_time: 30, timespan }
  await registry.insertDimensionData('group', [{ instrument, name: `g${visit}` }])
  await registry.insertDimensionData('exposure', [
    {
      ...shared,
      id: visit,
      group: `g${visit}`,
      obs_id: `E${visit}`,
      observation_type: 'science',
      seq_num: visit,
    },
  ])
  const center = new SpherePoint(Angle.fromDegrees(9.6 + visit * 0.2), Angle.fromDegrees(0))
  await registry.insertDimensionData('visit', [
    {
      ...shared,
      id: visit,
      name: `V${visit}`,
      seq_num: visit,
      region: circleRegion(center, Angle.fromDegrees(0.2)),
    },
  ])
  await registry.insertDimensionData('visit_definition', [{ instrument, exposure: visit, visit }])
  await registry.insertDimensionData('visit_system_membership', [{ instrument, visit_system: 0, visit }])
  await registry.insertDimensionData(
    'visit_detector_region',
    [1, 2, 3].map((detector) => ({
      instrument,
      visit,
      detector,
      region: square(9.6 + visit * 0.2, (detector - 2) * 0.1, 0.09),
    })),
  )
}

/** A square of `size` degrees about a centre, as a convex polygon. */
export function square(ra: number, dec: number, size: number): ConvexPolygon {
  const corners = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ] as const
  return ConvexPolygon.convexHull(
    corners.map(([x, y]) => SpherePoint.fromDegrees(ra + (x * size) / 2, dec + (y * size) / 2)),
  )
}

/** Put a note of visit, detector and run. */
export const putNote = (butler: Butler, run: string, visit: number, detector: number): Promise<DatasetRef> =>
  butler.put({ run, visit, detector }, 'note', { instrument: 'Cam', visit, detector }, { run })

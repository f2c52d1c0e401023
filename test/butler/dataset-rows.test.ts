import { expect, test } from 'vitest'
import { Instant, Timespan } from '#time'
import { aRepository } from '../support/repository.ts'

test('without find-first a dataset is a row for each collection, but one row where conditions name other dimensions', async () => {
  const butler = await aRepository()
  const dataId = { instrument: 'Cam', visit: 1, detector: 1 }
  const ref = await butler.put({ a: 1 }, 'note', dataId, { run: 'run/a' })
  await butler.collections.register('tagged', 'TAGGED')
  await butler.registry.associate('tagged', [ref])
  const rows = async (where: string) => {
    const found = await butler.queryDatasets('note', { collections: '*', findFirst: false, where })
    return found.map((r) => (r.id === ref.id ? r.run : 'another'))
  }
  const twice = ['run/a', 'run/a']
  expect(await rows("instrument = 'Cam'")).toEqual(twice)
  expect(await rows("instrument = 'Cam' AND visit.exposure_time > 0")).toEqual(twice)
  expect(await rows("instrument = 'Cam' AND visit.region OVERLAPS CIRCLE(10, 0, 2)")).toEqual(twice)
  expect(await rows("instrument = 'Cam' AND skymap = 'sky' AND tract = 0 AND patch > -1")).toEqual(['run/a'])
})

test('every validity range of a calibration collection is a row, but not among rows of runs', async () => {
  const butler = await aRepository()
  const ref = await butler.put({ a: 1 }, 'bias', { instrument: 'Cam', detector: 1 }, { run: 'run/a' })
  await butler.collections.register('calib', 'CALIBRATION')
  for (const year of [2024, 2026]) {
    const [begin, end] = [year, year + 1].map((y) => Instant.fromIso(`${y}-01-01T00:00:00`, 'tai'))
    await butler.registry.certify('calib', [ref], Timespan.between(begin!, end!))
  }
  const count = async (collections: string) =>
    (await butler.queryDatasets('bias', { collections, findFirst: false })).length
  expect(await count('calib')).toBe(2)
  expect(await count('*')).toBe(1)
})

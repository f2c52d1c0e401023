import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Butler } from '#butler'
import { openNodeButler } from '#platform/node'
import { timeLookup, timeTable } from '../../src/pipeline/quanta/by-time.ts'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'

let master: RepositoryMaster
let butler: Butler
beforeAll(async () => {
  master = unpackRepository()
  butler = await openNodeButler(master.root)
})
afterAll(async () => {
  await butler.close()
  master.remove()
})

const INPUTS = ['HSC/raw/all', 'HSC/calib', 'HSC/masks', 'refcats', 'skymaps']

test('calibrations read all at once are those that the registry finds one by one', async () => {
  const quanta = await butler.queryDataIds(['exposure', 'detector'], {
    where: "instrument = 'HSC'",
    withDimensionRecords: true,
    limit: null,
  })
  let found = 0
  for (const name of ['bias', 'dark', 'flat', 'defects', 'camera']) {
    const type = await butler.getDatasetType(name)
    const together = await timeTable(butler, type, INPUTS)
    const single = timeLookup(butler, type, INPUTS)
    for (const quantum of quanta) {
      const expected = (await single(quantum)).map((ref) => [ref.id, ref.run])
      expect(
        (await together(quantum)).map((ref) => [ref.id, ref.run]),
        `${name} ${quantum}`,
      ).toEqual(expected)
      found += expected.length
    }
  }
  expect(found).toBeGreaterThan(100)
})

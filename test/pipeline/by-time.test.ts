import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Butler, DimensionCodes, type DatasetRef } from '#butler'
import { openNodeButler } from '#platform/node'
import { byTime, timeLookup } from '../../src/pipeline/quanta/by-time.ts'
import { CoordinateTable } from '../../src/pipeline/quanta/coordinates.ts'
import { RecordTables } from '../../src/pipeline/quanta/record-tables.ts'
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
  const codes = new DimensionCodes()
  const records = new RecordTables(codes)
  const table = new CoordinateTable(quanta[0]!.group, codes, records)
  const coordinates = Int32Array.from(quanta, (quantum) => table.add(quantum))
  let found = 0
  for (const name of ['bias', 'dark', 'flat', 'defects', 'camera']) {
    const type = await butler.getDatasetType(name)
    const refs: DatasetRef[] = []
    const together = await byTime(
      butler,
      type,
      { table, coordinates, records },
      INPUTS,
      (ref) => refs.push(ref) - 1,
    )
    const single = timeLookup(butler, type, INPUTS)
    for (const [q, quantum] of quanta.entries()) {
      const expected = (await single(quantum)).map((ref) => [ref.id, ref.run])
      expect(
        Array.from(together.row(q), (n) => [refs[n]?.id, refs[n]?.run]),
        `${name} ${quantum}`,
      ).toEqual(expected)
      found += expected.length
    }
  }
  expect(quanta.length).toBeGreaterThan(64)
  expect(found).toBeGreaterThan(100)
})

import { beforeAll, expect, test } from 'vitest'
import type { Butler } from '#butler'
import { runOperation } from '../support/replay/operations.ts'
import { aRepository } from '../support/repository.ts'

let butler: Butler
beforeAll(async () => {
  butler = await aRepository()
})

/** Values of a cell in plain JavaScript have no types. */
const untyped = (value: unknown) => value as never

const CALIBS = { collections: 'run/a' }

test.each<[string, () => unknown]>([
  ['get', () => butler.get(untyped(undefined))],
  ['getUri', () => butler.getUri(untyped(null))],
  ['put', () => butler.put({}, untyped({}))],
  ['queryDatasets', () => butler.queryDatasets(untyped(5), CALIBS)],
  ['findDataset', () => butler.findDataset('bias', {}, { ...CALIBS, timespan: untyped('2024') })],
  ['certify', () => butler.registry.certify('calib', [], untyped('2024'))],
  ['getDataset', () => butler.getDataset('not-a-uuid')],
  ['getDataset of nothing', () => butler.getDataset(untyped(undefined))],
  ['queryDataIds', () => butler.queryDataIds(untyped(undefined))],
  ['where', () => butler.queryDataIds('visit', { where: untyped(5) })],
  ['where of nothing', () => butler.query().where(untyped(undefined))],
  ['where of a list', () => butler.query().where(untyped(['visit = 1']))],
  ['orderBy', () => butler.queryDataIds('visit', { orderBy: untyped(5) })],
  ['queryDimensionRecords', () => butler.queryDimensionRecords(untyped(undefined))],
  ['register', () => butler.collections.register(untyped(undefined))],
])('%s refuses a value of another kind by a code', async (_, call) => {
  const done = (async () => call())()
  await expect(done).rejects.toMatchObject({ code: 'butler/argument', name: 'ArgumentError' })
})

test('a butler that was closed says so', async () => {
  const closed = await aRepository()
  await closed.close()
  await expect(closed.queryDataIds('visit')).rejects.toMatchObject({
    code: 'sql/closed',
    hint: expect.stringContaining('Open the repository again') as string,
  })
})

test('a name that is none in an order is told to who only counts', async () => {
  const results = butler.query().dataIds('visit').orderBy('nope')
  await expect(results.count()).rejects.toThrow('nope')
  await expect(results.any()).rejects.toThrow('nope')
})

test('a recorded case with an argument that is not known fails loudly', async () => {
  const spec = { op: 'collections.query', expression: '*', strange: 1 }
  await expect(runOperation(butler, spec)).rejects.toThrow('argument strange of collections.query')
})

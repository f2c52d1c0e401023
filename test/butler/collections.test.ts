import { expect, test } from 'vitest'
import { Timespan, Instant } from '#time'
import { startChild } from '../support/child.ts'
import { anEmptyRepository, aRepository, putNote } from '../support/repository.ts'

const code = (text: string) => expect.objectContaining({ code: `butler/${text}` })

test('a chain searches its children in order, each collection once, also through chains in chains', async () => {
  const butler = await aRepository()
  const { collections } = butler
  for (const chain of ['inner', 'outer']) await collections.register(chain, 'CHAINED')
  await collections.redefineChain('inner', ['run/b'])
  await collections.redefineChain('outer', ['inner', 'run/a', 'run/b'])
  expect(await collections.query('outer', { flattenChains: true })).toEqual(['run/b', 'run/a'])
  await putNote(butler, 'run/a', 1, 1)
  await putNote(butler, 'run/b', 1, 1)
  await putNote(butler, 'run/a', 2, 1)
  const runs = await butler.queryDatasets('note', { collections: 'outer', orderBy: ['visit'] })
  expect(runs.map((r) => r.run)).toEqual(['run/b', 'run/a'])
  expect(
    await butler.get('note', { instrument: 'Cam', visit: 1, detector: 1 }, { collections: 'outer' }),
  ).toMatchObject({
    run: 'run/b',
  })
})

test('chain edits move children that are there, and refuse cycles, strangers and collections that are no chains', async () => {
  const { collections } = await aRepository()
  await collections.register('c', 'CHAINED')
  await collections.extendChain('c', ['run/a', 'run/b'])
  await collections.prependChain('c', 'run/b')
  expect((await collections.getInfo('c')).children).toEqual(['run/b', 'run/a'])
  await collections.removeFromChain('c', ['run/b'])
  expect((await collections.getInfo('c')).children).toEqual(['run/a'])
  await expect(collections.prependChain('c', 'c')).rejects.toEqual(code('collection-cycle'))
  await expect(collections.extendChain('c', 'run/c')).rejects.toMatchObject({
    code: 'butler/missing-collection',
    hint: "Did you mean 'run/a'?",
  })
  await expect(collections.extendChain('run/a', 'run/b')).rejects.toEqual(code('collection-type'))
  await expect(collections.remove('run/a')).rejects.toEqual(code('orphaned-record'))
  expect((await collections.getInfo('c')).children).toEqual(['run/a'])
})

test('positions in a chain that run out are an error, not a wrong order', async () => {
  const butler = await aRepository()
  await butler.collections.register('c', 'CHAINED')
  await butler.collections.redefineChain('c', ['run/a'])
  await butler.repository.connection.run('UPDATE collection_chain SET position = -32768')
  await expect(butler.collections.prependChain('c', 'run/b')).rejects.toEqual(code('collection-type'))
})

test('a tag holds one dataset per data ID; a conflict leaves it as it was', async () => {
  const butler = await aRepository()
  const [a, b, other] = [
    await putNote(butler, 'run/a', 1, 1),
    await putNote(butler, 'run/b', 1, 1),
    await putNote(butler, 'run/b', 2, 1),
  ]
  await butler.collections.register('tag', 'TAGGED')
  await butler.registry.associate('tag', [a])
  await butler.registry.associate('tag', [a])
  await expect(butler.registry.associate('tag', [other, b])).rejects.toEqual(code('conflicting-definition'))
  const inside = () => butler.queryDatasets('note', { collections: 'tag', explain: false })
  expect((await inside()).map((r) => r.id)).toEqual([a.id])
  await butler.registry.disassociate('tag', [a, b])
  expect(await inside()).toEqual([])
  await expect(butler.registry.associate('run/a', [a])).rejects.toEqual(code('collection-type'))
})

test('certified calibrations are found by time; decertifying the middle leaves two ranges', async () => {
  const butler = await aRepository()
  const bias = await butler.put({ level: 1 }, 'bias', { instrument: 'Cam', detector: 1 }, { run: 'run/a' })
  const later = await butler.put({ level: 2 }, 'bias', { instrument: 'Cam', detector: 1 }, { run: 'run/b' })
  await butler.collections.register('calib', 'CALIBRATION')
  const day = (text: string) => Instant.fromIso(text)
  await butler.registry.certify('calib', [bias], Timespan.between(null, day('2024-02-01T01:30:00')))
  await butler.registry.certify('calib', [later], Timespan.between(day('2024-02-01T01:30:00'), null))
  await expect(butler.registry.certify('calib', [bias], Timespan.all)).rejects.toEqual(
    code('conflicting-definition'),
  )
  const level = (visit: number) =>
    butler.get('bias', { instrument: 'Cam', detector: 1, visit }, { collections: 'calib' })
  expect([await level(1), await level(2)]).toEqual([{ level: 1 }, { level: 2 }])
  await expect(
    butler.get('bias', { instrument: 'Cam', detector: 1 }, { collections: 'calib' }),
  ).rejects.toEqual(code('calibration-lookup'))
  const hole = Timespan.between(day('2024-01-01'), day('2024-01-02'))
  await butler.registry.decertify('calib', 'bias', hole, { dataIds: [{ instrument: 'Cam', detector: 1 }] })
  const ranges = await butler.registry.queryDatasetAssociations('bias', { collections: 'calib' })
  expect(ranges.map((r) => String(r.timespan)).sort()).toEqual([
    '(-∞, 2024-01-01T00:00:00)',
    '[2024-01-02T00:00:00, 2024-02-01T01:30:00)',
    '[2024-02-01T01:30:00, ∞)',
  ])
})

test('removing a run takes its datasets, files and memberships with it', async () => {
  const butler = await aRepository()
  const ref = await putNote(butler, 'run/a', 1, 1)
  const path = new URL(await butler.getUri(ref)).pathname
  await butler.collections.register('tag', 'TAGGED')
  await butler.registry.associate('tag', [ref])
  await butler.collections.register('c', 'CHAINED')
  await butler.collections.redefineChain('c', ['run/a'])
  await expect(butler.removeRuns('run/a')).rejects.toEqual(code('orphaned-record'))
  expect(await butler.exists(ref)).toBe(true)
  await butler.removeRuns('run/a', { unlinkFromChains: true })
  const { files } = butler.repository.datastore
  expect(await files.stat(path)).toBeUndefined()
  expect(await butler.getDataset(ref.id)).toBeUndefined()
  const count = async (table: string) =>
    (await butler.repository.connection.first(`SELECT COUNT(*) FROM ${table}`))![0]
  for (const table of ['dataset', 'dataset_location', 'dataset_location_trash', 'file_datastore_records'])
    expect(await count(table), table).toBe(0)
})

test('a run made after another was removed takes datasets like any other', async () => {
  const butler = await aRepository()
  for (let round = 0; round < 2; round++) {
    await butler.collections.register('again')
    await putNote(butler, 'again', 1, 1)
    await butler.removeRuns('again')
  }
  await butler.collections.register('tag', 'TAGGED')
  await butler.registry.associate('tag', [await putNote(butler, 'run/a', 1, 1)])
  await butler.collections.remove('tag')
  await butler.collections.register('tag', 'TAGGED')
  await butler.registry.associate('tag', await butler.queryDatasets('note', { collections: 'run/a' }))
  expect(await butler.queryDatasets('note', { collections: 'tag' })).toHaveLength(1)
})

test('two processes that prepend to one chain both get their children in, and make no cycle', async () => {
  const butler = await anEmptyRepository()
  const { collections } = butler
  const count = 15
  for (const chain of ['all', 'c/one', 'c/two']) await collections.register(chain, 'CHAINED')
  await collections.register('both')
  for (const run of ['one', 'two']) for (let n = 0; n < count; n++) await collections.register(`${run}/${n}`)
  const children = [
    ['one', 'c/one', 'c/two'],
    ['two', 'c/two', 'c/one'],
  ].map(([run, mine, other]) => startChild('edit-chains.mjs', [butler.root, run!, `${count}`, mine!, other!]))
  await Promise.all(children.map((child) => child.line(/ready/)))
  for (const child of children) child.process.stdin.write('go\n')
  const ended = await Promise.all(children.map((child) => child.ended))
  expect(ended.map(({ code, err }) => [code, err])).toEqual([
    [0, ''],
    [0, ''],
  ])
  const { children: inChain } = await collections.getInfo('all')
  const newestFirst = (run: string) => Array.from({ length: count }, (_, i) => `${run}/${count - 1 - i}`)
  for (const run of ['one', 'two'])
    expect(inChain.filter((name) => name.startsWith(`${run}/`))).toEqual(newestFirst(run))
  expect(inChain).toHaveLength(2 * count + 1)
  expect(inChain[1]).toBe('both')
  expect(ended.filter(({ out }) => out.includes('butler/collection-cycle'))).toHaveLength(1)
})

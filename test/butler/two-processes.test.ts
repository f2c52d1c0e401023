import { join } from 'node:path'
import { rawSqlite } from '../support/raw-sqlite.ts'
import { expect, test, vi } from 'vitest'
import { openNodeButler, openNodeSqlite } from '#platform/node'
import { isNetworkType } from '../../src/platform/node/file-system.ts'
import { startChild } from '../support/child.ts'
import { useMemoryDisk } from '../support/memory-disk.ts'
import { anEmptyRepository, tempFolder } from '../support/repository.ts'

vi.setConfig({ testTimeout: 240_000 })
useMemoryDisk()

/** A repository with so many visits. */
async function aCountingRepository(visits: number) {
  const butler = await anEmptyRepository()
  const { registry } = butler
  await registry.insertDimensionData('instrument', [
    { name: 'Cam', detector_max: 4, visit_max: visits, exposure_max: visits },
  ])
  await registry.insertDimensionData('physical_filter', [{ instrument: 'Cam', name: 'r1', band: 'r' }])
  await registry.insertDimensionData('day_obs', [{ instrument: 'Cam', id: 20240201 }])
  const visit = { instrument: 'Cam', day_obs: 20240201, physical_filter: 'r1' }
  await registry.insertDimensionData(
    'visit',
    Array.from({ length: visits }, (_, id) => ({ ...visit, id, name: `v${id}` })),
  )
  await registry.registerDatasetType({
    name: 'count',
    dimensions: ['instrument', 'visit'],
    storageClass: 'StructuredDataDict',
  })
  return butler
}

/** Set the mode of a repository's file; nobody may have it open. */
function setJournal(root: string, journal: 'wal' | 'delete'): void {
  const database = rawSqlite(join(root, 'gen3.sqlite3'))
  expect(database.pragma(`journal_mode = ${journal}`, { simple: true })).toBe(journal)
  database.close()
}

test.each(['wal', 'delete'] as const)(
  'two processes that put 1000 datasets each into one SQLite repository both get all of them in (journal %s)',
  async (journal) => {
    const each = 1000
    const made = await aCountingRepository(each)
    const { root } = made
    await made.close()
    setJournal(root, journal)
    const butler = await openNodeButler(root)
    const children = ['run/one', 'run/two'].map((run) =>
      startChild('put-many.mjs', [butler.root, run, String(each)]),
    )
    await Promise.all(children.map((c) => c.line(/ready/)))
    for (const child of children) child.process.stdin.write('go\n')
    // A reader looks all the while and is never refused.
    let looks = 0
    const running = Promise.all(children.map((c) => c.ended))
    let done = false
    void running.then(() => (done = true))
    while (!done) {
      await butler.queryDatasets('count', {
        collections: 'run/*',
        findFirst: false,
        explain: false,
        limit: null,
      })
      looks++
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    for (const { code, out, err } of await running) {
      expect(err).toBe('')
      expect(code).toBe(0)
      // Nobody was shut out: no put waited longer than a few seconds.
      expect(Number(/longest (\d+)/.exec(out)![1])).toBeLessThan(10_000)
    }
    expect(looks).toBeGreaterThan(5)
    const query = { collections: 'run/*', findFirst: false, limit: null }
    const refs = await butler.queryDatasets('count', query)
    expect(refs).toHaveLength(2 * each)
    for (const ref of [refs[0]!, refs.at(-1)!])
      expect(await butler.get(ref)).toEqual({ run: ref.run, n: ref.dataId['visit'] })
    await butler.close()
  },
)

test.each(['wal', 'delete'] as const)(
  'processes that open, write and close one repository again and again are never refused (journal %s)',
  async (journal) => {
    const made = await anEmptyRepository()
    const { root } = made
    await made.close()
    setJournal(root, journal)
    const each = 60
    const children = ['one', 'two'].map((name) => startChild('open-many.mjs', [root, name, String(each)]))
    await Promise.all(children.map((c) => c.line(/ready/)))
    for (const child of children) child.process.stdin.write('go\n')
    for (const { code, err } of await Promise.all(children.map((c) => c.ended)))
      expect({ code, err }).toEqual({ code: 0, err: '' })
    const butler = await openNodeButler(root)
    expect(await butler.collections.query('opened/*')).toHaveLength(2 * each)
    await butler.close()
  },
)

test('on a network file system the journal is a rollback journal, also for files that had a write-ahead log', async () => {
  const path = join(tempFolder(), 'registry.sqlite3')
  const mode = () => {
    const database = rawSqlite(path, { readonly: true })
    const text = database.pragma('journal_mode', { simple: true })
    database.close()
    return text
  }
  const open = async (options: Parameters<typeof openNodeSqlite>[1]) => {
    const connection = await openNodeSqlite(path, options)
    await connection.script('CREATE TABLE IF NOT EXISTS t (x INTEGER)')
    await connection.close()
  }
  await open({ create: true })
  expect(mode()).toBe('wal')
  await open({ journal: 'delete' })
  expect(mode()).toBe('delete')
  // Left as it is on a local disk: the real Butler makes its files so.
  await open({})
  expect(mode()).toBe('delete')
  expect([0x6969, 0xff534d42, 0x65735546, 0xfe534d42 | 0].map(isNetworkType)).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect([0xef53, 0x01021994, 0x9123683e].map(isNetworkType)).toEqual([false, false, false])
})

test('a reader of a repository that is being written sees the state of the last commit', async () => {
  const butler = await aCountingRepository(2)
  const reader = await openNodeButler(butler.root)
  await butler.collections.register('run')
  const query = { collections: 'run', explain: false }
  await butler.transaction(async () => {
    await butler.put({ n: 0 }, 'count', { instrument: 'Cam', visit: 0 }, { run: 'run' })
    expect(await reader.queryDatasets('count', query)).toEqual([])
    await butler.put({ n: 1 }, 'count', { instrument: 'Cam', visit: 1 }, { run: 'run' })
  })
  expect(await reader.queryDatasets('count', query)).toHaveLength(2)
  await reader.close()
})

test('integers above 2^53 are exact in tables, data IDs and queries', async () => {
  const butler = await aCountingRepository(1)
  const { registry } = butler
  await butler.collections.register('run')
  const big = 2n ** 53n + 1n
  const [record] = await butler.queryDimensionRecords('visit')
  await registry.insertDimensionData('visit', [{ ...record!.fields, id: big, name: 'big' }])
  await registry.insertDimensionData('visit', [{ ...record!.fields, id: big + 1n, name: 'bigger' }])
  const ref = await butler.put({ n: 1 }, 'count', { instrument: 'Cam', visit: big }, { run: 'run' })
  expect(ref.dataId['visit']).toBe(big)
  await butler.put({ n: 2 }, 'count', { instrument: 'Cam', visit: 'bigger' }, { run: 'run' })
  const get = (visit: string | bigint) =>
    butler.get('count', { instrument: 'Cam', visit }, { collections: 'run' })
  expect([await get(big), await get(String(big + 1n)), await get('bigger')]).toEqual([
    { n: 1 },
    { n: 2 },
    { n: 2 },
  ])
  const found = (where: string) =>
    butler.queryDatasets('count', {
      collections: 'run',
      where: `instrument='Cam' AND ${where}`,
      withDimensionRecords: true,
    })
  expect((await found(`visit = ${big}`)).map((r) => r.dataId['visit'])).toEqual([big])
  expect((await found(`visit IN (${big + 1n})`)).map((r) => r.dataId['visit'])).toEqual([big + 1n])
  const [expanded] = await found(`visit = ${big}`)
  expect(expanded!.coordinate.records!.get('visit')!.id).toBe(big)
})

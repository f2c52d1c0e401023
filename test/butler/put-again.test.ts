import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Butler, DatasetRef } from '#butler'
import { checkRepository, mendable, unmendable } from '#butler'
import { aRepository, tempFolder } from '../support/repository.ts'

// What a transaction deletes stays until its commit; the same data ID, or the same dataset, may be written again before that.

const ID = { instrument: 'Cam', visit: 1, detector: 1 }
const RUN = { run: 'run/a' }
const PURGE = { disassociate: true, unstore: true, purge: true }
const put = (butler: Butler, n: number) => butler.put({ n }, 'note', ID, RUN)
const filesOf = (butler: Butler) =>
  readdirSync(butler.root, { recursive: true, encoding: 'utf8' }).filter(
    (f) => f.endsWith('.yaml') && f.includes('note'),
  )

async function expectOnly(butler: Butler, n: number): Promise<void> {
  expect(await butler.get('note', ID, { collections: 'run/a' })).toEqual({ n })
  expect(filesOf(butler)).toHaveLength(1)
  const report = await checkRepository(butler.repository)
  expect([report.datasets, mendable(report) + unmendable(report)]).toEqual([1, 0])
}

/** Ways to write the dataset again that was there. */
const AGAIN: Readonly<Record<string, (butler: Butler, old: DatasetRef, n: number) => Promise<DatasetRef>>> = {
  'as a new dataset': (butler, _old, n) => put(butler, n),
  'under its own id': (butler, old, n) => butler.put({ n }, old),
  'from a file': async (butler, old, n) => {
    const path = join(tempFolder(), 'file.yaml')
    writeFileSync(path, `n: ${n}\n`)
    await butler.ingest([{ path, refs: [old] }], { transfer: 'copy' })
    return old
  },
}

test.each(Object.entries(AGAIN))(
  'put, prune and put again in one transaction leaves the last one, %s',
  async (_how, again) => {
    const butler = await aRepository()
    await butler.transaction(async () => {
      let ref = await put(butler, 1)
      for (const n of [2, 3]) {
        await butler.pruneDatasets([ref], PURGE)
        ref = await again(butler, ref, n)
      }
      expect(await butler.get(ref)).toEqual({ n: 3 })
    })
    await expectOnly(butler, 3)
  },
)

test.each(Object.entries(AGAIN))(
  'a transaction that fails after it has written a dataset again brings back the former one, %s',
  async (_how, again) => {
    const butler = await aRepository()
    const first = await put(butler, 1)
    const failing = butler.transaction(async () => {
      let ref = first
      for (const n of [2, 3]) {
        await butler.pruneDatasets([ref], PURGE)
        ref = await again(butler, ref, n)
      }
      throw new Error('in the end')
    })
    await expect(failing).rejects.toThrow('in the end')
    await expectOnly(butler, 1)
    await butler.transaction(async () => {
      await butler.pruneDatasets([first], PURGE)
      await again(butler, first, 4)
    })
    await expectOnly(butler, 4)
  },
)

test('a run that is removed and written again in one transaction holds the new datasets', async () => {
  const butler = await aRepository()
  await put(butler, 1)
  await butler.transaction(async () => {
    await butler.removeRuns('run/a')
    await butler.collections.register('run/a')
    await put(butler, 2)
  })
  await expectOnly(butler, 2)
})

test('an id that is taken in another run is told with the way to make one for each run', async () => {
  const { registry } = await aRepository()
  const make = (run: string) => registry.insertDatasets('note', [ID], { run, idMode: 'DATAID_TYPE' })
  await make('run/a')
  await expect(make('run/b')).rejects.toMatchObject({
    code: 'butler/conflicting-definition',
    hint: expect.stringContaining('ids of DATAID_TYPE are the same in every run') as string,
  })
})

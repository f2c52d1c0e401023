// The butler's jobs in a process of their own: node process.js REPO WORK N FILES prints { job: milliseconds }.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DataId } from '#butler'
import { exportRepository, importRepository } from '#butler'
import { createNodeButler, openNodeButler } from '#platform/node'
import { dataIds } from './repository.ts'

const [repo, work, count] = process.argv.slice(2) as [string, string, string]
const out: Record<string, number> = {}
const where = "instrument='Cam'"

async function once<T>(job: string, run: () => Promise<T>): Promise<T> {
  const begin = performance.now()
  const value = await run()
  out[job] = performance.now() - begin
  return value
}

/** The median of many small jobs. */
async function each(
  job: string,
  ids: readonly DataId[],
  run: (id: DataId) => Promise<unknown>,
): Promise<void> {
  const times: number[] = []
  for (const id of ids) {
    const begin = performance.now()
    await run(id)
    times.push(performance.now() - begin)
  }
  out[job] = times.sort((a, b) => a - b)[times.length >> 1]!
}

const all = dataIds(100)
const some = all.slice(500, 560)
const butler = await openNodeButler(repo, { writeable: true })
const write = (id: DataId) => butler.put({ a: 1 }, 'written', id, { run: 'run/written' })
await each('put', all.slice(0, 300), write)
await butler.transaction(() => each('put-transaction', all.slice(1000, 1300), write))
await each('find', some, (id) => butler.findDataset('note', id, { collections: 'run/big' }))
await each('find-chain', some, (id) => butler.findDataset('note', id, { collections: 'chain' }))
await each('get', all.slice(1000, 1060), (id) => butler.get('written', id, { collections: 'run/written' }))
/** A query whose every ref is looked at: its id and visit, and with records each of them. */
const find = async (collections: string, withDimensionRecords = false) => {
  const refs = await butler.queryDatasets('note', { collections, where, limit: null, withDimensionRecords })
  for (const { id, dataId, coordinate, datasetType } of refs) {
    if (id.length !== 36 || dataId['visit'] === undefined) throw new Error(`${id} lacks its visit`)
    if (!withDimensionRecords) continue
    for (const element of datasetType.dimensions.elements)
      if (element.kind !== 'view' && coordinate.records?.get(element.name) === undefined)
        throw new Error(`${id} lacks its ${element.name}`)
  }
  return refs
}
await find('run/1')
const refs = await once('refs', () => find('run/big'))
if (refs.length !== 100_000) throw new Error(`${refs.length} refs`)
await once('refs-records', () => find('run/big', true))
const first = await once('find-first', () => find('chain'))
if (first.length !== 10_000) throw new Error(`${first.length} first refs`)
const rows = await once('overlap', () =>
  butler.queryDataIds(['visit', 'detector', 'patch'], {
    where: `${where} AND skymap='sky' AND visit <= 40`,
    limit: null,
  }),
)
out['overlap-rows'] = rows.length

await butler.collections.register('run/ingested')
const made = await butler.registry.makeRefs('written', dataIds(1000).slice(0, Number(count)), {
  run: 'run/ingested',
})
const items = made.map((ref, i) => ({ path: join(work, 'files', `${i}.yaml`), refs: [ref] }))
await once('ingest', () => butler.ingest(items, { transfer: 'direct' }))
const ingested = await butler.queryDatasets('written', { collections: 'run/ingested', limit: null })
const text = await once('export', async () => {
  const yaml = await exportRepository(butler.repository, { datasets: ingested })
  writeFileSync(join(work, 'ours.yaml'), yaml)
  return yaml
})
const target = await createNodeButler(join(work, 'our-target'))
await once('import', () =>
  importRepository(target.repository, text, 'ours.yaml', { directory: work, transfer: 'direct' }),
)
await target.close()
await butler.close()
console.log(JSON.stringify(out))

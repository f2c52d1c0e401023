import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Butler } from '#butler'
import { defaultContext } from '#core'
import {
  buildPipelineGraph,
  type GraphOptions,
  loadPipeline,
  type PipelineGraph,
  prepareRun,
  type QuantaAdjuster,
  type QuantumGraph,
  registerPipelineTypes,
} from '#pipeline'
import { openNodeButler } from '#platform/node'
import { dataPath } from '../support/data.ts'
import { tasks } from '../support/fl-tasks.ts'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'

// Names of options and cases as in the tests of the Rubin middleware's graph builder.

const pipelines = dataPath('rubin-middleware/pipelines')
const host = {
  env: (name: string) => (name === 'FL_PIPELINES' ? pipelines : undefined),
  exists: (path: string) => Promise.resolve(existsSync(path)),
  readText: (path: string) => readFile(path, 'utf8'),
}
let master: RepositoryMaster
let butler: Butler
let pipeline: PipelineGraph

/** `isr` is done for two detectors, `characterizeImage` for one of them, without any of their images being there. */
beforeAll(async () => {
  master = unpackRepository()
  butler = await openNodeButler(master.root, { writeable: true })
  const parsed = await loadPipeline(join(pipelines, '02-single-frame.yaml'), host)
  pipeline = await buildPipelineGraph(parsed, { tasks, host, universe: butler.dimensions })
  await registerPipelineTypes(butler, pipeline)
  await butler.collections.register('prior', 'RUN')
  const isr = (await graph()).tasks[0]!
  expect(isr.node.label).toBe('isr')
  const [first, second] = [isr.table.get(isr.coordinates[0]!), isr.table.get(isr.coordinates[1]!)]
  await butler.registry.insertDatasets('isr_metadata', [first, second], { run: 'prior' })
  const visit = (await graph()).tasks[1]!
  const same = [...visit.table.all()].find((c) => c.get('detector') === first.get('detector'))!
  await butler.registry.insertDatasets('characterizeImage_metadata', [same], { run: 'prior' })
})
afterAll(async () => {
  await butler.close()
  master.remove()
})

async function graph(options: GraphOptions = {}): Promise<QuantumGraph> {
  const where = "instrument='HSC' AND visit=903344"
  const base = { input: ['HSC/defaults'], outputRun: 'u/retained', where }
  return (await prepareRun(butler, pipeline, { ...base, ...options }, defaultContext())).graph
}

const counts = (found: QuantumGraph): Record<string, number> =>
  Object.fromEntries(found.tasks.map((t) => [t.node.label, t.coordinates.length]))

test('what was not kept and is needed is made again, back to what was kept', async () => {
  const all = counts(await graph())
  const n = all['isr']!
  expect(all).toEqual({ isr: n, characterizeImage: n, calibrate: n })
  const skipExistingIn = ['prior']
  expect(counts(await graph({ skipExistingIn })), 'all is taken to be kept, and is not there').toEqual({
    isr: n - 2,
    characterizeImage: n - 2,
    calibrate: n - 2,
  })
  expect(counts(await graph({ skipExistingIn, retainedDatasetTypes: ['*_metadata'] }))).toEqual(all)
  expect(
    counts(await graph({ skipExistingIn, retainedDatasetTypes: ['*_metadata', 'icExp*', 'icSrc'] })),
    'characterizeImage of one detector is done and its images are kept: nothing is to be made for it',
  ).toEqual({ isr: n - 1, characterizeImage: n - 1, calibrate: n - 1 })
})

test('what was kept is said only where quanta are skipped', async () => {
  await expect(graph({ retainedDatasetTypes: ['*'] })).rejects.toMatchObject({
    code: 'pipeline/retained-alone',
  })
})

test('quanta that lead to none of the anchor are left out, with all that depends on them', async () => {
  const n = (await graph()).tasks[0]!.coordinates.length
  const pruneUnanchoredQuanta = (source: string, anchor: string) => ({
    pruneUnanchoredQuanta: [source, anchor] as const,
  })
  expect((await graph(pruneUnanchoredQuanta('isr', 'calibrate'))).size).toBe(3 * n)
  for (const [source, anchor] of [
    ['isr', 'no_such_task'],
    ['no_such_task', 'isr'],
  ] as const)
    await expect(graph(pruneUnanchoredQuanta(source, anchor))).rejects.toMatchObject({
      code: 'pipeline/unknown-label',
    })
  await butler.collections.register('half', 'RUN')
  const visits = (await graph()).tasks[1]!
  const [done] = visits.table.all()
  await butler.registry.insertDatasets('characterizeImage_metadata', [done!], { run: 'half' })
  const half = { skipExistingIn: ['half'] }
  expect(counts(await graph(half))).toEqual({ isr: n, characterizeImage: n - 1, calibrate: n - 1 })
  expect(counts(await graph({ ...half, ...pruneUnanchoredQuanta('isr', 'characterizeImage') }))).toEqual({
    isr: n - 1,
    characterizeImage: n - 1,
    calibrate: n - 1,
  })
})

test('a task sees all its quanta together and takes some out; later tasks go without', async () => {
  const seen: string[] = []
  const adjustAllQuanta = ({ dataIds, inputs, outputs, remove }: QuantaAdjuster): void => {
    const [first, ...others] = dataIds()
    seen.push(...Object.keys({ ...inputs(first!), ...outputs(first!) }))
    for (const quantum of others) remove(quantum, 'one is enough')
    expect(() => remove(others[0]!)).toThrow(/no quantum/)
  }
  const changed = pipeline.tasks.map((node) =>
    node.label === 'isr' ? { ...node, task: { ...node.task, adjustAllQuanta } } : node,
  )
  const where = "instrument='HSC' AND visit=903344"
  const found = await prepareRun(
    butler,
    { ...pipeline, tasks: changed },
    { input: ['HSC/defaults'], outputRun: 'u/one', where },
    defaultContext(),
  )
  expect(seen).toEqual(expect.arrayContaining(['outputExposure']))
  expect(counts(found.graph)).toMatchObject({ isr: 1, characterizeImage: 1 })
})

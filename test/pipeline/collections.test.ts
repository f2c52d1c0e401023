import { beforeEach, expect, test } from 'vitest'
import type { Butler } from '#butler'
import { buildPipelineGraph, parsePipeline, type PipelineGraph } from '#pipeline'
import { applyCollections, resolveCollections } from '../../src/pipeline/execute/collections.ts'
import { tasks } from '../support/fl-tasks.ts'
import { anEmptyRepository } from '../support/repository.ts'

const host = {
  env: () => undefined,
  exists: () => Promise.resolve(false),
  readText: (path: string) => Promise.reject(new Error(path)),
}
const now = Date.UTC(2026, 10, 22)
const options = { input: ['in'], output: 'u/c' }
let pipeline: PipelineGraph
let butler: Butler
beforeEach(async () => {
  const parsed = await parsePipeline('description: isr\ntasks: {isr: fl_tasks.IsrTask}\n', {
    file: 'p.yaml',
    host,
  })
  pipeline = await buildPipelineGraph(parsed, { tasks, host })
  butler = await anEmptyRepository()
  for (const run of ['first', 'second']) await butler.collections.register(run)
  await butler.collections.register('in', 'CHAINED')
  await butler.collections.redefineChain('in', ['first', 'second'])
})

const children = async (name: string) => (await butler.collections.getInfo(name)).children
const made = async () => await butler.collections.query('u/*')
const apply = (collections: Awaited<ReturnType<typeof resolveCollections>>) =>
  applyCollections(butler, collections, pipeline)

test('run and chain are made together or not at all', async () => {
  const collections = await resolveCollections(butler, options, now)
  const broken = { ...collections, chain: [...(collections.chain ?? []), 'no/such'] }
  await expect(apply(broken)).rejects.toThrow(/no\/such/)
  expect(await made()).toEqual([])
  await apply(collections)
  expect((await children('u/c')).slice(0, 1)).toEqual([collections.run])
})

test('of two runs that begin in one second the second is refused, and the first keeps its run to itself', async () => {
  const [first, second] = [
    await resolveCollections(butler, options, now),
    await resolveCollections(butler, options, now),
  ]
  await apply(first)
  const before = await children('u/c')
  await expect(apply(second)).rejects.toThrow(/made by another process since/)
  expect(await children('u/c')).toEqual(before)
})

test('runs of their own names that begin together are both in the chain, whether it was there before or not', async () => {
  for (const round of ['a', 'b']) {
    const named = (run: string) => ({ ...options, outputRun: `u/c/${round}${run}` })
    const both = [
      await resolveCollections(butler, named('1'), now),
      await resolveCollections(butler, named('2'), now),
    ]
    for (const collections of both) await apply(collections)
    expect((await children('u/c')).slice(0, 2)).toEqual([`u/c/${round}2`, `u/c/${round}1`])
  }
  expect(new Set(await children('u/c')).size).toBe((await children('u/c')).length)
})

test('a chain without members takes its inputs from -i', async () => {
  await butler.collections.register('u/c', 'CHAINED')
  const collections = await resolveCollections(butler, options, now)
  await apply(collections)
  expect(await children('u/c')).toEqual([collections.run, ...collections.inputs])
  expect(collections.inputs).toEqual(['first', 'second'])
})

test.each([
  ['itself', ['u/c'], {}],
  ['itself and what it has', ['u/c', 'in'], {}],
  ['itself, its first run replaced', ['u/c'], { replaceRun: true }],
  ['itself and something new, with --rebase', ['u/c', 'third'], { rebase: true }],
])('an output chain may be given as input: %s', async (_, input, more) => {
  await butler.collections.register('third')
  await apply(await resolveCollections(butler, options, now))
  const [first = ''] = await children('u/c')
  const again = await resolveCollections(butler, { ...options, ...more, input }, now + 60_000)
  await apply(again)
  const rest = ['first', 'second', ...('rebase' in more ? ['third'] : [])]
  const before = 'replaceRun' in more ? [] : [first]
  expect((await children('u/c')).slice(1).toSorted()).toEqual([...before, ...rest].toSorted())
  expect((await children('u/c'))[0]).toBe(again.run)
  expect(again.inputs).toEqual([...before, ...rest])
})

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Butler, DataCoordinate, DatasetRef } from '#butler'
import { defineConfig } from '#config'
import { defaultContext, messageOf } from '#core'
import { Random } from '#math'
import {
  buildPipelineGraph,
  type Connection,
  definePipelineTask,
  input,
  output,
  parsePipeline,
  type PipelineTask,
  prepareRun,
  prerequisiteInput,
  TaskRegistry,
} from '#pipeline'
import { openNodeButler } from '#platform/node'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'
import { pythonPath } from '../support/python.ts'
import {
  type ConnectionSpec,
  FIXED,
  type PipelineSpec,
  SpecSource,
  type TaskSpec,
} from './quantum-graph/random-specs.ts'

// Random pipelines: our graphs have the quanta, inputs and outputs of the real builder's. FIRSTLIGHT_GRAPHS=150 is the full form
// (some minutes); FIRSTLIGHT_GRAPH_SEED takes up a failed one again.
const count = Number(process.env['FIRSTLIGHT_GRAPHS'] ?? 2)
const seed = Number(process.env['FIRSTLIGHT_GRAPH_SEED'] ?? 20261122)
const RUN = 'u/random/run'

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

function connection({ kind, ...rest }: ConnectionSpec): Connection {
  const options = { doc: '-', ...rest }
  if (kind === 'output') return output(options)
  return kind === 'input' ? input(options) : prerequisiteInput(options)
}

const task = ({ label, dimensions, templates, connections }: TaskSpec): PipelineTask =>
  definePipelineTask({
    className: `random.${label}`,
    defaultName: label,
    dimensions,
    defaultTemplates: templates,
    connections: Object.fromEntries(Object.entries(connections).map(([n, spec]) => [n, connection(spec)])),
    config: defineConfig({ name: `random.${label}Config`, fields: {} }),
    run: () => ({}),
  })

const host = {
  env: () => undefined,
  exists: () => Promise.resolve(false),
  readText: () => Promise.reject(new Error('no files')),
}

/** As the Python side prints it: what is there by id, what is to be made by data ID. */
async function graph({ tasks, where, inputs, skip, constraint }: PipelineSpec): Promise<unknown> {
  const registry = new TaskRegistry()
  for (const one of tasks) registry.add(task(one))
  const lines = tasks.map(({ label, config }) => {
    const given = Object.entries(config).map(([name, value]) => `connections.${name}: ${value}`)
    return `  ${label}: {class: random.${label}, config: {${given.join(', ')}}}\n`
  })
  const text = `description: random\ntasks:\n${lines.join('')}`
  const { dimensions: universe } = butler
  const pipeline = await buildPipelineGraph(await parsePipeline(text, { host }), {
    tasks: registry,
    host,
    universe,
  })
  const options = {
    input: inputs,
    outputRun: RUN,
    where,
    skipExistingIn: skip,
    datasetQueryConstraint: constraint,
  }
  const found = (await prepareRun(butler, pipeline, options, defaultContext())).graph
  return Object.fromEntries(
    [...found].map((q) => [`${q.label} ${key(q.coordinate)}`, [ids(q.inputs), ids(q.outputs)]]),
  )
}

const key = ({ group, values }: DataCoordinate): string =>
  JSON.stringify(Object.fromEntries(group.required.toSorted().map((name) => [name, values[name]])))

function ids(byConnection: Readonly<Record<string, readonly DatasetRef[]>>): unknown {
  const found: Record<string, Set<string>> = {}
  for (const ref of Object.values(byConnection).flat())
    (found[ref.datasetType.name] ??= new Set()).add(ref.run === RUN ? key(ref.coordinate) : ref.id)
  return Object.fromEntries(Object.entries(found).map(([name, set]) => [name, [...set].sort()]))
}

const settled = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => `${(error as { code?: string }).code}: ${messageOf(error)}`)

test(`${count} random pipelines have the graphs of the real builder`, {
  timeout: 60_000 + count * 10_000,
}, async () => {
  const source = new SpecSource(new Random(seed))
  const specs = [...FIXED, ...Array.from({ length: count }, () => source.pipeline())]
  const file = join(master.root, '../specs.json')
  writeFileSync(file, JSON.stringify(specs))
  const script = join(import.meta.dirname, 'quantum-graph/random-graphs.py')
  // Both build at the same time.
  const answers = promisify(execFile)(pythonPath(), [script, master.root, file], { maxBuffer: 1 << 28 })
  const made: unknown[] = []
  for (const spec of specs) made.push(await settled(graph(spec)))
  const real = JSON.parse((await answers).stdout) as unknown[]
  const differing: unknown[] = []
  let quanta = 0
  for (const [i, spec] of specs.entries()) {
    const [ours, theirs] = [made[i], real[i]]
    if (typeof theirs === 'object') quanta += Object.keys(theirs ?? {}).length
    // Refusals are told in other words; one type in two storage classes is more than the real one takes.
    if (typeof theirs === 'string' && (typeof ours === 'string' || theirs.startsWith('NotImplemented')))
      continue
    try {
      expect(ours).toEqual(theirs)
    } catch (error) {
      differing.push({ i, spec, ours, theirs, error: messageOf(error) })
    }
  }
  if (process.env['FIRSTLIGHT_GRAPH_LOG'] !== undefined)
    writeFileSync(process.env['FIRSTLIGHT_GRAPH_LOG'], JSON.stringify({ specs, real, differing, quanta }))
  expect(differing, `seed ${seed}`).toEqual([])
  expect(quanta).toBeGreaterThan(count)
})

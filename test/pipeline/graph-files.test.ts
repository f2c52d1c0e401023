import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatasetRef, DimensionUniverse } from '#butler'
import { isFirstlightError } from '#core'
import {
  loadGraphDatasets,
  loadQuantumGraph,
  makeIdSource,
  outputsOfQuanta,
  type QuantumGraph,
  saveQuantumGraph,
  transferableOutputs,
} from '#pipeline'
import { openNodeButler } from '#platform/node'
import { dataPath } from '../support/data.ts'
import '../support/fast-check.ts'
import { tasks } from '../support/fl-tasks.ts'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'
import { pipetask } from '../support/pipetask.ts'

let master: RepositoryMaster
let graph: QuantumGraph
let bytes: Readonly<Record<'qg' | 'fgraph', Uint8Array>>
const universe = { dimensions: DimensionUniverse.canonical() }
const load = (name: string, file: Uint8Array) => loadQuantumGraph(name, file, tasks, universe)

beforeAll(async () => {
  master = unpackRepository()
  const command = (file: string) =>
    pipetask(
      `pipetask qgraph -b <REPO> -p <PIPELINES>/03-example.yaml -i HSC/defaults -o u/t/x -q <WORK>/${file} --qgraph-datastore-records -d`
        .split(' ')
        .concat("instrument='HSC' AND skymap='discrete/ci_hsc' AND visit=903344"),
      { '<REPO>': master.root, '<WORK>': join(master.root, '..') },
    )
  const made = await command('a.fgraph')
  if (made.rc !== 0) throw new Error(made.stderr)
  const file = new Uint8Array(readFileSync(join(master.root, '../a.fgraph')))
  graph = await load('a.fgraph', file)
  bytes = { fgraph: file, qg: saveQuantumGraph('a.qg', graph) }
})
afterAll(() => master.remove())

const told = (g: QuantumGraph): unknown =>
  [...g].map((q) => ({
    id: q.id,
    label: q.label,
    dataId: q.dataId,
    inputs: Object.values(q.inputs)
      .flat()
      .map((r) => [r.id, r.run, String(r.coordinate)]),
    outputs: [...Object.values(q.outputs).flat(), q.metadata, q.log].map((r) => [r?.id, r?.run]),
  }))

// The real reader looks every type of the pipeline up: it fails where one is not in the file.
test('a file names every type of the pipeline, also those of a task that has no quanta', async () => {
  const file = join(master.root, '../b.qg')
  const { rc, stderr } = await pipetask(
    `pipetask qgraph -b ${master.root} -p <PIPELINES>/09-same-task-twice.yaml -i HSC/defaults -o u/t/b -q ${file} -d`
      .split(' ')
      .concat('visit=903342 AND detector=5'),
  )
  expect(rc, stderr).toBe(0)
  const { tasks: made, pipeline, datasets } = await load('b.qg', new Uint8Array(readFileSync(file)))
  expect(made.map(({ node }) => node.label)).toEqual(['isrA', 'isrB'])
  expect([...datasets.keys()]).toEqual(
    expect.arrayContaining([...pipeline.datasetTypes.keys(), 'countSources_metadata', 'countSources_log']),
  )
})

test('what the real pipetask saved is read: header, quanta with their ids, dimension records', async () => {
  const theirs = await load(
    '03-tutorial.qg',
    new Uint8Array(readFileSync(dataPath('rubin-middleware/graphs/03-tutorial.qg'))),
  )
  expect(theirs.header).toMatchObject({ output: 'u/t/x', run: 'u/t/x/20261121T234423Z', user: 'fl' })
  expect(theirs.tasks.map((t) => [t.node.label, t.coordinates.length])).toEqual([
    ['isr', 1],
    ['characterizeImage', 1],
    ['calibrate', 1],
    ['makeWarp', 2],
  ])
  const isr = theirs.quantum(0)
  expect(isr.id).toBe('01a2007f-2925-7bbb-bc15-00fdf5e7f971')
  expect(isr.outputs['outputExposure']?.[0]?.id).toBe('01a2007f-291b-752e-ac6e-81f409a4b727')
  expect(isr.inputs['flat']?.[0]?.run).toBe('HSC/calib/gen2/20130617')
  expect(theirs.predecessors().map((b) => b.join())).toEqual(['', '0', '1', '2', '2'])
  const visit = theirs.extras.records?.expand(theirs.quantum(1).coordinate).records?.get('visit')
  expect([visit?.get('name'), visit?.get('exposure_time'), visit?.timespan?.nsec[0]]).toEqual([
    'HSCA90334400',
    30,
    1371475562500000000n,
  ])
})

for (const form of ['qg', 'fgraph'] as const) {
  test(`${form}: quanta, ids, files and records survive`, async () => {
    const again = await load(`a.${form}`, bytes[form])
    expect(told(again)).toEqual(told(graph))
    const raw = graph.quantum(0).inputs['ccdExposure']?.[0]?.id ?? ''
    expect(again.extras.files?.get(raw)?.[0]?.path).toMatch(/^HSC\/raw\/all\/raw\//)
    const coordinate = again.quantum(0).coordinate
    expect(again.extras.records?.expand(coordinate).region).toEqual(
      graph.extras.records?.expand(coordinate).region,
    )
  })

  test(`${form}: a quantum is found by its UUID`, async () => {
    const again = await load(`a.${form}`, bytes[form])
    for (const i of [0, 7, again.size - 1]) expect(again.indexOf(graph.quantumId(i))).toBe(i)
    expect(again.indexOf('01a2007f-2925-7bbb-bc15-00fdf5e7f971')).toBeUndefined()
  })

  test(`${form}: a damaged file is refused by name, or read as if nothing were wrong`, {
    timeout: 60_000,
  }, async () => {
    const file = bytes[form]
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const broken = file.slice()
        broken[at] = (broken[at] ?? 0) ^ flip
        await load('broken', broken).catch((error: unknown) =>
          expect(isFirstlightError(error) ? error.code : error).toBeTypeOf('string'),
        )
      }),
      { numRuns: 60 },
    )
    for (const share of [0, 0.1, 0.5, 0.9, 0.999])
      await expect(load('cut', file.slice(0, Math.floor(file.length * share)))).rejects.toMatchObject({
        code: 'pipeline/bad-graph-file',
      })
  })
}

test('qg: one flipped bit inside any member is refused, with the file named', async () => {
  for (const member of [
    'header.json.zst',
    'pipeline_graph.json.zst',
    'thin_graph.json.zst',
    'quantum_datasets.mb',
  ]) {
    const broken = Buffer.from(bytes.qg)
    broken[broken.indexOf(member) + member.length + 40]! ^= 1
    const error: unknown = await load('flipped.qg', broken).catch((e: unknown) => e)
    expect(isFirstlightError(error) && error.message, member).toMatch(
      /^flipped\.qg .*damaged \(.*check sum of/,
    )
  }
})

test('another run gets other dataset ids and the same quanta', () => {
  const moved = graph.withRun('u/other/run', makeIdSource(graph.header.time + 1), 'new-id', {})
  const [before, after] = [graph.quantum(3), moved.quantum(3)]
  expect(after.id).toBe(before.id)
  expect(after.inputs).toEqual(before.inputs)
  expect([after.metadata.run, before.metadata.run]).toEqual(['u/other/run', graph.header.run])
  expect(after.metadata.id).not.toBe(before.metadata.id)
})

test('a part of a graph keeps the ids of its quanta and datasets', () => {
  const last = graph.size - 1
  const part = graph.subset(new Set([0, last]))
  expect(told(part)).toEqual([0, last].map((i) => (told(graph) as unknown[])[i]))
})

for (const form of ['qg', 'fgraph'] as const)
  test(`${form}: what may be transferred is known without the tasks`, async () => {
    const { pipeline } = graph
    const init = pipeline.tasks.flatMap((n) => [n.configName, ...n.initOutputs.map((e) => e.datasetType)])
    const wanted = [...init, 'packages'].map((name) => graph.initRef(name)).concat(...outputsOfQuanta(graph))
    const found = transferableOutputs(await loadGraphDatasets(`a.${form}`, bytes[form], universe))
    const rows = (refs: readonly DatasetRef[]): readonly string[] => refs.map((r) => `${r} ${r.id}`).sort()
    expect(rows(found)).toEqual(rows(wanted))
  })

test('old and foreign files are told apart', async () => {
  const old = new Uint8Array(readFileSync(dataPath('rubin-middleware/graphs/02-one.qgraph')))
  await expect(load('02-one.qgraph', old)).rejects.toThrow(/old pickled form; save it as .qg/)
  await expect(load('x.qg', new TextEncoder().encode('SIMPLE  ='))).rejects.toThrow(/does not begin as one/)
  expect(() => saveQuantumGraph('x.zip', graph)).toThrow(/Unsupported extension '.zip'/)
})

test('our form is at least five times smaller than the interchange form', () => {
  expect(bytes.qg.length / bytes.fgraph.length).toBeGreaterThan(5)
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNodeButler } from '#platform/node'
import { loadQuantumGraph, type QuantumGraph, saveQuantumGraph } from '#pipeline'
import { tasks } from '../support/fl-tasks.ts'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'
import { pipetask, type RecordedGraph, recorded } from '../support/pipetask.ts'

// What the real `pipetask qgraph` built (data/rubin-middleware, expected/pipelines/qgraph.json).
let master: RepositoryMaster
let work = ''
beforeAll(() => {
  master = unpackRepository()
  work = join(master.root, '..')
  writeFileSync(join(work, 'ids.csv'), 'instrument,visit,detector\nHSC,903334,5\nHSC,903336,10\n')
})
afterAll(() => master.remove())

/** Differences that are meant; see the reason of each. */
const OURS: Readonly<Record<string, { readonly rc: number; readonly because: string }>> = {
  'qgraph-old-format': { rc: 1, because: 'the old pickle format is not written' },
  'qgraph-show-uri': { rc: 0, because: 'output types need not be registered to predict where files go' },
}

for (const one of recorded('qgraph'))
  test(one.id, async () => {
    const { rc, stderr } = await pipetask(one.cmd, { '<REPO>': master.root, '<WORK>': work })
    expect(rc, stderr).toBe(OURS[one.id]?.rc ?? one.rc)
    if (rc !== 0 || one.graph === undefined || one.graph.n_quanta === 0) return
    const butler = await openNodeButler(master.root)
    const graph = await loadQuantumGraph(
      'g.qg',
      new Uint8Array(readFileSync(join(work, 'g.qg'))),
      tasks,
      butler,
    )
    // Our own form must hold the same graph.
    const again = await loadQuantumGraph('g.fgraph', saveQuantumGraph('g.fgraph', graph), tasks, butler)
    await butler.close()
    expect(facts(graph, one.graph)).toEqual(expectedFacts(one.graph))
    expect(facts(again, one.graph)).toEqual(expectedFacts(one.graph))
    expect([...again].map((q) => [q.id, q.metadata.id])).toEqual([...graph].map((q) => [q.id, q.metadata.id]))
  })

interface Facts {
  readonly perTask: Readonly<Record<string, number>>
  readonly perType: Readonly<Record<string, number>>
  readonly quanta: readonly unknown[]
}

const sorted = (rows: readonly unknown[]): unknown[] =>
  [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
const byKey = <T>(map: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))

function expectedFacts(graph: RecordedGraph): Facts {
  const quanta = graph.quanta.map((q) => ({
    task: q.task,
    dataId: byKey(q.dataId),
    ...(q.inputs && { inputs: byKey(q.inputs), outputs: byKey(q.outputs ?? {}) }),
  }))
  return { perTask: graph.quanta_per_task, perType: graph.datasets_per_type, quanta: sorted(quanta) }
}

function facts(graph: QuantumGraph, like: RecordedGraph): Facts {
  const withEdges = like.quanta.some((q) => q.inputs !== undefined)
  const types = new Map<string, Set<string>>()
  // By data ID, as the recording counts: calibrations of several nights share one.
  const note = (ref: { coordinate: { key: string }; datasetType: { name: string } }): void => {
    types.set(ref.datasetType.name, (types.get(ref.datasetType.name) ?? new Set()).add(ref.coordinate.key))
  }
  const quanta = [...graph].map((q) => {
    const outputs = { ...q.outputs, _metadata: [q.metadata], ...(q.log && { _log: [q.log] }) }
    for (const ref of [...Object.values(q.inputs), ...Object.values(outputs)].flat()) note(ref)
    const names = (
      refs: readonly {
        datasetType: { name: string }
        coordinate: { group: { required: readonly string[] }; get(n: string): unknown }
      }[],
    ): string[] =>
      refs
        .map((r) => {
          const values = r.coordinate.group.required.map(
            (d) => `${JSON.stringify(d)}: ${JSON.stringify(r.coordinate.get(d))}`,
          )
          return `${r.datasetType.name}@{${values.join(', ')}}`
        })
        .sort()
    return {
      task: q.label,
      dataId: byKey(q.dataId),
      ...(withEdges && {
        inputs: byKey(q.inputs)
          .filter(([, refs]) => refs.length > 0)
          .map(([c, refs]) => [c, names(refs)]),
        outputs: byKey(outputs).map(([c, refs]) => [c, names(refs)]),
      }),
    }
  })
  const perTask = Object.fromEntries(graph.tasks.map((t) => [t.node.label, t.coordinates.length]))
  for (const node of graph.pipeline.tasks) {
    for (const edge of [...node.initOutputs, ...node.initInputs]) note(graph.initRef(edge.datasetType))
    note(graph.initRef(node.configName))
  }
  note(graph.initRef('packages'))
  return {
    perTask,
    perType: Object.fromEntries(byKey(Object.fromEntries([...types].map(([name, ids]) => [name, ids.size])))),
    quanta: sorted(quanta),
  }
}

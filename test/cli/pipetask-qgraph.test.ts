import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNodeButler } from '#platform/node'
import { loadQuantumGraph, saveQuantumGraph } from '#pipeline'
import { tasks } from '../support/fl-tasks.ts'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'
import { pipetask, recorded } from '../support/pipetask.ts'
import { graphFacts, recordedFacts } from '../support/replay/pipetask-answers.ts'

// Graphs that the real `pipetask qgraph` built too; that they are the same, recorded-pipelines.test.ts shows.
let master: RepositoryMaster
let work = ''
beforeAll(() => {
  master = unpackRepository()
  work = join(master.root, '..')
  writeFileSync(join(work, 'ids.csv'), 'instrument,visit,detector\nHSC,903334,5\nHSC,903336,10\n')
})
afterAll(() => master.remove())

const built = recorded('qgraph').filter(
  ({ id, rc, graph }) => rc === 0 && (graph?.n_quanta ?? 0) > 0 && id !== 'qgraph-old-format',
)

for (const { id, cmd, graph: expected } of built)
  test(`${id}: our own form of the file holds the same graph`, async () => {
    const { rc, stderr } = await pipetask(cmd, { '<REPO>': master.root, '<WORK>': work })
    expect(rc, stderr).toBe(0)
    const butler = await openNodeButler(master.root)
    const bytes = new Uint8Array(readFileSync(join(work, 'g.qg')))
    const graph = await loadQuantumGraph('g.qg', bytes, tasks, butler)
    const again = await loadQuantumGraph('g.fgraph', saveQuantumGraph('g.fgraph', graph), tasks, butler)
    await butler.close()
    expect(graphFacts(again, expected!)).toEqual(recordedFacts(expected!))
    expect([...again].map((q) => [q.id, q.metadata.id])).toEqual([...graph].map((q) => [q.id, q.metadata.id]))
  })

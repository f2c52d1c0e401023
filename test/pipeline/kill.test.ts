import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Random } from '#math'
import { openNodeButler } from '#platform/node'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'

// The whole run is killed (SIGKILL) at random moments, then extended: the final datasets are those of an undisturbed run.
// FIRSTLIGHT_KILLS=100 is the full form (some minutes); FIRSTLIGHT_KILL_SEED takes up a failed one again.
const kills = Number(process.env['FIRSTLIGHT_KILLS'] ?? 6)
const seed = Number(process.env['FIRSTLIGHT_KILL_SEED'] ?? 20261122)
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const PIPELINE =
  'description: chain\ntasks:\n  half: chain.HalfTask\n  whole: chain.WholeTask\n  total: chain.TotalTask\n'
const RUN = 'u/kill/run'

let master: RepositoryMaster
let file = ''
let wanted: ReadonlyMap<string, string>
let wholeMs = 0
beforeAll(async () => {
  master = unpackRepository()
  file = join(master.root, '../chain.yaml')
  writeFileSync(file, PIPELINE)
  const { root } = master.copy()
  const start = performance.now()
  const made = await pipetask(root, [])
  wholeMs = performance.now() - start
  expect(made.code, made.said).toBe(0)
  wanted = await outputs(root)
}, 60_000)
afterAll(() => master.remove())

interface Ended {
  readonly code: number | null
  readonly said: string
}

/** `pipetask run` in a process of its own, killed after some time when one is given. */
function pipetask(root: string, more: readonly string[], killAfterMs?: number): Promise<Ended> {
  const where = "instrument='HSC' AND exposure=903334 AND detector < 50"
  const args = ['run', '-b', root, '-p', file, '-i', 'HSC/raw/all', '-o', 'u/kill', '--output-run', RUN]
  const child = spawn(
    path('../../dist/bin/pipetask.js'),
    [...args, '-d', where, '--register-dataset-types', ...more],
    { env: { ...process.env, FIRSTLIGHT_TASK_MODULES: path('../support/chain-tasks.mjs') } },
  )
  let said = ''
  child.stderr.on('data', (text: Buffer) => void (said += text.toString()))
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  return new Promise((resolve) =>
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, said })
    }),
  )
}

/** Bytes of every output by type and data ID, and that each stored dataset has its whole file. */
async function outputs(root: string): Promise<ReadonlyMap<string, string>> {
  const butler = await openNodeButler(root)
  const found = new Map<string, string>()
  try {
    const refs = await butler.queryAllDatasets({ collections: RUN, findFirst: false, limit: null })
    for (const ref of refs) {
      expect(await butler.exists(ref), `${ref}`).toBe(true)
      if (!ref.datasetType.name.startsWith('chain')) continue
      const uri = await butler.getUri(ref)
      found.set(`${ref.datasetType.name} ${ref.coordinate.key}`, readFileSync(fileURLToPath(uri), 'utf8'))
    }
  } finally {
    await butler.close()
  }
  return found
}

async function hasRun(root: string): Promise<boolean> {
  const butler = await openNodeButler(root)
  const runs = await butler.collections.query('*')
  await butler.close()
  return runs.includes(RUN)
}

test(`a run killed at ${kills} random moments is finished by --extend-run`, {
  timeout: kills * 60_000,
}, async () => {
  const random = new Random(seed)
  let interrupted = 0
  for (let i = 0; i < kills; i++) {
    const { root } = master.copy()
    // Half of the time the run is killed a second time while it is being finished, or has two workers.
    const after = random.uniform() * wholeMs
    const workers = i % 2 === 0 ? [] : ['-j', '2']
    const first = await pipetask(root, workers, after)
    if (first.code !== 0) interrupted++
    if (i % 3 === 0)
      await pipetask(root, (await hasRun(root)) ? ['--extend-run'] : [], random.uniform() * wholeMs)
    const last = await pipetask(root, (await hasRun(root)) ? ['--extend-run'] : [])
    const isDone = last.code === 0 || /QuantumGraph was empty/.test(last.said)
    expect(isDone, `kill ${i} after ${after} ms: ${last.said}`).toBe(true)
    expect(await outputs(root), `kill ${i} after ${after} ms, seed ${seed}`).toEqual(wanted)
  }
  expect(interrupted).toBeGreaterThan(kills / 3)
})

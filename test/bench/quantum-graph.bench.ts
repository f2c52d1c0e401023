// Building and saving a quantum graph of six tasks (raws, calibrations by time, real overlaps) beside the real `pipetask qgraph` on the
// same repository and pipeline; and what a quantum costs besides its work. Larger surveys: `graph-process.ts` by hand.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dataPath } from '../support/data.ts'
import { fastestProcess, report } from './timing.ts'

const SIZE = ['30', '10', '12']
const pipelines = dataPath('rubin-middleware/pipelines')
const folder = mkdtempSync(join(tmpdir(), 'firstlight-graphs-'))
const run = (script: string, ...args: readonly string[]): string => {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const done = spawnSync(process.execPath, ['--conditions=source', '--import', 'tsx', file, ...args], {
    encoding: 'utf8',
  })
  if (done.status !== 0) throw new Error(`${script} failed: ${done.stderr}`)
  return done.stdout
}

try {
  run('./graph-process.ts', folder, ...SIZE, pipelines)
  const { quanta, cpuSec } = JSON.parse(run('./graph-process.ts', folder, ...SIZE, pipelines)) as {
    quanta: number
    cpuSec: number
  }
  report({
    job: `quantum graph of ${quanta} quanta, built and saved`,
    ours: 1000 * cpuSec,
    peer: 'pipetask qgraph',
    theirs: peer(join(folder, `survey-${SIZE.join('-')}`)),
    budget: 0.01,
  })
  // What a quantum costs besides its work, by the clock; the real one: 67 ms with -j1, 1.1 s with -j2.
  for (const [slots, theirs] of [
    ['1', 67],
    ['2', 1100],
  ] as const) {
    const { msPerQuantum } = JSON.parse(run('./overhead-process.ts', '1000', slots)) as {
      msPerQuantum: number
    }
    const peerName = `pipetask run -j${slots}, measured once`
    report({
      job: `a quantum of a tiny task, -j${slots}`,
      ours: msPerQuantum,
      peer: peerName,
      theirs,
      budget: 5 / 67,
    })
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function peer(repository: string): number | undefined {
  const python = process.env['FIRSTLIGHT_PYTHON']
  if (python === undefined) return undefined
  process.env['PYTHONPATH'] = dataPath('rubin-middleware/tasks')
  process.env['FL_PIPELINES'] = pipelines
  const options = ['-i', 'HSC/defaults', '-o', 'u/bench', '-q', join(folder, 'theirs.qg')]
  const where = "instrument='HSC' AND skymap='wide'"
  const command = ['qgraph', '-b', repository, '-p', join(pipelines, '04-drp.yaml'), ...options, '-d', where]
  return fastestProcess(join(dirname(python), 'pipetask'), command, 1)?.time
}

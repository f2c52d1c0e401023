// Building and saving quantum graphs of six tasks (raws, calibrations by time, real overlaps of detectors and patches), and the real
// `pipetask qgraph` on the same repository and pipeline. FIRSTLIGHT_BENCH_QUANTA=1e6 adds the graph of a million quanta (the survey for
// it takes some minutes to make; FIRSTLIGHT_BENCH_FOLDER keeps surveys), FIRSTLIGHT_BENCH_PEER=45877 the larger of the real one's graphs.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dataPath } from '../support/data.ts'
import { commandPath, compiled, node } from './compiled.ts'
import { report } from './timing.ts'

interface Measured {
  readonly quanta: number
  /** Processor seconds of building and saving, all threads. */
  readonly cpuSec: number
  readonly buildSec: number
  readonly fileSec: number
  readonly peakMb: number
  readonly fileMb: number
}

/** A process as a whole. */
interface Process {
  readonly cpuSec: number
  readonly wallSec: number
  readonly peakMb: number
}

const SIDE = ['10', '12']
const pipelines = dataPath('rubin-middleware/pipelines')
const kept = process.env['FIRSTLIGHT_BENCH_FOLDER']
const folder = kept ?? mkdtempSync(join(tmpdir(), 'firstlight-graphs-'))
const script = compiled('bench/graph-process.ts', 'support/fl-tasks.ts', 'support/survey.ts')
/** The pipeline's tasks, as a user's module. */
const tasksFile = join(dirname(script), '../support/fl-tasks.js')
const mostQuanta = Number(process.env['FIRSTLIGHT_BENCH_QUANTA'] ?? 1e5)
const mostOfPeer = Number(process.env['FIRSTLIGHT_BENCH_PEER'] ?? 1e4)
const python = process.env['FIRSTLIGHT_PYTHON']

/** Runs a command and tells what it took as the operating system counts it. */
const WATCH = `
import json, resource, subprocess, sys, time
start = time.time()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
if done.returncode != 0: sys.exit(done.stderr[-2000:])
print(json.dumps({"cpuSec": used.ru_utime + used.ru_stime, "wallSec": time.time() - start, "peakMb": used.ru_maxrss / 1024, "out": done.stdout}))
`

const ourProcess = (...args: readonly string[]): readonly string[] => [...node, script, folder, ...args]

function run([command = '', ...args]: readonly string[]): string {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
  if (done.status !== 0) throw new Error(`${command} failed: ${done.stderr}`)
  return done.stdout
}

const timeOf = ({ cpuSec, buildSec, fileSec }: Measured): number => Math.min(cpuSec, buildSec + fileSec)

/** The best of some runs. */
function measure(visits: number, rounds: number): Measured {
  const size = [String(visits), ...SIDE]
  if (!existsSync(join(folder, `survey-${size.join('-')}`))) run(ourProcess(...size, pipelines))
  const all = Array.from(
    { length: rounds },
    () => JSON.parse(run(ourProcess(...size, pipelines))) as Measured,
  )
  return all.reduce((a, b) => (timeOf(b) < timeOf(a) ? b : a))
}

const watch = (command: readonly string[]): Process & { readonly out: string } =>
  JSON.parse(run([python ?? '', '-c', WATCH, ...command])) as Process & { readonly out: string }

/**
 * Seconds that a job takes on a machine of its own: the clock says too much where others run, processor time where garbage collector and
 * compiler work beside the program.
 */
const secondsOf = ({ cpuSec, wallSec }: Pick<Process, 'cpuSec' | 'wallSec'>): number =>
  Math.min(cpuSec, wallSec)

function tell(about: string, { cpuSec, wallSec, peakMb }: Process): void {
  const [cpu, wall] = [cpuSec.toFixed(2), wallSec.toFixed(2)]
  console.error(`${about}: ${cpu} s of processor time, ${wall} s by the clock, ${Math.round(peakMb)} MB`)
}

function scale(visits: number, budgetSec: number | undefined, rounds: number): void {
  const found = measure(visits, rounds)
  const { quanta, cpuSec, buildSec, fileSec, peakMb, fileMb } = found
  tell(`${quanta} quanta`, { cpuSec, wallSec: buildSec + fileSec, peakMb })
  console.error(`  saving ${fileSec.toFixed(2)} s, ${fileMb.toFixed(1)} MB`)
  const job = `quantum graph of ${quanta} quanta, built and saved`
  report({
    job,
    ours: 1000 * timeOf(found),
    peer: budgetSec === undefined ? '' : 'allowed',
    theirs: budgetSec === undefined ? undefined : 1000 * budgetSec,
    ...(budgetSec !== undefined && { budget: 1 }),
  })
}

/** Whole processes, from the command line to the file. */
function besidePeer(visits: number, budget: number): void {
  if (python === undefined) return
  const { quanta } = measure(visits, 1)
  const size = [String(visits), ...SIDE]
  process.env['PYTHONPATH'] = dataPath('rubin-middleware/tasks')
  process.env['FL_PIPELINES'] = pipelines
  const where = "instrument='HSC' AND skymap='wide'"
  const options = ['-i', 'HSC/defaults', '-o', 'u/bench', '-d', where]
  const place = ['-b', join(folder, `survey-${size.join('-')}`), '-p', join(pipelines, '04-drp.yaml')]
  const command = ['qgraph', ...place, ...options, '-q']
  const own = [commandPath('pipetask'), ...command, join(folder, 'ours.fgraph'), '--task-module', tasksFile]
  const runs = [0, 1, 2].map(() => watch(own))
  const ours = runs.reduce((a, b) => (secondsOf(b) < secondsOf(a) ? b : a))
  const file = join(folder, 'theirs.qg')
  const theirs = watch([join(dirname(python), 'pipetask'), ...command, file])
  tell(`${quanta} quanta, whole process`, ours)
  tell('  pipetask qgraph', theirs)
  const read = JSON.parse(run(ourProcess(...size, pipelines, file))) as Measured
  console.error(`  its file of ${read.quanta} quanta is read in ${read.fileSec.toFixed(2)} s`)
  rmSync(file)
  const job = `quantum graph of ${quanta} quanta, whole process`
  report({
    job,
    ours: 1000 * secondsOf(ours),
    peer: 'pipetask qgraph',
    theirs: 1000 * secondsOf(theirs),
    budget,
  })
}

const TINY = ['bench/overhead-process.ts', 'support/tiny-task.mjs'] as const
/** Repositories of the tiny task stay until the end: a file system may take longer to make files where many have just been removed. */
const tinyRepository = (slots: string): string => join(folder, `tiny-${slots}`)

/** Quanta of the real one's runs, each of which costs it the same: with `-j2` more than a second, so few unless all of its rows are wanted. */
const quantaOfPeer = (slots: string): number => (slots === '2' && mostOfPeer < 45_000 ? 20 : 100)
const tinyPipeline = join(folder, 'tiny.yaml')

/** A quantum begins: the task's own line, and the last one that the real executor logs before it calls the task, whose lines it hides. */
const BEGINS = /^tiny INFO|Constructing task and executing quantum/

/** Milliseconds from the start of a `pipetask run` of the tiny task to its first quantum, and between quanta. */
interface TinyRun {
  readonly startMs: number
  readonly msPerQuantum: number
}

async function tinyRun(command: readonly string[], quanta: number, slots: string): Promise<TinyRun> {
  const repo = tinyRepository('1')
  const where = `instrument='Cam' AND detector < ${quanta}`
  const [program = '', ...before] = command
  const begin = performance.now()
  const place = ['-b', repo, '-p', tinyPipeline, '-i', 'in', '-o', `start/${Date.now()}`, '-d', where]
  const options = ['-j', slots, '--register-dataset-types']
  const child = spawn(program, [...before, 'run', ...place, ...options, ...after(program)])
  const times: number[] = []
  let [said, rest] = ['', '']
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text.toString()).slice(-5000)
    const lines = (rest + text.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (BEGINS.test(line)) times.push(performance.now() - begin)
  })
  await new Promise((resolve) => child.on('close', resolve))
  const [first, last] = [times[0], times.at(-1)]
  if (first === undefined || last === undefined || times.length !== quanta)
    throw new Error(`${program} run: ${times.length} of ${quanta} quanta: ${said}`)
  return { startMs: first, msPerQuantum: (last - first) / Math.max(1, quanta - 1) }
}

/** Only ours is told where its task is; the real one has its twin, `tiny.py`, in its path. */
const tinyModule = (): string => join(dirname(compiled(...TINY)), '../support/tiny-task.mjs')
const after = (program: string): readonly string[] =>
  program === peerCommand ? [] : ['--task-module', tinyModule()]
const peerCommand = python === undefined ? '' : join(dirname(python), 'pipetask')

/** What a quantum costs besides its work, milliseconds by the clock. */
async function overhead(slots: '1' | '2'): Promise<number> {
  const worker = commandPath('pipetask-worker')
  const command = [...node, compiled(...TINY), worker, tinyRepository(slots), '1000', slots]
  const { msPerQuantum, cpuMs } = JSON.parse(run(command)) as { msPerQuantum: number; cpuMs: number }
  console.error(`-j${slots}: ${cpuMs.toFixed(2)} ms of processor time a quantum, all processes`)
  const theirs = python === undefined ? undefined : await tinyRun([peerCommand], quantaOfPeer(slots), slots)
  report({
    job: `a quantum of a tiny task, -j${slots}`,
    ours: msPerQuantum,
    peer: `pipetask run -j${slots}`,
    theirs: theirs?.msPerQuantum,
    budget: slots === '1' ? 5 / 67 : 5 / 1100,
  })
  return msPerQuantum
}

/** From the start of the command to its first quantum, of a user's task; the least of some. */
async function startOfRun(): Promise<void> {
  const least = async (command: string, runs: number): Promise<number> => {
    const times: number[] = []
    for (let i = 0; i < runs; i++) times.push((await tinyRun([command], 10, '1')).startMs)
    return Math.min(...times)
  }
  report({
    job: 'pipetask run, from its start to the first task',
    ours: await least(commandPath('pipetask'), 5),
    peer: 'pipetask run',
    theirs: python === undefined ? undefined : await least(peerCommand, 2),
    budget: 0.8 / 1.8,
  })
}

try {
  scale(30, undefined, 3)
  scale(260, 1.5, 3)
  if (mostQuanta >= 1e6) scale(2600, 20, 1)
  besidePeer(24, 0.05)
  if (mostOfPeer >= 45_000) besidePeer(120, 0.01)
  writeFileSync(tinyPipeline, 'description: tiny\ntasks:\n  tiny: tiny.TinyTask\n')
  process.env['PYTHONPATH'] = fileURLToPath(new URL('../support', import.meta.url))
  const [alone, together] = [await overhead('1'), await overhead('2')]
  const job = 'a quantum of a tiny task, -j2 beside -j1'
  report({ job, ours: together, peer: 'ours, -j1', theirs: alone, budget: 1 })
  await startOfRun()
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true })
}

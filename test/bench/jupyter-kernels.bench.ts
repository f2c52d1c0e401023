import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connectKernel, launchKernel } from '../../src/platform/node/jupyter/index.ts'
import { TestClient } from '../kernel/client.ts'
import { type BenchKernel, benchKernels } from './peer-kernels.ts'
import { report } from './timing.ts'

/**
 * Our kernel beside ipykernel, deno and tslab: one client, one run, wall-clock medians. Rounds of different kernels
 * alternate, so that other load meets all alike. The table goes to README.md, our budgets to the common one.
 */

const ROUNDS = 3
const REPEATS = 20
const TOO_LATE_MS = 8000
/** A kernel's start is waited for longer. */
const START_MS = 40_000

/** Milliseconds, megabytes for memory; undefined when the kernel does not come to an end or ends itself. */
type Measures = Record<string, number | undefined>

/** Name of each measurement and its budget for us. */
const BUDGETS: Readonly<Record<string, number | undefined>> = {
  'spawn to kernel_info reply': 250,
  'spawn to first 1+1 done': 900,
  'warm 1+1': 12,
  'declaring cell': undefined,
  'completion of members': 20,
  '2,000 printed lines': undefined,
  '100,000 printed lines': undefined,
  'interrupt of a loop': 150,
  'memory idle, MB': 220,
  'memory afterwards, MB': undefined,
}

const median = (values: readonly number[]): number | undefined =>
  [...values].sort((a, b) => a - b)[values.length >> 1]
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function clock(work: () => Promise<unknown>): Promise<number | undefined> {
  const begin = performance.now()
  let late: NodeJS.Timeout | undefined
  const tooLate = new Promise<'late'>((resolve) => {
    late = setTimeout(() => resolve('late'), TOO_LATE_MS)
  })
  try {
    const ended = await Promise.race([work(), tooLate])
    return ended === 'late' ? undefined : performance.now() - begin
  } catch {
    return undefined
  } finally {
    clearTimeout(late)
  }
}

async function repeated(work: (i: number) => Promise<unknown>): Promise<number | undefined> {
  const times: number[] = []
  for (let i = 0; i < REPEATS; i++) {
    const time = await clock(() => work(i))
    if (time === undefined) return undefined
    times.push(time)
  }
  return median(times)
}

/** One life of one kernel. */
async function measure(kernel: BenchKernel): Promise<Measures> {
  const folder = mkdtempSync(join(tmpdir(), 'firstlight-bench-'))
  // With certificates to add, every start of Node reads them first: 90 ms that are none of a kernel's.
  const env = {
    ...process.env,
    NODE_EXTRA_CA_CERTS: undefined,
    FIRSTLIGHT_HISTORY: '',
    FIRSTLIGHT_REPO: '',
  }
  const begin = performance.now()
  const launched = await launchKernel(kernel.spec, { cwd: folder, env, connectionDir: folder })
  launched.process.stdout?.resume()
  launched.process.stderr?.resume()
  const client = new TestClient(launched, await connectKernel(launched.connection), folder)
  const found: Measures = {}
  try {
    const asked = client.send('shell', 'kernel_info_request', {})
    await client.waitFor(() => client.replyTo(asked) !== undefined, START_MS)
    found['spawn to kernel_info reply'] = performance.now() - begin
    const first = client.sendExecute('1+1')
    await client.waitFor(() => client.replyTo(first)?.content['status'] === 'ok', START_MS)
    found['spawn to first 1+1 done'] = performance.now() - begin
    await client.ready()
    await sleep(2500)
    found['memory idle, MB'] = memoryOf(launched.process.pid ?? 0)
    await measureWarm(kernel, client, found)
    found['memory afterwards, MB'] = memoryOf(launched.process.pid ?? 0)
    found['interrupt of a loop'] = await measureInterrupt(kernel, client)
  } catch (error) {
    console.error(`${kernel.name}: ${String(error).split('\n')[0]}`)
  } finally {
    launched.process.kill('SIGKILL')
    await client.channels.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return found
}

async function measureWarm(kernel: BenchKernel, client: TestClient, found: Measures): Promise<void> {
  await repeated(() => client.execute('1+1'))
  found['warm 1+1'] = await repeated(() => client.execute('1+1'))
  found['declaring cell'] = await repeated((i) => client.execute(kernel.declare(i)))
  const code = kernel.members
  found['completion of members'] = await repeated(() =>
    client.request('shell', 'complete_request', { code, cursor_pos: code.length }),
  )
  found['2,000 printed lines'] = await measurePrints(kernel, client, 2000)
  if (found['2,000 printed lines'] !== undefined)
    found['100,000 printed lines'] = await measurePrints(kernel, client, 100_000)
}

/** Undefined too when lines are lost. */
async function measurePrints(
  kernel: BenchKernel,
  client: TestClient,
  lines: number,
): Promise<number | undefined> {
  let text = ''
  const time = await clock(async () => {
    text = (await client.execute(kernel.printLines(lines))).stdout
  })
  return text.split('\n').length === lines + 1 ? time : undefined
}

async function measureInterrupt(kernel: BenchKernel, client: TestClient): Promise<number | undefined> {
  const id = client.sendExecute(kernel.loop)
  await client.waitFor(() => client.iopubOf(id).length > 0, TOO_LATE_MS).catch(() => {})
  await sleep(700)
  return clock(async () => {
    if (kernel.interrupt === 'signal') client.kernel.process.kill('SIGINT')
    else client.send('control', 'interrupt_request', {})
    await client.waitFor(() => client.replyTo(id) !== undefined, TOO_LATE_MS)
  })
}

/** Resident memory of a process and its children (Linux), megabytes. */
function memoryOf(pid: number): number {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const own = status(String(pid), 'VmRSS')
  const children = processes.filter((name) => status(name, 'PPid') === pid)
  return own / 1024 + children.reduce((sum, child) => sum + memoryOf(Number(child)), 0)
}

function status(pid: string, field: string): number {
  try {
    return Number(
      new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1],
    )
  } catch {
    return Number.NaN
  }
}

const kernels = benchKernels()
const lives = new Map<string, Measures[]>(kernels.map(({ name }) => [name, []]))
for (let round = 0; round < ROUNDS; round++)
  for (const kernel of kernels) {
    lives.get(kernel.name)?.push(await measure(kernel))
    console.error(`round ${round + 1}: ${kernel.name}`)
  }

const typical = (name: string, measurement: string): number | undefined => {
  const all = (lives.get(name) ?? []).map((life) => life[measurement])
  const values = all.filter((value) => value !== undefined)
  return values.length * 2 > all.length ? median(values) : undefined
}

const cell = (value: number | undefined) =>
  value === undefined ? '–' : value < 10 ? value.toFixed(1) : value.toFixed(0)
const rows = Object.entries(BUDGETS).map(([measurement, budget]) => [
  measurement,
  ...kernels.map(({ name }) => cell(typical(name, measurement))),
  budget === undefined ? '' : `≤ ${budget}`,
])
const head = ['wall clock, ms', ...kernels.map(({ name }) => name), 'our budget']
const table = [head, head.map(() => '---'), ...rows].map((line) => `| ${line.join(' | ')} |`).join('\n')
const path = fileURLToPath(new URL('README.md', import.meta.url))
const about = `One client, ${ROUNDS} lives of each kernel by turns, medians. A dash: it did not end within ${TOO_LATE_MS / 1000} s, lost lines, or ended the
kernel. Load of the machine at the end: ${loadavg()[0]?.toFixed(1)}. Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'processor'}.`
const readme = readFileSync(path, 'utf8')
const [above, below] = readme.split(/<!-- kernels -->[\s\S]*<!-- end of kernels -->/)
if (below === undefined) throw new Error('README.md has no place for the table of kernels')
writeFileSync(path, `${above}<!-- kernels -->\n${about}\n\n${table}\n<!-- end of kernels -->${below}`)
console.error(table)
for (const [measurement, budget] of Object.entries(BUDGETS)) {
  const value = typical('firstlight', measurement)
  if (budget !== undefined && value !== undefined)
    report({
      job: `kernel: ${measurement} (wall clock)`,
      ours: value,
      peer: 'its budget',
      theirs: budget,
      budget: 1,
    })
}
process.exit(0)

import type { Butler, DataId, DatasetRef } from '#butler'
import type { LogRecord } from '#core'
import { caveatCode } from './execute/caveats.ts'
import { findVisible, keyOf, runsOf, type Visible } from './visible-datasets.ts'
import type { Quantum, QuantumGraph } from './quanta/quantum-graph.ts'

export type QuantumStatus = 'successful' | 'failed' | 'blocked' | 'unknown' | 'wonky'

/** A quantum that did not succeed, and why. */
export interface Unsuccessful {
  readonly dataId: string
  readonly values: DataId
  readonly message: string
  /** Of its last attempt. */
  readonly status: QuantumStatus
}

/** How the quanta of one task ended. */
export interface TaskReport {
  readonly label: string
  readonly counts: Readonly<Record<QuantumStatus, number>>
  /** Successful quanta by caveat code. */
  readonly caveats: Readonly<Record<string, readonly DataId[]>>
  readonly expected: number
  readonly failures: readonly Unsuccessful[]
  readonly wonky: readonly Unsuccessful[]
  /** Failed in an earlier attempt, successful in a later one. */
  readonly recovered: readonly DataId[]
}

/** What became of the datasets that a graph foresaw, by type. */
export interface DatasetReport {
  readonly name: string
  readonly producer: string
  readonly visible: number
  /** Made, and hidden by another of the same data ID. */
  readonly shadowed: number
  readonly predictedOnly: number
  readonly unsuccessful: readonly DataId[]
  readonly cursed: number
  readonly expected: number
}

export interface RunReport {
  readonly run: string
  readonly tasks: readonly TaskReport[]
  readonly datasets: readonly DatasetReport[]
}

export interface ReportOptions {
  /** Look for the last error message of each failure. */
  readonly readLogs: boolean
  /** Read the caveats of successes: one small file each. */
  readonly readCaveats: boolean
  /** A success without log is wonky and its datasets are cursed. */
  readonly curseFailedLogs?: boolean
  /** Where datasets are looked for, the first first: what is not found there is shadowed. The runs of the graphs unless given. */
  readonly collections?: readonly string[]
  /** Which data count as found. */
  readonly where?: string
}

/** One quantum over all attempts. */
interface Attempt {
  readonly quantum: Quantum
  readonly status: QuantumStatus
  readonly stored: ReadonlySet<string>
  readonly recovered: boolean
  /** How the last attempt by itself ended. */
  readonly own: QuantumStatus
  /** What a search finds, where one was asked for. */
  readonly visible?: Visible
  /** Why it is wonky, where its own log does not say. */
  readonly reason?: string
}

/**
 * Find out how the runs of graphs ended, attempts at the same data from first to last, by what is in the repository: metadata means
 * success, a log alone failure; what depends on a failure is blocked. A later attempt counts where it had the quantum.
 */
export async function reportRun(
  butler: Butler,
  graphs: readonly QuantumGraph[],
  options: ReportOptions,
): Promise<RunReport> {
  const byTask = new Map<string, Map<string, Attempt>>()
  for (const graph of graphs) await addAttempts(butler, graph, byTask, options)
  const tasks: TaskReport[] = []
  const datasets = new Map<string, OpenDatasetReport>()
  const found = await findVisible(butler, graphs, options)
  const all = found === undefined ? byTask : withVisibility(byTask, found)
  for (const [label, attempts] of all)
    tasks.push(await reportTask(butler, label, [...attempts.values()], datasets, options))
  return { run: graphs.at(-1)?.header.run ?? '', tasks, datasets: [...datasets.values()] }
}

async function addAttempts(
  butler: Butler,
  graph: QuantumGraph,
  byTask: Map<string, Map<string, Attempt>>,
  options: ReportOptions,
): Promise<void> {
  const stored = await storedIds(butler, graph)
  const before = graph.predecessors()
  const status: QuantumStatus[] = []
  for (const quantum of graph) {
    const upstream = before[quantum.index]?.map((b) => status[b] ?? 'unknown') ?? []
    const own = statusOf(quantum, stored, upstream, options)
    status[quantum.index] = own
    const attempts = byTask.get(quantum.label) ?? new Map<string, Attempt>()
    byTask.set(quantum.label, attempts)
    const key = quantum.coordinate.key
    const earlier = attempts.get(key)
    attempts.set(key, { quantum, stored, own, ...settle(earlier, own, graph.header.run) })
  }
}

/**
 * How a quantum stands after one more attempt. Success mends everything but a wonky state; what was a success and is none any more is
 * wonky; being blocked does not change what is known of a failure.
 */
function settle(
  earlier: Attempt | undefined,
  own: QuantumStatus,
  run: string,
): Pick<Attempt, 'status' | 'recovered' | 'reason'> {
  const before = earlier?.status
  const recovered = earlier?.recovered === true
  if (before === 'wonky')
    return { status: 'wonky', recovered, ...(earlier?.reason && { reason: earlier.reason }) }
  if (own === 'successful')
    return { status: own, recovered: recovered || before === 'failed' || before === 'blocked' }
  if (before === 'successful' && own !== 'wonky')
    return { status: 'wonky', recovered, reason: `Its status went from successful to ${own} in run ${run}.` }
  return { status: own === 'blocked' && before !== undefined ? before : own, recovered }
}

/** Outputs of one quantum that are found in several runs make it wonky. */
function withVisibility(
  byTask: ReadonlyMap<string, ReadonlyMap<string, Attempt>>,
  visible: Visible,
): ReadonlyMap<string, ReadonlyMap<string, Attempt>> {
  const look = (attempt: Attempt): Attempt => {
    const { outputs, metadata, log } = attempt.quantum
    const refs = [...Object.values(outputs).flat(), metadata, ...(log === undefined ? [] : [log])]
    const runs = runsOf(refs, visible)
    if (runs.length < 2) return { ...attempt, visible }
    const found = `Outputs from different runs of the same quantum are visible: ${runs.join(', ')}.`
    const reason = attempt.reason === undefined ? found : `${attempt.reason} ${found}`
    return { ...attempt, visible, status: 'wonky', reason }
  }
  return new Map(
    Array.from(byTask, ([label, attempts]) => [
      label,
      new Map(Array.from(attempts, ([key, attempt]) => [key, look(attempt)])),
    ]),
  )
}

type OpenDatasetReport = { -readonly [K in keyof DatasetReport]: DatasetReport[K] } & {
  unsuccessful: DataId[]
}

async function reportTask(
  butler: Butler,
  label: string,
  attempts: readonly Attempt[],
  datasets: Map<string, OpenDatasetReport>,
  options: ReportOptions,
): Promise<TaskReport> {
  const counts: Record<QuantumStatus, number> = {
    successful: 0,
    failed: 0,
    blocked: 0,
    unknown: 0,
    wonky: 0,
  }
  const caveats: Record<string, DataId[]> = {}
  const failures: Unsuccessful[] = []
  const wonky: Unsuccessful[] = []
  for (const attempt of attempts) {
    const { quantum, status } = attempt
    counts[status]++
    const values = requiredValues(quantum.coordinate)
    if (status === 'successful' && options.readCaveats) {
      const code = await caveatsOf(butler, quantum)
      if (code !== '') (caveats[code] ??= []).push(values)
    }
    if (status === 'failed' || status === 'wonky')
      (status === 'failed' ? failures : wonky).push({
        dataId: String(quantum.coordinate),
        values,
        status: attempt.own,
        message: attempt.reason ?? (options.readLogs ? await lastError(butler, attempt) : ''),
      })
    countDatasets(attempt, datasets, options)
  }
  const recovered = attempts.filter((a) => a.recovered).map((a) => requiredValues(a.quantum.coordinate))
  return { label, counts, caveats, expected: attempts.length, failures, wonky, recovered }
}

const requiredValues = ({ group, values }: Quantum['coordinate']): DataId =>
  Object.fromEntries(group.required.map((name) => [name, values[name] ?? '']))

/** Ids of what is in the run: one query a dataset type. */
async function storedIds(butler: Butler, graph: QuantumGraph): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  const known = new Set((await butler.registry.queryDatasetTypes()).map((type) => type.name))
  const runs = await butler.collections.query('*', { includeChains: false })
  if (!runs.includes(graph.header.run)) return ids
  for (const name of graph.datasets.keys()) {
    if (!known.has(name)) continue
    const refs = await butler.queryDatasets(name, {
      collections: graph.header.run,
      findFirst: false,
      limit: null,
      explain: false,
    })
    for (const ref of refs) ids.add(ref.id)
  }
  return ids
}

const outputsOf = (quantum: Quantum): DatasetRef[] => Object.values(quantum.outputs).flat()

function statusOf(
  { metadata, log, outputs }: Quantum,
  stored: ReadonlySet<string>,
  before: readonly QuantumStatus[],
  { curseFailedLogs = true }: ReportOptions,
): QuantumStatus {
  const hasLog = log !== undefined && stored.has(log.id)
  if (stored.has(metadata.id)) return log === undefined || hasLog || !curseFailedLogs ? 'successful' : 'wonky'
  if (hasLog) return 'failed'
  if (before.some((s) => s === 'failed' || s === 'blocked')) return 'blocked'
  return Object.values(outputs)
    .flat()
    .some((ref) => stored.has(ref.id))
    ? 'wonky'
    : 'unknown'
}

async function caveatsOf(butler: Butler, quantum: Quantum): Promise<string> {
  const stored = await butler.get<{ metadata?: { quantum?: { scalars?: { caveats?: unknown } } } }>(
    quantum.metadata,
  )
  return caveatCode(Number(stored.metadata?.quantum?.scalars?.caveats ?? 0))
}

async function lastError(butler: Butler, { quantum, stored }: Attempt): Promise<string> {
  if (quantum.log === undefined || !stored.has(quantum.log.id)) return ''
  const records = await butler.get<readonly LogRecord[]>(quantum.log)
  return records.findLast((r) => r.level === 'ERROR' || r.level === 'CRITICAL')?.message ?? ''
}

function countDatasets(
  attempt: Attempt,
  datasets: Map<string, OpenDatasetReport>,
  { curseFailedLogs = false }: ReportOptions,
): void {
  const { quantum, status, stored, visible } = attempt
  const refs = [...outputsOf(quantum), quantum.metadata, ...(quantum.log === undefined ? [] : [quantum.log])]
  for (const ref of refs) {
    const { name } = ref.datasetType
    const found = datasets.get(name) ?? {
      name,
      producer: quantum.label,
      visible: 0,
      shadowed: 0,
      predictedOnly: 0,
      unsuccessful: [],
      cursed: 0,
      expected: 0,
    }
    datasets.set(name, found)
    found.expected++
    const isFound = visible === undefined ? stored.has(ref.id) : visible.has(keyOf(ref))
    // A log is found of every failure; whether that is a curse is for the user to say.
    const isHarmless = visible !== undefined && ref === quantum.log && !curseFailedLogs
    const isCursed = visible === undefined ? status === 'wonky' : status !== 'successful' && !isHarmless
    if (isCursed && isFound) found.cursed++
    else if (status !== 'successful') found.unsuccessful.push(ref.coordinate.values)
    else if (isFound) found.visible++
    else if (stored.has(ref.id)) found.shadowed++
    else found.predictedOnly++
  }
}

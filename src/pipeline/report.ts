import type { Butler, DatasetRef } from '#butler'
import type { LogRecord } from '#core'
import { caveatCode } from './execute/caveats.ts'
import type { Quantum, QuantumGraph } from './quanta/quantum-graph.ts'

export type QuantumStatus = 'successful' | 'failed' | 'blocked' | 'unknown' | 'wonky'

/** How the quanta of one task ended. */
export interface TaskReport {
  readonly label: string
  readonly counts: Readonly<Record<QuantumStatus, number>>
  /** Successful quanta by caveat code. */
  readonly caveats: Readonly<Record<string, number>>
  readonly expected: number
  readonly failures: readonly { readonly dataId: string; readonly message: string }[]
}

/** What became of the datasets that a graph foresaw, by type. */
export interface DatasetReport {
  readonly name: string
  readonly visible: number
  readonly predictedOnly: number
  readonly unsuccessful: number
  readonly cursed: number
  readonly expected: number
}

export interface RunReport {
  readonly run: string
  readonly tasks: readonly TaskReport[]
  readonly datasets: readonly DatasetReport[]
}

/**
 * Find out how a graph's run ended from what is in the repository: metadata means success, a log alone failure; what depends on a
 * failure is blocked. With `readLogs` the last error of each failure is looked up.
 */
export async function reportRun(butler: Butler, graph: QuantumGraph, readLogs: boolean): Promise<RunReport> {
  const stored = await storedIds(butler, graph)
  const status: QuantumStatus[] = []
  const before = graph.predecessors()
  const tasks: TaskReport[] = []
  const datasets = new Map<
    string,
    { visible: number; predictedOnly: number; unsuccessful: number; cursed: number; expected: number }
  >()
  for (const task of graph.tasks) {
    const counts: Record<QuantumStatus, number> = {
      successful: 0,
      failed: 0,
      blocked: 0,
      unknown: 0,
      wonky: 0,
    }
    const caveats: Record<string, number> = {}
    const failures: { dataId: string; message: string }[] = []
    for (let i = 0; i < task.coordinates.length; i++) {
      const quantum = graph.quantum(task.first + i)
      const own = statusOf(quantum, stored, before[quantum.index]?.map((b) => status[b] ?? 'unknown') ?? [])
      status[quantum.index] = own
      counts[own]++
      if (own === 'successful') count(caveats, await caveatsOf(butler, quantum))
      if (own === 'failed')
        failures.push({
          dataId: String(quantum.coordinate),
          message: readLogs ? await lastError(butler, quantum) : '',
        })
      countDatasets(quantum, own, stored, datasets)
    }
    tasks.push({ label: task.node.label, counts, caveats, expected: task.coordinates.length, failures })
  }
  return { run: graph.header.run, tasks, datasets: [...datasets].map(([name, d]) => ({ name, ...d })) }
}

/** Ids of what is in the run: one query a dataset type. */
async function storedIds(butler: Butler, graph: QuantumGraph): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  const known = new Set((await butler.registry.queryDatasetTypes()).map((type) => type.name))
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
  quantum: Quantum,
  stored: ReadonlySet<string>,
  before: readonly QuantumStatus[],
): QuantumStatus {
  if (stored.has(quantum.metadata.id))
    return quantum.log === undefined || stored.has(quantum.log.id) ? 'successful' : 'wonky'
  if (quantum.log !== undefined && stored.has(quantum.log.id)) return 'failed'
  if (before.some((s) => s === 'failed' || s === 'blocked')) return 'blocked'
  return outputsOf(quantum).some((ref) => stored.has(ref.id)) ? 'wonky' : 'unknown'
}

const count = (table: Record<string, number>, key: string): void => {
  if (key !== '') table[key] = (table[key] ?? 0) + 1
}

async function caveatsOf(butler: Butler, quantum: Quantum): Promise<string> {
  const stored = await butler.get<{ metadata?: { quantum?: { scalars?: { caveats?: unknown } } } }>(
    quantum.metadata,
  )
  return caveatCode(Number(stored.metadata?.quantum?.scalars?.caveats ?? 0))
}

async function lastError(butler: Butler, quantum: Quantum): Promise<string> {
  if (quantum.log === undefined) return ''
  const records = await butler.get<readonly LogRecord[]>(quantum.log)
  return records.findLast((r) => r.level === 'ERROR' || r.level === 'CRITICAL')?.message ?? ''
}

function countDatasets(
  quantum: Quantum,
  status: QuantumStatus,
  stored: ReadonlySet<string>,
  datasets: Map<
    string,
    { visible: number; predictedOnly: number; unsuccessful: number; cursed: number; expected: number }
  >,
): void {
  const refs = [...outputsOf(quantum), quantum.metadata, ...(quantum.log === undefined ? [] : [quantum.log])]
  for (const ref of refs) {
    const { name } = ref.datasetType
    const found = datasets.get(name) ?? {
      visible: 0,
      predictedOnly: 0,
      unsuccessful: 0,
      cursed: 0,
      expected: 0,
    }
    datasets.set(name, found)
    found.expected++
    if (status !== 'successful') found.unsuccessful++
    else if (stored.has(ref.id)) found.visible++
    else found.predictedOnly++
  }
}

import type { DatasetRef } from '#butler'
import type { Context, Logger } from '#core'
import { NoWorkFound, pipelineError } from '../errors.ts'
import type { Edge } from '../graph/pipeline-graph.ts'
import { Csr } from './csr.ts'
import type { DatasetNodes } from './datasets.ts'
import { type ExistingOutputs, type OutputCheck, existingOutputs } from './existing-outputs.ts'
import { missingPrerequisite } from './missing.ts'
import { findPrerequisites } from './prerequisites.ts'
import { loadRecords, type Quanta } from './quanta.ts'
import { runAgain } from './retained.ts'
import type { TaskQuanta } from './quantum-graph.ts'
import { adjustQuanta } from './adjust-quanta.ts'
import type { BuildState, Candidates } from './skeleton.ts'

interface Walk {
  readonly state: BuildState
  readonly existing: ExistingOutputs
  readonly log: Logger
  /** By dataset type: 1 at nodes that exist or will be made. */
  readonly available: Map<string, Uint8Array>
  readonly inTheWay: string[]
}

/** Quanta that are left of a task's candidates, with what they read and make; `rows` are their numbers among the candidates. */
interface Draft {
  readonly rows: Int32Array
  /** By edge of inputs, then prerequisites. */
  readonly inputs: readonly Csr[]
  readonly outputs: readonly Csr[]
}

/** Decide task after task which quanta are run, by what exists and what earlier tasks will make. */
export async function walkTasks(
  skeleton: readonly Candidates[],
  state: BuildState,
  existing: ExistingOutputs,
  context: Pick<Context, 'log' | 'signal'>,
): Promise<readonly Omit<TaskQuanta, 'first'>[]> {
  const walk: Walk = { state, existing, log: context.log, available: new Map(), inTheWay: [] }
  const done: Omit<TaskQuanta, 'first'>[] = []
  const checks: OutputCheck[] = []
  for (const candidates of skeleton) checks.push(await existingOutputs(candidates, state, existing))
  if (existing.retained) runAgain(skeleton, checks, existing.retained)
  for (const [i, candidates] of skeleton.entries()) {
    await breath()
    context.signal.throwIfAborted()
    done.push(await walkTask(candidates, checks[i]!, walk))
  }
  if (walk.inTheWay.length > 0) throw outputsExist(walk.inTheWay, existing.run ?? '')
  return done
}

/** Let timers and Ctrl-C have their turn. */
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

async function walkTask(
  candidates: Candidates,
  check: OutputCheck,
  walk: Walk,
): Promise<Omit<TaskQuanta, 'first'>> {
  const { node, table, coordinates } = candidates
  const { state } = walk
  const pruned = new Pruned()
  const undone = dropDone(candidates, check, walk)
  const skipped = coordinates.length - undone.length
  const fed = withInputs(candidates, undone, pruned, walk)
  const left = adjustQuanta(candidates, fed, state, (q, why) => pruned.add(q, () => why))
  const ready = await withPrerequisites(candidates, left, walk)
  const full = withOutputs(candidates, ready, state)
  const final = node.task.adjustQuantum === undefined ? full : await adjustAll(candidates, full, pruned, walk)
  const kept = final.rows.map((q) => coordinates[q]!)
  check.refuse(kept, final.outputs, walk.inTheWay)
  node.outputs.forEach((edge, e) => {
    markAvailable(walk, edge.datasetType, final.outputs[e]!.items)
  })
  tell(node.label, kept.length, skipped, pruned, walk)
  for (const name of [node.metadataName, node.logName])
    if (name !== undefined) nodesAt(state.nodesOf(name), kept)
  return { node, table, coordinates: kept, inputs: final.inputs, outputs: final.outputs }
}

const nodesAt = (nodes: DatasetNodes, coordinates: Int32Array): Int32Array =>
  coordinates.map((c) => nodes.at(c))

/** Quanta that were not done before; what the others made is there for those that come after. */
function dropDone({ node, coordinates, outputs }: Candidates, check: OutputCheck, walk: Walk): Int32Array {
  const all = Int32Array.from(coordinates.keys())
  if (!check.done.includes(1)) return all
  const done = all.filter((q) => check.done[q] === 1)
  node.outputs.forEach((edge, e) => {
    const nodes = walk.state.nodesOf(edge.datasetType)
    const made = outputs[e]!.select(done).map((c) => check.offered(nodes, e, c))
    markAvailable(walk, edge.datasetType, made.items)
  })
  return all.filter((q) => check.done[q] === 0)
}

function markAvailable({ available, state }: Walk, name: string, nodes: Int32Array): void {
  const { size } = state.nodesOf(name)
  const known = available.get(name) ?? new Uint8Array()
  const marks = known.length >= size ? known : new Uint8Array(size)
  if (marks !== known) marks.set(known)
  for (const node of nodes) marks[node] = 1
  available.set(name, marks)
}

/** Why quanta were left out: the words of the first, and how many. */
class Pruned {
  count = 0
  first = ''
  #at = Number.POSITIVE_INFINITY

  /** `say` makes the words for candidate `q`. */
  add(q: number, say: () => string): void {
    this.count++
    if (q > this.#at) return
    this.#at = q
    this.first = say()
  }
}

/** Quanta that have enough regular inputs. */
function withInputs(
  { node, table, coordinates, inputs }: Candidates,
  undone: Int32Array,
  pruned: Pruned,
  walk: Walk,
): Omit<Draft, 'outputs'> {
  let rows = undone
  let found: readonly Csr[] = []
  node.inputs.forEach((edge, e) => {
    const nodes = walk.state.nodesOf(edge.datasetType)
    const isThere = availability(edge, nodes, walk)
    const own = someRows(inputs[e]!, rows).map((c) => {
      const n = nodes.find(c) ?? -1
      return isThere(n) ? n : -1
    })
    const enough = rowsWith(own, edge.minimum)
    if (enough.length < rows.length) {
      for (let i = 0; i < rows.length; i++)
        if (own.count(i) < edge.minimum)
          pruned.add(rows[i]!, () => {
            const short = `${own.count(i)} of ${edge.minimum} needed`
            return `${table.get(coordinates[rows[i]!]!)} has too few ${edge.datasetType} for ${edge.connection} (${short})`
          })
      rows = enough.map((i) => rows[i]!)
      found = [...found.map((csr) => csr.select(enough)), own.select(enough)]
    } else found = [...found, own]
    checkSingle(edge, found[e]!, nodes, node.label, (i) => table.get(coordinates[rows[i]!]!))
  })
  return { rows, inputs: found }
}

function availability(edge: Edge, nodes: DatasetNodes, walk: Walk): (node: number) => boolean {
  if (walk.state.isOverallInput(edge.datasetType)) return (n) => nodes.isStored(n)
  const marks = walk.available.get(edge.datasetType)
  return (n) => marks?.[n] === 1
}

/** Some rows, in order; often all of them. */
const someRows = (csr: Csr, rows: Int32Array): Csr => (rows.length === csr.rows ? csr : csr.select(rows))

/** Rows with at least so many items. */
const rowsWith = (csr: Csr, minimum: number): Int32Array =>
  Int32Array.from({ length: csr.rows }, (_, i) => i).filter((i) => csr.count(i) >= minimum)

function checkSingle(
  edge: Edge,
  found: Csr,
  nodes: DatasetNodes,
  label: string,
  quantum: (i: number) => { toString(): string },
): void {
  if (edge.multiple || found.items.length <= found.rows) return
  for (let i = 0; i < found.rows; i++) {
    if (found.count(i) <= 1) continue
    const several = Array.from(found.row(i), (n) => String(nodes.coordinate(n)))
    throw pipelineError(
      'scalar',
      `Found multiple datasets ${several.join(', ')} for non-multiple input connection ${label}.${edge.connection} (${edge.datasetType}) for quantum data ID ${quantum(i)}.`,
      { hint: 'Narrow the data query so that each quantum has one, or make the connection multiple.' },
    )
  }
}

/** Add the prerequisites; too few of them is an error. */
async function withPrerequisites(
  { node, table, coordinates }: Candidates,
  { rows, inputs }: Omit<Draft, 'outputs'>,
  { state }: Walk,
): Promise<Omit<Draft, 'outputs'>> {
  const quanta: Quanta = { table, coordinates: rows.map((q) => coordinates[q]!), records: state.records }
  const found: Csr[] = []
  for (const edge of node.prerequisites) {
    const nodes = state.nodesOf(edge.datasetType)
    const own =
      state.isRegistered(edge.datasetType) && rows.length > 0
        ? await findPrerequisites(state.butler, node, edge, quanta, nodes, state.inputs)
        : new Csr(new Int32Array(rows.length + 1), new Int32Array())
    for (let i = 0; i < own.rows; i++)
      if (own.count(i) < edge.minimum) {
        await loadRecords(state.butler, { ...quanta, coordinates: quanta.coordinates.subarray(i, i + 1) })
        throw await missingPrerequisite(
          node.label,
          edge,
          own.count(i),
          table.get(quanta.coordinates[i]!),
          state,
        )
      }
    checkSingle(edge, own, nodes, node.label, (i) => table.get(quanta.coordinates[i]!))
    found.push(own)
  }
  return { rows, inputs: [...inputs, ...found] }
}

function withOutputs(
  { node, outputs }: Candidates,
  { rows, inputs }: Omit<Draft, 'outputs'>,
  state: BuildState,
): Draft {
  const made = node.outputs.map((edge, e) => {
    const nodes = state.nodesOf(edge.datasetType)
    const own = someRows(outputs[e]!, rows)
    return new Csr(own.offsets, nodesAt(nodes, own.items))
  })
  return { rows, inputs, outputs: made }
}

function tell(label: string, kept: number, skipped: number, pruned: Pruned, { log, state }: Walk): void {
  const notes = [
    skipped > 0 ? `${skipped} done before` : '',
    pruned.count > 0 ? `${pruned.count} without work` : '',
  ]
  const said = notes.filter((n) => n !== '').join(', ')
  log.verbose(
    `Generated ${kept} ${kept === 1 ? 'quantum' : 'quanta'} for task ${label}${said === '' ? '' : ` (${said})`}.`,
  )
  if (skipped > 0 && kept === 0)
    state.reasons.push(`${skipped} quanta of ${label} were done before and are skipped.`)
  if (pruned.count === 0) return
  const more = pruned.count > 1 ? `, and ${pruned.count - 1} more like it` : ''
  if (kept === 0) state.reasons.push(`No quanta of ${label}: ${pruned.first}${more}.`)
  log.verbose(`Task ${label}: ${pruned.first}${more}.`)
}

/** Let the task drop inputs and outputs of each quantum, or the quantum. */
async function adjustAll(candidates: Candidates, draft: Draft, pruned: Pruned, walk: Walk): Promise<Draft> {
  const { node, table, coordinates } = candidates
  const { state, existing } = walk
  await loadRecords(state.butler, {
    table,
    coordinates: draft.rows.map((q) => coordinates[q]!),
    records: state.records,
  })
  const edges = [...node.inputs, ...node.prerequisites]
  const run = existing.run ?? ''
  const kept: number[] = []
  const inputs: number[][][] = edges.map(() => [])
  const outputs: number[][][] = node.outputs.map(() => [])
  draft.rows.forEach((q, i) => {
    const coordinate = table.get(coordinates[q]!)
    const refsOf = (list: readonly Edge[], csrs: readonly Csr[]): Record<string, readonly DatasetRef[]> =>
      Object.fromEntries(
        list.map((edge, e) => {
          const nodes = state.nodesOf(edge.datasetType)
          const refs = Array.from(csrs[e]!.row(i), (n) => nodes.ref(n, run, { time: 0, seed: '0' }, 0))
          return [edge.connection, refs]
        }),
      )
    const cut = (edge: Edge, own: Int32Array, refs: readonly DatasetRef[] | undefined): number[] => {
      if (refs === undefined) return [...own]
      const nodes = state.nodesOf(edge.datasetType)
      const keys = new Set(refs.map((ref) => ref.coordinate.key))
      return [...own].filter((n) => keys.has(nodes.coordinate(n).key))
    }
    try {
      const change = node.task.adjustQuantum?.(
        refsOf(edges, draft.inputs),
        refsOf(node.outputs, draft.outputs),
        {
          label: node.label,
          dataId: coordinate.values,
          config: node.config,
        },
      )
      edges.forEach((edge, e) => {
        inputs[e]!.push(cut(edge, draft.inputs[e]!.row(i), change?.inputs?.[edge.connection]))
      })
      node.outputs.forEach((edge, e) => {
        outputs[e]!.push(cut(edge, draft.outputs[e]!.row(i), change?.outputs?.[edge.connection]))
      })
      kept.push(q)
    } catch (error) {
      if (!(error instanceof NoWorkFound)) throw error
      pruned.add(q, () => `${coordinate}: ${error.message}`)
    }
  })
  return {
    rows: Int32Array.from(kept),
    inputs: inputs.map((lists) => Csr.fromLists(lists)),
    outputs: outputs.map((lists) => Csr.fromLists(lists)),
  }
}

function outputsExist(found: readonly string[], run: string): Error {
  const shown = found.slice(0, 3).join(', ')
  const more = found.length > 3 ? ` and ${found.length - 3} more` : ''
  return pipelineError('outputs-exist', `Outputs exist in run ${run} already: ${shown}${more}.`, {
    hint: 'They are left from quanta that failed: --clobber-outputs replaces them; without --extend-run a new run is made.',
    data: { run, datasets: found },
  })
}

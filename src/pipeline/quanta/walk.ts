import type { Context } from '#core'
import { pipelineError } from '../errors.ts'
import { adjustEach } from './adjust-each.ts'
import { adjustQuanta } from './adjust-quanta.ts'
import type { DatasetNodes } from './datasets.ts'
import {
  checkPrerequisites,
  type Drop,
  enoughInputs,
  type Walk,
  withInputs,
  withOutputNodes,
  withPrerequisites,
} from './draft.ts'
import { type ExistingOutputs, type OutputCheck, existingOutputs } from './existing-outputs.ts'
import type { TaskQuanta } from './quantum-graph.ts'
import { runAgain } from './retained.ts'
import type { BuildState, Candidates } from './skeleton.ts'

/** Decide task after task which quanta are run, by what exists and what earlier tasks will make. */
export async function walkTasks(
  skeleton: readonly Candidates[],
  state: BuildState,
  existing: ExistingOutputs,
  context: Pick<Context, 'log' | 'signal'>,
): Promise<readonly Omit<TaskQuanta, 'first'>[]> {
  const walk: Walk = {
    state,
    existing,
    log: context.log,
    available: new Map(),
    lost: new Map(),
    inTheWay: [],
  }
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
  const drop: Drop = (q, say) => pruned.add(q, say)
  const fed = withInputs(candidates, undone, walk)
  const full =
    node.task.adjustAllQuanta === undefined
      ? await withPrerequisites(candidates, enoughInputs(candidates, fed, walk, drop), walk)
      : enoughInputs(
          candidates,
          await adjustQuanta(candidates, await withPrerequisites(candidates, fed, walk), walk, drop),
          walk,
          drop,
        )
  await checkPrerequisites(candidates, full, walk)
  const final = await adjustEach(candidates, withOutputNodes(candidates, full, state), walk, drop)
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
    const lost = new Set<number>()
    const made = outputs[e]!.select(done).map((c) => {
      const offered = check.offered(nodes, e, c)
      if (offered < 0) lost.add(c)
      return offered
    })
    walk.lost.set(edge.datasetType, lost)
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

function outputsExist(found: readonly string[], run: string): Error {
  const shown = found.slice(0, 3).join(', ')
  const more = found.length > 3 ? ` and ${found.length - 3} more` : ''
  return pipelineError('outputs-exist', `Outputs exist in run ${run} already: ${shown}${more}.`, {
    hint: 'They are left from quanta that failed: --clobber-outputs replaces them; without --extend-run a new run is made.',
    data: { run, datasets: found },
  })
}

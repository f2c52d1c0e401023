import type { DataCoordinate, DatasetRef } from '#butler'
import type { Logger } from '#core'
import { NoWorkFound, pipelineError } from '../errors.ts'
import type { Edge } from '../graph/pipeline-graph.ts'
import { Csr } from './csr.ts'
import type { DatasetNodes } from './datasets.ts'
import { findExisting } from './find-existing.ts'
import { type PrerequisiteFinder, prerequisiteFinder } from './prerequisites.ts'
import type { TaskQuanta } from './quantum-graph.ts'
import type { BuildState, Candidates } from './skeleton.ts'
import { whyNotValid } from './validity.ts'

/** How outputs that exist already are treated. */
export interface ExistingOutputs {
  /** The output run, when it exists. */
  readonly run: string | undefined
  readonly skipIn: readonly string[]
  readonly clobber: boolean
}

interface Walk {
  readonly state: BuildState
  readonly existing: ExistingOutputs
  readonly log: Logger
  /** Nodes of each type that exist or will be made. */
  readonly available: Map<string, Set<number>>
  readonly inTheWay: string[]
}

/** Decide task after task which quanta are run, by what exists and what earlier tasks will make. */
export async function walkTasks(
  skeleton: readonly Candidates[],
  state: BuildState,
  existing: ExistingOutputs,
  log: Logger,
): Promise<readonly Omit<TaskQuanta, 'first'>[]> {
  const walk: Walk = { state, existing, log, available: new Map(), inTheWay: [] }
  const done: Omit<TaskQuanta, 'first'>[] = []
  for (const candidates of skeleton) done.push(await walkTask(candidates, walk))
  if (walk.inTheWay.length > 0) throw outputsExist(walk.inTheWay, existing.run ?? '')
  return done
}

async function walkTask(candidates: Candidates, walk: Walk): Promise<Omit<TaskQuanta, 'first'>> {
  const { node, table, coordinates } = candidates
  const outputs = await existingOutputs(candidates, walk)
  const finders = await Promise.all(
    node.prerequisites.map((edge) =>
      !walk.state.isRegistered(edge.datasetType)
        ? Promise.resolve(nothing)
        : prerequisiteFinder(
            walk.state.butler,
            node,
            edge,
            walk.state.typeOf(edge.datasetType),
            [...coordinates].map((c) => table.get(c)),
            walk.state.inputs,
          ),
    ),
  )
  const kept: number[] = []
  const inputs: number[][][] = [...node.inputs, ...node.prerequisites].map(() => [])
  const made: number[][][] = node.outputs.map(() => [])
  let skipped = 0
  const pruned: string[] = []
  for (let q = 0; q < coordinates.length; q++) {
    const outputNodes = candidates.outputs.map((csr, e) =>
      nodesAt(walk.state.nodesOf(node.outputs[e]!.datasetType), csr.row(q)),
    )
    if (outputs.isDone(q)) {
      skipped++
      outputs.offer(outputNodes)
      continue
    }
    const result = await quantumInputs(candidates, q, finders, walk)
    const adjusted = typeof result === 'string' ? result : adjust(candidates, q, result, outputNodes, walk)
    if (typeof adjusted === 'string') {
      pruned.push(adjusted)
      continue
    }
    outputs.refuse(q, adjusted.outputs)
    kept.push(coordinates[q]!)
    adjusted.inputs.forEach((nodes, e) => void inputs[e]!.push(nodes))
    adjusted.outputs.forEach((nodes, e) => {
      made[e]!.push(nodes)
      for (const n of nodes) availableOf(walk, node.outputs[e]!.datasetType).add(n)
    })
  }
  tell(node.label, kept.length, skipped, pruned, walk)
  for (const name of [node.metadataName, node.logName])
    if (name !== undefined) for (const c of kept) walk.state.nodesOf(name).at(c)
  return {
    node,
    table,
    coordinates: Int32Array.from(kept),
    inputs: inputs.map((lists) => Csr.fromLists(lists)),
    outputs: made.map((lists) => Csr.fromLists(lists)),
  }
}

/** The finder of a type that the repository does not know. */
const nothing: PrerequisiteFinder = () => Promise.resolve([])

const nodesAt = (nodes: DatasetNodes, coordinates: Int32Array): number[] =>
  [...coordinates].map((c) => nodes.at(c))

function availableOf({ available }: Walk, name: string): Set<number> {
  const known = available.get(name)
  if (known !== undefined) return known
  const made = new Set<number>()
  available.set(name, made)
  return made
}

function tell(
  label: string,
  kept: number,
  skipped: number,
  pruned: readonly string[],
  { log, state }: Walk,
): void {
  const notes = [
    skipped > 0 ? `${skipped} done before` : '',
    pruned.length > 0 ? `${pruned.length} without work` : '',
  ]
  const said = notes.filter((n) => n !== '').join(', ')
  log.verbose(
    `Generated ${kept} ${kept === 1 ? 'quantum' : 'quanta'} for task ${label}${said === '' ? '' : ` (${said})`}.`,
  )
  if (skipped > 0 && kept === 0)
    state.reasons.push(`${skipped} quanta of ${label} were done before and are skipped.`)
  const [first] = pruned
  if (first === undefined) return
  const more = pruned.length > 1 ? `, and ${pruned.length - 1} more like it` : ''
  if (kept === 0) state.reasons.push(`No quanta of ${label}: ${first}${more}.`)
  log.verbose(`Task ${label}: ${first}${more}.`)
}

/** Input nodes of a quantum by edge; a text when it has too few. */
async function quantumInputs(
  { node, table, coordinates, inputs }: Candidates,
  q: number,
  finders: readonly PrerequisiteFinder[],
  walk: Walk,
): Promise<number[][] | string> {
  const { state } = walk
  const coordinate = table.get(coordinates[q]!)
  const lists: number[][] = []
  for (const [e, edge] of node.inputs.entries()) {
    const nodes = state.nodesOf(edge.datasetType)
    const found = [...inputs[e]!.row(q)]
      .map((c) => nodes.find(c))
      .filter((n) => n !== undefined)
      .filter((n) => isThere(n, nodes, edge, walk))
    if (found.length < edge.minimum) {
      const short = `${found.length} of ${edge.minimum} needed`
      return `${coordinate} has too few ${edge.datasetType} for ${edge.connection} (${short})`
    }
    checkSingle(
      edge,
      found.map((n) => nodes.coordinate(n)),
      node.label,
      String(coordinate),
    )
    lists.push(found)
  }
  for (const [e, edge] of node.prerequisites.entries()) {
    const refs = (await finders[e]?.(coordinate)) ?? []
    if (refs.length < edge.minimum)
      throw await missingPrerequisite(node.label, edge, refs.length, coordinate, state)
    checkSingle(
      edge,
      refs.map((ref) => ref.coordinate),
      node.label,
      String(coordinate),
    )
    const nodes = state.nodesOf(edge.datasetType)
    lists.push(refs.map((ref) => nodes.addRef(ref)))
  }
  return lists
}

const isThere = (n: number, nodes: DatasetNodes, edge: Edge, walk: Walk): boolean =>
  walk.state.isOverallInput(edge.datasetType)
    ? nodes.existing(n) !== undefined
    : walk.available.get(edge.datasetType)?.has(n) === true

function checkSingle(
  edge: Edge,
  found: readonly { toString(): string }[],
  label: string,
  quantum: string,
): void {
  if (edge.multiple || found.length <= 1) return
  throw pipelineError(
    'scalar',
    `Found multiple datasets ${found.join(', ')} for non-multiple input connection ${label}.${edge.connection} (${edge.datasetType}) for quantum data ID ${quantum}.`,
    { hint: 'Narrow the data query so that each quantum has one, or make the connection multiple.' },
  )
}

async function missingPrerequisite(
  label: string,
  edge: Edge,
  found: number,
  quantum: DataCoordinate,
  { butler, inputs, typeOf, isRegistered }: BuildState,
): Promise<Error> {
  const why = isRegistered(edge.datasetType)
    ? await whyNotValid(butler, typeOf(edge.datasetType), quantum, inputs)
    : undefined
  return pipelineError(
    'missing-prerequisite',
    `Not enough datasets (${found}) found for non-optional connection ${label}.${edge.connection} (${edge.datasetType}) with minimum=${edge.minimum} for quantum data ID ${quantum}${why === undefined ? '' : `: ${why}`}.`,
    {
      hint: edge.isCalibration
        ? `No ${edge.datasetType} in ${inputs.join(', ')} is certified for that data ID and time: see \`butler query-datasets ${edge.datasetType}\`, or leave these data out with -d.`
        : `No ${edge.datasetType} in ${inputs.join(', ')} fits: add the collection that has it with -i, or leave these data out with -d.`,
      data: {
        label,
        connection: edge.connection,
        datasetType: edge.datasetType,
        dataId: quantum.values,
        ...(why !== undefined && { why }),
      },
    },
  )
}

interface Nodes {
  readonly inputs: number[][]
  readonly outputs: number[][]
}

/** Let the task drop inputs and outputs; a text when it finds nothing to do. */
function adjust(
  { node, table, coordinates }: Candidates,
  q: number,
  inputs: number[][],
  outputs: number[][],
  walk: Walk,
): Nodes | string {
  const hook = node.task.adjustQuantum
  if (hook === undefined) return { inputs, outputs }
  const edges = [...node.inputs, ...node.prerequisites]
  const refsOf = (list: readonly Edge[], nodes: readonly number[][]): Record<string, readonly DatasetRef[]> =>
    Object.fromEntries(
      list.map((edge, e) => {
        const known = walk.state.nodesOf(edge.datasetType)
        return [
          edge.connection,
          nodes[e]!.map((n) => known.ref(n, walk.existing.run ?? '', { time: 0, seed: '0' }, 0)),
        ]
      }),
    )
  const coordinate = table.get(coordinates[q]!)
  try {
    const change = hook(refsOf(edges, inputs), refsOf(node.outputs, outputs), {
      label: node.label,
      dataId: coordinate.values,
      config: node.config,
    })
    const cut = (
      list: readonly Edge[],
      nodes: number[][],
      kept: Readonly<Record<string, readonly DatasetRef[]>> = {},
    ): number[][] =>
      nodes.map((own, e) => {
        const refs = kept[list[e]!.connection]
        if (refs === undefined) return own
        const known = walk.state.nodesOf(list[e]!.datasetType)
        const keys = new Set(refs.map((ref) => ref.coordinate.key))
        return own.filter((n) => keys.has(known.coordinate(n).key))
      })
    return { inputs: cut(edges, inputs, change.inputs), outputs: cut(node.outputs, outputs, change.outputs) }
  } catch (error) {
    if (error instanceof NoWorkFound) return `${coordinate}: ${error.message}`
    throw error
  }
}

interface OutputCheck {
  /** The quantum has its metadata already. */
  isDone(q: number): boolean
  /** Make outputs of a skipped quantum that exist available to others. */
  offer(outputs: readonly number[][]): void
  /** Note outputs that exist in the run of a quantum that will be run. */
  refuse(q: number, outputs: readonly number[][]): void
}

/** What of a task's outputs exists: one query a dataset type. */
async function existingOutputs(candidates: Candidates, walk: Walk): Promise<OutputCheck> {
  const { node, coordinates, table } = candidates
  const { state, existing } = walk
  const own = [node.metadataName, ...(node.logName === undefined ? [] : [node.logName])]
  const find = (name: string, collections: readonly string[]): Promise<ReadonlyMap<number, DatasetRef>> => {
    const nodes = state.nodesOf(name)
    if (!state.isRegistered(name)) return Promise.resolve(new Map())
    return findExisting(state.butler, nodes.type, nodes.table, collections)
  }
  const done =
    existing.skipIn.length > 0
      ? await find(node.metadataName, existing.skipIn)
      : new Map<number, DatasetRef>()
  const offered = await Promise.all(
    node.outputs.map((edge) =>
      done.size > 0
        ? find(edge.datasetType, existing.skipIn)
        : Promise.resolve(new Map<number, DatasetRef>()),
    ),
  )
  const run = existing.run === undefined || existing.clobber ? undefined : existing.run
  const blocking = new Map<string, ReadonlyMap<number, DatasetRef>>()
  if (run !== undefined)
    for (const name of [...node.outputs.map((e) => e.datasetType), ...own])
      blocking.set(name, await find(name, [run]))
  return {
    isDone: (q) => done.has(coordinates[q]!),
    offer: (outputs) =>
      outputs.forEach((nodes, e) => {
        const name = node.outputs[e]!.datasetType
        const known = state.nodesOf(name)
        for (const n of nodes) {
          const ref = offered[e]?.get(known.coordinateIndex(n))
          if (ref !== undefined) availableOf(walk, name).add(known.addRef(ref))
        }
      }),
    refuse: (q, outputs) => {
      if (blocking.size === 0) return
      outputs.forEach((nodes, e) => {
        const { datasetType } = node.outputs[e]!
        const known = state.nodesOf(datasetType)
        for (const n of nodes)
          if (blocking.get(datasetType)?.has(known.coordinateIndex(n)) === true)
            walk.inTheWay.push(`${datasetType} ${known.coordinate(n)}`)
      })
      for (const name of own)
        if (blocking.get(name)?.has(coordinates[q]!) === true)
          walk.inTheWay.push(`${name} ${table.get(coordinates[q]!)}`)
    },
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

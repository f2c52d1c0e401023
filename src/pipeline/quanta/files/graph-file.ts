import type { Butler } from '#butler'
import { concatBytes, isFirstlightError, messageOf } from '#core'
import { pipelineError } from '../../errors.ts'
import type { TaskRegistry } from '../../task-registry.ts'
import type { QuantumGraph } from '../quantum-graph.ts'
import { readCompactGraph } from './compact-read.ts'
import { compactGraphParts } from './compact-write.ts'
import { badGraphFile, MAGIC } from './container.ts'
import type { LoadParts } from './load-tasks.ts'
import { isRubinGraph, readRubinGraph } from './rubin-read.ts'
import { writeRubinGraph } from './rubin-write.ts'

/**
 * A graph as bytes of a file: `.qg` is the Rubin middleware's form, which the Python `pipetask` runs; `.fgraph` ours, smaller
 * and much quicker for large graphs.
 */
export const saveQuantumGraph = (name: string, graph: QuantumGraph): Uint8Array => {
  const parts = [...quantumGraphParts(name, graph)]
  return parts.length === 1 ? parts[0]! : concatBytes(parts)
}

/** The same in pieces, to be written one after the other as they are made. */
export function quantumGraphParts(name: string, graph: QuantumGraph): Iterable<Uint8Array> {
  if (name.endsWith('.fgraph')) return compactGraphParts(graph)
  if (name.endsWith('.qg')) return [writeRubinGraph(graph)]
  const extension = /\.[^./]*$/.exec(name)?.[0] ?? ''
  throw pipelineError(
    'bad-graph-file',
    `Unsupported extension '${extension}' for quantum graph: '${name}'.`,
    {
      hint: 'Name it .qg, which the Python pipetask reads too, or .fgraph, which is smaller and quicker.',
      data: { file: name },
    },
  )
}

/** Read a graph file of either kind, told by its first bytes. */
export const loadQuantumGraph = (
  name: string,
  bytes: Uint8Array,
  tasks: TaskRegistry,
  { dimensions: universe }: Pick<Butler, 'dimensions'>,
): Promise<QuantumGraph> => readChecked(name, bytes, { tasks, universe })

/** The datasets of a graph file, by a graph without tasks and quanta: for who has not the code of its tasks, and need not have it. */
export const loadGraphDatasets = (
  name: string,
  bytes: Uint8Array,
  { dimensions: universe }: Pick<Butler, 'dimensions'>,
): Promise<QuantumGraph> => readChecked(name, bytes, { tasks: undefined, universe })

async function readChecked(name: string, bytes: Uint8Array, parts: LoadParts): Promise<QuantumGraph> {
  try {
    return await readGraph(name, bytes, parts)
  } catch (error) {
    if (isFirstlightError(error)) throw error
    // The checks above the parts are few; what is damaged shows as a wrong type or number somewhere below.
    throw badGraphFile(name, `it is damaged (${messageOf(error)})`)
  }
}

async function readGraph(name: string, bytes: Uint8Array, parts: LoadParts): Promise<QuantumGraph> {
  if (isRubinGraph(bytes)) return readRubinGraph(name, bytes, parts)
  const first = String.fromCharCode(...bytes.subarray(0, 7))
  if (first === MAGIC) return readCompactGraph(name, bytes, parts)
  if (first.startsWith('qgraph4'))
    throw badGraphFile(name, 'it has the old pickled form; save it as .qg with the pipetask that wrote it')
  throw badGraphFile(name, 'it does not begin as one')
}

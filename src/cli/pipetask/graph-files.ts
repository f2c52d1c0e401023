import type { Butler } from '#butler'
import { FirstlightError } from '#core'
import { loadQuantumGraph, type QuantumGraph, type TaskRegistry } from '#pipeline'
import { readNamed } from '../shared/place.ts'
import type { CommandIo } from './io.ts'

/** What `--qgraph-id` and `--qgraph-node-id` say of a graph file. */
export interface GraphFileFlags {
  readonly qgraphId?: string
  readonly qgraphNodeId?: readonly string[]
}

/** Read a graph file, or the part of it that the options name. */
export async function openGraphFile(
  file: string,
  { qgraphId, qgraphNodeId = [] }: GraphFileFlags,
  tasks: TaskRegistry,
  butler: Pick<Butler, 'dimensions'>,
  io: CommandIo,
): Promise<QuantumGraph> {
  const graph = await loadQuantumGraph(file, await readGraphFile(io.cwd, file), tasks, butler)
  if (qgraphId !== undefined && qgraphId !== graph.header.id)
    throw new FirstlightError('cli/wrong-graph', `${file} holds graph ${graph.header.id}, not ${qgraphId}.`, {
      hint: 'Leave --qgraph-id out, or name the file of that graph.',
    })
  if (qgraphNodeId.length === 0) return graph
  const wanted = new Set<number>()
  for (const id of qgraphNodeId) {
    const index = graph.indexOf(id.toLowerCase())
    if (index === undefined)
      throw new FirstlightError('cli/no-quantum', `${file} has no quantum ${id}.`, {
        hint: `Its ${graph.size} quanta are listed by: pipetask qgraph -b REPO -g ${file} --show graph`,
      })
    wanted.add(index)
  }
  return graph.subset(wanted)
}

async function readGraphFile(folder: string, file: string): Promise<Uint8Array> {
  try {
    return await readNamed(folder, file)
  } catch (error) {
    throw new FirstlightError('files/not-found', `Cannot read the graph file ${file}.`, {
      hint: 'Make one with: pipetask qgraph … -q FILE.qg',
      cause: error,
    })
  }
}

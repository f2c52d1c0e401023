import type { Csr } from './csr.ts'
import type { DatasetNodes } from './datasets.ts'
import { findExisting, type FoundDatasets, nothingFound } from './find-existing.ts'
import type { BuildState, Candidates } from './skeleton.ts'

/** How outputs that exist already are treated. */
export interface ExistingOutputs {
  /** The output run, when it exists. */
  readonly run: string | undefined
  readonly skipIn: readonly string[]
  readonly clobber: boolean
  /** Globs of the dataset types that were kept of what is skipped; undefined: all were. */
  readonly retained?: readonly string[]
}

/** What of a task's outputs exists. */
export interface OutputCheck {
  /** By candidate: 1 where its metadata is there already, so that it is skipped. */
  readonly done: Uint8Array
  /** The node of output `e` of a quantum that was done, by the number of its data ID; -1 when it does not exist. */
  offered(nodes: DatasetNodes, e: number, coordinate: number): number
  /** Note outputs that exist in the run of quanta that will be run. */
  refuse(coordinates: Int32Array, outputs: readonly Csr[], inTheWay: string[]): void
}

/** Look once for each dataset type. */
export async function existingOutputs(
  { node, coordinates, table }: Candidates,
  state: BuildState,
  existing: ExistingOutputs,
): Promise<OutputCheck> {
  const own = [node.metadataName, ...(node.logName === undefined ? [] : [node.logName])]
  const find = (name: string, collections: readonly string[]): Promise<FoundDatasets> => {
    if (!state.isRegistered(name)) return Promise.resolve(nothingFound)
    const nodes = state.nodesOf(name)
    return findExisting(state.butler, nodes.type, nodes.table, collections)
  }
  const done = existing.skipIn.length > 0 ? await find(node.metadataName, existing.skipIn) : nothingFound
  const offered: FoundDatasets[] = []
  for (const edge of node.outputs)
    offered.push(done.count > 0 ? await find(edge.datasetType, existing.skipIn) : nothingFound)
  const run = existing.run === undefined || existing.clobber ? undefined : existing.run
  const blocking = new Map<string, FoundDatasets>()
  if (run !== undefined)
    for (const name of [...node.outputs.map((e) => e.datasetType), ...own])
      blocking.set(name, await find(name, [run]))
  const blocks = (name: string, coordinate: number): boolean =>
    (blocking.get(name)?.at[coordinate] ?? -1) >= 0
  return {
    done: Uint8Array.from(coordinates, (c) => ((done.at[c] ?? -1) >= 0 ? 1 : 0)),
    offered(nodes, e, coordinate) {
      const found = offered[e]!
      const k = found.at[coordinate] ?? -1
      return k < 0 ? -1 : nodes.addStored(coordinate, found, k)
    },
    refuse(kept, outputs, inTheWay) {
      if (blocking.size === 0) return
      for (let q = 0; q < kept.length; q++) {
        outputs.forEach((csr, e) => {
          const { datasetType } = node.outputs[e]!
          const nodes = state.nodesOf(datasetType)
          for (const n of csr.row(q))
            if (blocks(datasetType, nodes.coordinateIndex(n)))
              inTheWay.push(`${datasetType} ${nodes.coordinate(n)}`)
        })
        for (const name of own) if (blocks(name, kept[q]!)) inTheWay.push(`${name} ${table.get(kept[q]!)}`)
      }
    },
  }
}

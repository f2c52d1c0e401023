import type { DatasetType } from '#butler'
import type { MockSpec } from '../../graph/mock.ts'
import type { GraphHeader } from '../quantum-graph.ts'

/**
 * The header of our graph file: everything but the numbers, which are in blocks. Quanta and datasets to be made have no UUIDs in
 * the file: the UUID of quantum `n` is the `n`-th of `graph.quantumIds`, that of a dataset the `n`-th of `graph.datasetIds`, where
 * types and their nodes are counted on in the order of `datasets`; so a UUID says where its quantum is.
 */
export interface CompactHeader {
  readonly graph: GraphHeader
  readonly description: string
  readonly instrument: string | null
  readonly counts: Readonly<Record<string, number>>
  /** Dimensions whose values are in `dimension.NAME`, as JSON. */
  readonly dimensions: readonly string[]
  /** Tables of data IDs: codes of their values are in `groupN.DIMENSION`. */
  readonly groups: readonly { readonly dimensions: readonly string[]; readonly rows: number }[]
  readonly datasets: readonly SavedDatasets[]
  readonly tasks: readonly SavedTask[]
  readonly records: readonly SavedRecords[]
  /** There is a block `files`: places of the files of existing datasets, as JSON. */
  readonly hasFiles: boolean
}

/** Blocks `typeN` (data IDs by node); where there are any `.existing` (nodes), `.ids`, `.runs`, `.planned` (nodes), `.plannedIds`. */
export interface SavedDatasets extends Omit<DatasetType, 'dimensions'> {
  readonly dimensions: readonly string[]
  readonly group: number
  readonly nodes: number
  readonly existing: number
  readonly planned: number
  readonly runs: readonly string[]
}

/** Blocks `taskN` (data IDs of the quanta), `.ids` where they are not counted, `.inE`, `.outE` (nodes), and their `.lengths`. */
export interface SavedTask {
  readonly label: string
  readonly className: string
  readonly config: string
  readonly mock?: MockSpec
  readonly group: number
  readonly quanta: number
  readonly hasIds: boolean
  /** Items of each edge; -1 when every quantum has exactly one. */
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

/** Blocks `record.ELEMENT.K` (codes of its keys), `.fields` (JSON rows), `.sizes` and `.regions` (sphgeom's bytes). */
export interface SavedRecords {
  readonly element: string
  readonly rows: number
  readonly hasFields: boolean
  readonly hasRegions: boolean
}

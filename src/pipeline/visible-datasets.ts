import type { Butler, DatasetRef } from '#butler'
import type { QuantumGraph } from './quanta/quantum-graph.ts'

/** Datasets that a search finds, by type and data ID, with the run that each was found in. */
export type Visible = ReadonlyMap<string, string>

export const keyOf = ({ datasetType, coordinate }: DatasetRef): string =>
  `${datasetType.name} ${coordinate.key}`

/** The runs that datasets were found in. */
export const runsOf = (refs: readonly DatasetRef[], visible: Visible): readonly string[] => [
  ...new Set(refs.map((ref) => visible.get(keyOf(ref))).filter((run) => run !== undefined)),
]

/**
 * Look for the datasets of graphs as a user would, one query a dataset type. Undefined where that tells nothing: of one graph, when no
 * search was asked for.
 */
export async function findVisible(
  butler: Butler,
  graphs: readonly QuantumGraph[],
  { collections, where }: { readonly collections?: readonly string[]; readonly where?: string },
): Promise<Visible | undefined> {
  if (graphs.length < 2 && collections === undefined && where === undefined) return undefined
  const searched = collections ?? [...new Set(graphs.map(({ header }) => header.run).reverse())]
  const known = new Set((await butler.registry.queryDatasetTypes()).map(({ name }) => name))
  const visible = new Map<string, string>()
  for (const name of new Set(graphs.flatMap(({ datasets }) => [...datasets.keys()]))) {
    if (!known.has(name)) continue
    const refs = await butler.queryDatasets(name, {
      collections: searched,
      ...(where !== undefined && { where }),
      limit: null,
      explain: false,
    })
    for (const ref of refs) visible.set(keyOf(ref), ref.run)
  }
  return visible
}

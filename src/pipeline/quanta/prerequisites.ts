import type { Butler, DataCoordinate, DatasetRef, DatasetType } from '#butler'
import { pipelineError } from '../errors.ts'
import type { Edge, TaskNode } from '../graph/pipeline-graph.ts'
import { type Bounds, pixelsOf, timesOf } from './bounds.ts'
import { byTime, timeLookup } from './by-time.ts'
import { type CoordinateTable, selectColumns } from './coordinates.ts'
import { Csr } from './csr.ts'
import type { DatasetNodes } from './datasets.ts'
import { findExisting, limitTo } from './find-existing.ts'
import { PixelIndex } from './pixel-index.ts'
import { loadRecords, type Quanta } from './quanta.ts'

/**
 * The datasets of a prerequisite for each of some quanta: by its own function; by validity at the time of the quantum; by data ID;
 * or, when the dataset's place on the sky is not in the quantum's data ID, by overlap. Look-ups common to many quanta are made once.
 * `bounds` widen place and time.
 */
export function findPrerequisites(
  butler: Butler,
  node: TaskNode,
  edge: Edge,
  quanta: Quanta,
  nodes: DatasetNodes,
  collections: readonly string[],
  bounds: Bounds,
): Promise<Csr> {
  const { type } = nodes
  const { lookup } = edge
  const nodeOf = (ref: DatasetRef): number => nodes.addRef(ref)
  if (lookup) return oneByOne(butler, quanta, (quantum) => lookup(type, butler, quantum, collections), nodeOf)
  const skypix = type.dimensions.skypix.filter((name) => !node.dimensions.has(name))
  if (skypix.length > 0) return byPixel(butler, type, skypix[0] ?? '', quanta, collections, nodeOf, bounds)
  if (!node.dimensions.contains(type.dimensions)) {
    if (bounds.spatial.length + bounds.temporal.length > 0) throw unbounded(node, edge)
    return oneByOne(butler, quanta, (quantum) => related(butler, type, quantum.values, collections), nodeOf)
  }
  if (type.isCalibration && bounds.temporal.length > 0)
    return byBoundedTime(butler, type, quanta, collections, nodeOf, bounds)
  if (type.isCalibration) return byTime(butler, type, quanta, collections, nodeOf)
  return byDataId(butler, quanta, nodes, collections)
}

type Find = (quantum: DataCoordinate) => Promise<readonly DatasetRef[]>

async function oneByOne(
  butler: Butler,
  quanta: Quanta,
  find: Find,
  nodeOf: (ref: DatasetRef) => number,
): Promise<Csr> {
  const { table, coordinates } = quanta
  await loadRecords(butler, quanta)
  const lists: number[][] = []
  for (const c of coordinates) lists.push((await find(table.get(c))).map(nodeOf))
  return Csr.fromLists(lists)
}

async function byBoundedTime(
  butler: Butler,
  type: DatasetType,
  quanta: Quanta,
  collections: readonly string[],
  nodeOf: (ref: DatasetRef) => number,
  bounds: Bounds,
): Promise<Csr> {
  await loadRecords(butler, quanta)
  const times = await timesOf(butler, quanta, bounds)
  const lookup = timeLookup(butler, type, collections)
  const lists: number[][] = []
  for (const [q, c] of quanta.coordinates.entries())
    lists.push((await lookup(quanta.table.get(c), times[q])).map(nodeOf))
  return Csr.fromLists(lists)
}

const unbounded = ({ label }: TaskNode, { connection, datasetType }: Edge): Error =>
  pipelineError(
    'unbounded-lookup',
    `Task '${label}': bounds from other connections do not say which ${datasetType} go to ${connection}: only pixels of the sky and calibrations are looked for by bounds.`,
    { hint: 'Give the connection a lookup function.' },
  )

/** Datasets related to the quantum by what the registry knows: a query for each. */
const related = (
  butler: Butler,
  type: DatasetType,
  dataId: DatasetRef['dataId'],
  collections: readonly string[],
): Promise<readonly DatasetRef[]> =>
  butler.queryDatasets(type, { collections, findFirst: true, limit: null, explain: false, dataId })

async function byDataId(
  butler: Butler,
  { table, coordinates }: Quanta,
  nodes: DatasetNodes,
  collections: readonly string[],
): Promise<Csr> {
  const rows = selectColumns(table, coordinates)
  const wanted = nodes.table.addRows(rows)
  const found = await findExisting(butler, nodes.type, nodes.table, collections)
  const stored = wanted.map((c) => {
    const k = found.at[c] ?? -1
    return k < 0 ? -1 : nodes.addStored(c, found, k)
  })
  return Csr.single(stored).map((node) => node)
}

/** All datasets in pixels that overlap the quantum's bounds; one query for those of all quanta, one join of regions. */
async function byPixel(
  butler: Butler,
  type: DatasetType,
  skypix: string,
  quanta: Quanta,
  collections: readonly string[],
  nodeOf: (ref: DatasetRef) => number,
  bounds: Bounds,
): Promise<Csr> {
  const { table, coordinates } = quanta
  const element = type.dimensions.universe.get(skypix)
  const others = type.dimensions.required.filter((name) => name !== skypix)
  const refs = await butler.queryDatasets(type, {
    collections,
    findFirst: true,
    limit: null,
    explain: false,
    ...limitTo(selectColumns(table, coordinates), others, table),
  })
  const pixelOf = (ref: DatasetRef): number => Number(ref.coordinate.get(skypix))
  const index = new PixelIndex(element, refs.map(pixelOf))
  const pixels = await pixelsOf(butler, index, quanta, bounds)
  if (others.length === 0) {
    const byPixel = new Map(refs.map((ref) => [pixelOf(ref), ref]))
    const nodes = new Map<number, number>()
    const node = (i: number): number => {
      const known = nodes.get(i)
      if (known !== undefined) return known
      const made = nodeOf(byPixel.get(index.pixels[i]!)!)
      nodes.set(i, made)
      return made
    }
    return pixels.map(node)
  }
  const keyOf = ({ values }: DataCoordinate, pixel: number): string =>
    [pixel, ...others.map((name) => String(values[name]))].join('|')
  const byKey = new Map(refs.map((ref) => [keyOf(ref.coordinate, pixelOf(ref)), ref]))
  const lists = Array.from(coordinates, (c, q) =>
    Array.from(pixels.row(q), (i) => byKey.get(keyOf(table.get(c), index.pixels[i]!)))
      .filter((ref) => ref !== undefined)
      .map(nodeOf),
  )
  return Csr.fromLists(lists)
}

import type { Butler, DataCoordinate, DatasetRef, DatasetType } from '#butler'
import { RegionList } from '#geom'
import type { Edge, TaskNode } from '../graph/pipeline-graph.ts'
import { byTime } from './by-time.ts'
import { type CoordinateTable, selectColumns } from './coordinates.ts'
import { Csr } from './csr.ts'
import type { DatasetNodes } from './datasets.ts'
import { findExisting, limitTo } from './find-existing.ts'
import { PixelIndex } from './pixel-index.ts'
import { loadRecords, type Quanta } from './quanta.ts'

/**
 * The datasets of a prerequisite for each of some quanta: by its own function; by validity at the time of the quantum; by data ID;
 * or, when the dataset's place on the sky is not in the quantum's data ID, by overlap. Look-ups common to many quanta are made once.
 */
export function findPrerequisites(
  butler: Butler,
  node: TaskNode,
  edge: Edge,
  quanta: Quanta,
  nodes: DatasetNodes,
  collections: readonly string[],
): Promise<Csr> {
  const { type } = nodes
  const { lookup } = edge
  const nodeOf = (ref: DatasetRef): number => nodes.addRef(ref)
  if (lookup) return oneByOne(butler, quanta, (quantum) => lookup(type, butler, quantum, collections), nodeOf)
  const skypix = type.dimensions.skypix.filter((name) => !node.dimensions.has(name))
  if (skypix.length > 0) return byPixel(butler, type, skypix[0] ?? '', quanta, collections, nodeOf)
  if (!node.dimensions.contains(type.dimensions))
    return oneByOne(butler, quanta, (quantum) => related(butler, type, quantum.values, collections), nodeOf)
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

/** All datasets in pixels that overlap the quantum's region; one query for those of all quanta, one join of regions. */
async function byPixel(
  butler: Butler,
  type: DatasetType,
  skypix: string,
  quanta: Quanta,
  collections: readonly string[],
  nodeOf: (ref: DatasetRef) => number,
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
  const { regions, regionOf } = await regionsOf(butler, quanta)
  const pixels = index.over(regions)
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
    return pixels.select(regionOf).map(node)
  }
  const keyOf = ({ values }: DataCoordinate, pixel: number): string =>
    [pixel, ...others.map((name) => String(values[name]))].join('|')
  const byKey = new Map(refs.map((ref) => [keyOf(ref.coordinate, pixelOf(ref)), ref]))
  const lists = Array.from(coordinates, (c, q) =>
    Array.from(pixels.row(regionOf[q]!), (i) => byKey.get(keyOf(table.get(c), index.pixels[i]!)))
      .filter((ref) => ref !== undefined)
      .map(nodeOf),
  )
  return Csr.fromLists(lists)
}

/** Regions, and which of them each quantum has; the last region is none. */
async function regionsOf(
  butler: Butler,
  { table, coordinates, records }: Quanta,
): Promise<{ readonly regions: RegionList; readonly regionOf: Int32Array }> {
  const rows = selectColumns(table, coordinates)
  const { spatial } = table.group
  for (const element of spatial) await records.load(butler, element, rows)
  const found = spatial.length === 1 ? records.places(spatial[0]!, rows) : []
  const [only] = found
  if (only?.table.regions !== undefined && found.length === 1) {
    const { regions } = only.table
    return { regions, regionOf: only.places.map((place) => (place < 0 ? regions.length : place)) }
  }
  const each = Array.from(coordinates, (c) => table.get(c).region)
  return { regions: RegionList.fromRegions(each), regionOf: coordinates.map((_, q) => q) }
}

import type { Butler } from '#butler'
import { RegionList } from '#geom'
import { Timespan } from '#time'
import { type CoordinateTable, selectColumns } from './coordinates.ts'
import { Csr } from './csr.ts'
import type { PixelIndex } from './pixel-index.ts'
import { loadRecords, type Quanta } from './quanta.ts'
import type { BuildState, Candidates } from './skeleton.ts'

/** Data IDs of some inputs or outputs, by quantum. */
interface BoundingIds {
  readonly table: CoordinateTable
  readonly ids: Csr
}

/** What besides its own data ID says where and when the prerequisites of a quantum are looked for. */
export interface Bounds {
  readonly spatial: readonly BoundingIds[]
  readonly temporal: readonly BoundingIds[]
}

/**
 * The bounds of some candidates. As in the Rubin middleware, an input counts when it was foreseen, even if a task before has
 * dropped it since. @param isForeseen by dataset type and number of the data ID
 */
export function boundsOf(
  { node, inputs, outputs }: Candidates,
  rows: Int32Array,
  { nodesOf }: BuildState,
  isForeseen: (datasetType: string, coordinate: number) => boolean,
): Bounds {
  const idsOf = (names: readonly string[]): readonly BoundingIds[] => [
    ...node.inputs.flatMap(({ connection, datasetType }, e) => {
      if (!names.includes(connection)) return []
      const ids = inputs[e]!.select(rows).map((c) => (isForeseen(datasetType, c) ? c : -1))
      return [{ table: nodesOf(datasetType).table, ids }]
    }),
    ...node.outputs.flatMap(({ connection, datasetType }, e) =>
      names.includes(connection)
        ? [{ table: nodesOf(datasetType).table, ids: outputs[e]!.select(rows) }]
        : [],
    ),
  ]
  return { spatial: idsOf(node.spatialBounds), temporal: idsOf(node.temporalBounds) }
}

/** The time of each quantum: from the first begin to the last end of its own and those of its bounds. */
export async function timesOf(
  butler: Butler,
  quanta: Quanta,
  { temporal }: Bounds,
): Promise<readonly (Timespan | undefined)[]> {
  const spans = Array.from(quanta.coordinates, (c) => quanta.table.get(c).timespan)
  for (const { table, ids } of temporal) {
    await loadRecords(butler, { ...quanta, table, coordinates: ids.items })
    for (const [q, own] of spans.entries())
      spans[q] = Array.from(ids.row(q), (c) => table.get(c).timespan).reduce(hull, own)
  }
  return spans
}

function hull(a: Timespan | undefined, b: Timespan | undefined): Timespan | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const [begin, end] = [a.nsec[0] < b.nsec[0] ? a : b, a.nsec[1] > b.nsec[1] ? a : b]
  return Timespan.fromNsec(begin.nsec[0], end.nsec[1])
}

/** For each quantum, places of the pixels that overlap its own region or one of its bounds; all of them when it has neither. */
export async function pixelsOf(
  butler: Butler,
  index: PixelIndex,
  quanta: Quanta,
  { spatial }: Bounds,
): Promise<Csr> {
  const { table, coordinates } = quanta
  const isPlaced = table.group.spatial.length > 0
  if (spatial.length === 0 && !isPlaced) {
    const all = index.pixels.map((_, i) => i)
    return Csr.fromLists(Array.from(coordinates, () => all))
  }
  const own = isPlaced ? await pixelsUnder(butler, index, quanta) : undefined
  if (spatial.length === 0 && own !== undefined) return own
  const pixels = Array.from(coordinates, (_, q) => new Set(own?.row(q)))
  for (const { table: other, ids } of spatial) {
    const distinct = Int32Array.from(new Set(ids.items))
    const under = await pixelsUnder(butler, index, { ...quanta, table: other, coordinates: distinct })
    const rowOf = new Map(Array.from(distinct, (c, row) => [c, row]))
    for (const [q, found] of pixels.entries())
      for (const c of ids.row(q)) for (const pixel of under.row(rowOf.get(c)!)) found.add(pixel)
  }
  return Csr.fromLists(pixels.map((found) => [...found].sort((a, b) => a - b)))
}

async function pixelsUnder(butler: Butler, index: PixelIndex, quanta: Quanta): Promise<Csr> {
  const { regions, regionOf } = await regionsOf(butler, quanta)
  return index.over(regions).select(regionOf)
}

/** Regions, and which of them each data ID has; the last region is none. */
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

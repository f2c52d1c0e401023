import {
  type BindValue,
  type Butler,
  type DataId,
  type DimensionElement,
  type DimensionGroup,
  queryDataIdColumns,
} from '#butler'
import { healpixEnvelope, healpixPixel, healpixRanges, htmRanges, htmTriangle, type Region } from '#geom'
import { type Columns, CoordinateTable, type CoordinateTables, selectColumns } from './coordinates.ts'
import { keepListed } from './listed-ids.ts'
import type { RecordTables } from './record-tables.ts'

/** What limits the data IDs of a graph. */
export interface DataQuery {
  readonly where?: string
  readonly bind?: Readonly<Record<string, BindValue>>
  readonly dataId?: DataId
  /** Tables of data IDs of which one must match. */
  readonly dataIdTables?: readonly (readonly DataId[])[]
}

/**
 * Data IDs of a group, and of the dimensions of listed ones, that the query allows: queries over all dimensions but pixels, which are
 * joined here by region.
 */
export async function queryRows(
  butler: Butler,
  group: DimensionGroup,
  query: DataQuery,
  { codes }: CoordinateTables,
  records: RecordTables,
): Promise<Columns> {
  const { universe } = group
  const tables = query.dataIdTables ?? []
  const whole = group.union(...tables.map(([first]) => universe.group(Object.keys(first ?? {}))))
  const tabled = whole.names.filter((name) => universe.get(name).kind !== 'skypix')
  const base = universe.group(tabled)
  const found = await queryDataIdColumns(butler, base, query, codes)
  for (const regions of found.regions) records.addRegions(regions)
  let rows: Columns = found
  for (const name of whole.skypix)
    rows = await withPixels(butler, rows, base, universe.get(name), codes, records)
  return tables.reduce((kept, listed) => keepListed(kept, listed, universe, codes), rows)
}

/** The rows once for every pixel that their regions overlap; rows without regions get none. */
async function withPixels(
  butler: Butler,
  rows: Columns,
  base: DimensionGroup,
  element: DimensionElement,
  codes: CoordinateTables['codes'],
  records: RecordTables,
): Promise<Columns> {
  const { spatial, universe } = base
  for (const own of spatial) await records.load(butler, own, rows)
  const places = new CoordinateTable(universe.group(spatial.flatMap((e) => e.required)), codes, records)
  const placeOf = places.addRows(rows)
  const pixels = Array.from(places.all(), ({ records: own }) => {
    const regions = spatial.map((e) => own?.get(e.name)?.region).filter((region) => region !== undefined)
    return pixelsOfAll(element, regions)
  })
  const kept: number[] = []
  const pixelCodes: number[] = []
  for (let row = 0; row < rows.length; row++)
    for (const pixel of pixels[placeOf[row]!]!) {
      kept.push(row)
      pixelCodes.push(codes.of(element.name).add(pixel))
    }
  const repeated = selectColumns(rows, Int32Array.from(kept))
  const pixelColumn = Int32Array.from(pixelCodes)
  return {
    length: kept.length,
    column: (name) => (name === element.name ? pixelColumn : repeated.column(name)),
  }
}

function pixelsOfAll(element: DimensionElement, [first, ...others]: readonly Region[]): readonly number[] {
  if (first === undefined) return []
  return pixelsMade(element, first).filter((pixel) =>
    others.every((region) => region.overlaps(pixelRegion(element, pixel))),
  )
}

/** Numbers of the pixels that a region brings into a graph: of HEALPix the anchor's envelope, which has some that only come near. */
const pixelsMade = (element: DimensionElement, region: Region): readonly number[] =>
  element.skypix?.system === 'healpix'
    ? healpixEnvelope(element.skypix.level, region)
    : pixelsOver(element, region)

/** Numbers of the pixels that really overlap a region. */
export function pixelsOver(element: DimensionElement, region: Region): readonly number[] {
  const { system, level } = element.skypix ?? { system: 'htm', level: 7 }
  const ranges = system === 'htm' ? htmRanges(level, region) : healpixRanges(level, region)
  const pixels: number[] = []
  for (const [begin, end] of ranges)
    for (let pixel = begin; pixel < end; pixel++)
      if (region.overlaps(pixelRegion(element, pixel))) pixels.push(pixel)
  return pixels
}

/** The region of one pixel. */
export const pixelRegion = (element: DimensionElement, pixel: number): Region =>
  element.skypix?.system === 'healpix'
    ? healpixPixel(element.skypix.level, pixel)
    : htmTriangle(element.skypix?.level ?? 7, pixel)

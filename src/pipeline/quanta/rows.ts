import {
  type BindValue,
  type Butler,
  DataCoordinate,
  type DataId,
  type DimensionElement,
  type DimensionGroup,
} from '#butler'
import { healpixPixel, healpixRanges, htmRanges, htmTriangle, type Region } from '#geom'
import type { CoordinateTable } from './coordinates.ts'

/** What limits the data IDs of a graph. */
export interface DataQuery {
  readonly where?: string
  readonly bind?: Readonly<Record<string, BindValue>>
  readonly dataId?: DataId
  /** Tables of data IDs of which one must match. */
  readonly dataIdTables?: readonly (readonly DataId[])[]
}

/** Data IDs of a group that the query allows: one query over all dimensions but pixels, which are joined here by region. */
export async function queryRows(
  butler: Butler,
  group: DimensionGroup,
  query: DataQuery,
): Promise<readonly DataCoordinate[]> {
  const { universe } = group
  const tabled = group.names.filter((name) => universe.get(name).kind !== 'skypix')
  const base = universe.group(tabled)
  const found =
    base.names.length === 0
      ? [new DataCoordinate(base, {}, true)]
      : await butler.queryDataIds(base.names, {
          ...(query.where !== undefined && { where: query.where }),
          ...(query.bind && { bind: query.bind }),
          ...(query.dataId && { dataId: query.dataId }),
          withDimensionRecords: true,
          limit: null,
          explain: false,
        })
  const rows = group.skypix.reduce<readonly DataCoordinate[]>(
    (all, name) => all.flatMap((row) => withPixels(row, universe.get(name), group)),
    found,
  )
  return (query.dataIdTables ?? []).reduce(keepListed, rows)
}

function keepListed(rows: readonly DataCoordinate[], listed: readonly DataId[]): readonly DataCoordinate[] {
  const [first] = listed
  if (first === undefined) return []
  const names = Object.keys(first)
  const keyOf = (values: DataId): string => names.map((name) => String(values[name])).join('\u0000')
  const allowed = new Set(listed.map(keyOf))
  return rows.filter((row) => allowed.has(keyOf(row.values)))
}

/** The row once for every pixel that its regions overlap; rows without regions get none. */
function withPixels(row: DataCoordinate, element: DimensionElement, group: DimensionGroup): DataCoordinate[] {
  const regions = row.group.spatial
    .map((e) => row.records?.get(e.name)?.region)
    .filter((r) => r !== undefined)
  const [first, ...others] = regions
  if (first === undefined) return []
  const widened = row.group.universe.group([...row.group.names, element.name])
  return pixelsOver(element, first)
    .filter((pixel) => others.every((region) => region.overlaps(pixelRegion(element, pixel))))
    .map(
      (pixel) =>
        new DataCoordinate(
          widened === group ? group : widened,
          { ...row.values, [element.name]: pixel },
          row.full,
          row.records,
        ),
    )
}

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

/** Numbers of each row's data ID in a table, which is filled on the way. */
export function indexRows(rows: readonly DataCoordinate[], table: CoordinateTable): Int32Array {
  const index = new Int32Array(rows.length)
  for (let i = 0; i < rows.length; i++) index[i] = table.add(rows[i] as DataCoordinate)
  return index
}

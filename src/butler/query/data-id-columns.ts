import { overlapPairs, RegionList } from '#geom'
import type { SqlRow } from '#sql'
import type { Butler } from '../butler.ts'
import type { DataId, DataIdValue } from '../dimensions/data-id.ts'
import type { DimensionElement } from '../dimensions/element.ts'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { BindValue } from '../expression/bind.ts'
import type { Repository } from '../repository/repository.ts'
import { executePlan } from './execute.ts'
import { makePlan } from './plan.ts'
import { splitAtOverlap } from './split-overlap.ts'
import type { QuerySpec } from './spec.ts'
import { type DimensionCodes, sortedRows } from './value-codes.ts'

/** What limits a query of data IDs. */
export interface ColumnQuery {
  readonly where?: string
  readonly bind?: Readonly<Record<string, BindValue>>
  readonly dataId?: DataId
}

/** Data IDs by column: of each row the codes of its values. */
export interface DataIdColumns {
  readonly group: DimensionGroup
  readonly length: number
  column(dimension: string): Int32Array
  /** Regions that were read on the way, with the key of the row they belong to. */
  readonly regions: readonly ElementRegions[]
}

export interface ElementRegions {
  readonly element: DimensionElement
  /** Codes of the element's required dimensions. */
  readonly keys: readonly Int32Array[]
  readonly regions: RegionList
}

/**
 * The data IDs of some dimensions that a query allows, for millions of rows. Where the registry would join two kinds of regions
 * (detectors and patches), each side is one query and the regions are joined here, so that no pair is made that is not wanted.
 */
export async function queryDataIdColumns(
  butler: Butler,
  group: DimensionGroup,
  { where, bind, dataId }: ColumnQuery,
  codes: DimensionCodes,
): Promise<DataIdColumns> {
  const { repository } = butler
  await repository.catchUp()
  let query = butler.query()
  if (dataId !== undefined) query = query.where(dataId)
  if (where !== undefined) query = query.where(where, bind)
  const spec = await query.specFor(group)
  const split = splitAtOverlap(repository.universe, spec, group)
  if (split === undefined) return readPart(repository, spec, group, undefined, codes)
  const [first, second] = split
  const a = await readPart(repository, first.spec, first.group, first.element, codes)
  const b = await readPart(repository, second.spec, second.group, second.element, codes)
  return joinParts(group, a, b)
}

/** One query's rows by column, sorted by their values; with an element, only rows for which it has a region. */
async function readPart(
  { connection, universe }: Repository,
  spec: QuerySpec,
  group: DimensionGroup,
  element: DimensionElement | undefined,
  codes: DimensionCodes,
): Promise<DataIdColumns> {
  if (group.names.length === 0) return makeColumns(group, 1, new Map(), [])
  const plan = makePlan(universe, spec, {
    group,
    ...(element && { fields: [{ kind: 'field', element: element.name, field: 'region' }] }),
  })
  const found = await executePlan(connection, plan, group.keys.length)
  const at = element === undefined ? -1 : (plan.layout.fields[0] ?? -1)
  const rows = at < 0 ? found : found.filter((row) => row[at] !== null)
  const columns = group.keys.map((key, k) => codeColumn(rows, k, codes, key))
  const required = group.required.map((_, k) => columns[k]!)
  const order = sortedRows(
    required,
    group.required.map((d) => codes.of(d)),
    rows.length,
  )
  const sorted = new Map(group.keys.map((key, k) => [key, gather(columns[k]!, order)]))
  const texts = at < 0 ? [] : Array.from(order, (row) => rows[row]![at] as string)
  const regions =
    element === undefined
      ? []
      : [
          {
            element,
            keys: element.required.map((d) => sorted.get(d)!),
            regions: RegionList.fromBase64(texts),
          },
        ]
  return makeColumns(group, rows.length, sorted, regions)
}

function codeColumn(
  rows: readonly SqlRow[],
  at: number,
  codes: DimensionCodes,
  dimension: string,
): Int32Array {
  const own = codes.of(dimension)
  const column = new Int32Array(rows.length)
  let last: unknown
  let code = -1
  for (let i = 0; i < rows.length; i++) {
    const value = rows[i]![at] as DataIdValue
    if (value !== last || code < 0) {
      last = value
      code = own.add(value)
    }
    column[i] = code
  }
  return column
}

function gather(column: Int32Array, order: Int32Array): Int32Array {
  const out = new Int32Array(order.length)
  for (let i = 0; i < order.length; i++) out[i] = column[order[i]!]!
  return out
}

const makeColumns = (
  group: DimensionGroup,
  length: number,
  columns: ReadonlyMap<string, Int32Array>,
  regions: readonly ElementRegions[],
): DataIdColumns => ({
  group,
  length,
  regions,
  column(dimension) {
    const column = columns.get(dimension)
    if (column === undefined) throw new RangeError(`no column of ${dimension} in ${group}`)
    return column
  },
})

/** A row for each pair whose regions overlap. */
function joinParts(group: DimensionGroup, a: DataIdColumns, b: DataIdColumns): DataIdColumns {
  const pairs = overlapPairs(a.regions[0]!.regions, b.regions[0]!.regions)
  const made = new Map<string, Int32Array>()
  return {
    group,
    length: pairs.first.length,
    regions: [...a.regions, ...b.regions],
    column(dimension) {
      const known = made.get(dimension)
      if (known !== undefined) return known
      const [side, rows] = a.group.has(dimension) ? [a, pairs.first] : [b, pairs.second]
      const column = gather(side.column(dimension), rows)
      made.set(dimension, column)
      return column
    },
  }
}

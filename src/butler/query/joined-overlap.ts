import { overlapPairs, RegionList } from '#geom'
import type { SqlConnection, SqlRow } from '#sql'
import type { DataId, DataIdValue } from '../dimensions/data-id.ts'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { executePlan } from './execute.ts'
import { makePlan } from './plan.ts'
import type { QuerySpec } from './spec.ts'
import { type Side, splitAtOverlap } from './split-overlap.ts'

/** Rows of a side that are read in any case. */
const MANY = 50_000
/** With so few rows on the other side, pixels in SQL pick theirs out of many. */
const FEW = 1_000

/**
 * Full data IDs of a query that overlaps two kinds of regions: each side by a query of its own, the regions compared here, where a
 * candidate costs a hundredth of what a row of SQLite does. Undefined for other queries, and for a few regions against very many.
 */
export async function overlappingDataIds(
  connection: SqlConnection,
  universe: DimensionUniverse,
  spec: QuerySpec,
  group: DimensionGroup,
): Promise<readonly DataId[] | undefined> {
  if (spec.searches.size > 0 || spec.uploads.length > 0) return undefined
  const sides = splitAtOverlap(universe, spec, group)
  if (sides === undefined) return undefined
  const read = (side: Side, limit?: number) => readSide(connection, universe, side, limit)
  let [a, b] = [await read(sides[0], MANY + 1), await read(sides[1], MANY + 1)]
  const most = Math.max(a.rows.length, b.rows.length)
  if (most > MANY && Math.min(a.rows.length, b.rows.length) < FEW) return undefined
  if (a.rows.length > MANY) a = await read(sides[0])
  if (b.rows.length > MANY) b = await read(sides[1])
  const { first, second } = overlapPairs(a.regions, b.regions)
  const keys = group.keys.map((key) => {
    const at = a.keys.indexOf(key)
    const [side, places, column] = at < 0 ? [b, second, b.keys.indexOf(key)] : [a, first, at]
    return { key, rows: side.rows, places, column }
  })
  return Array.from(first, (_, i) => {
    const id: Record<string, DataIdValue> = {}
    for (const { key, rows, places, column } of keys) id[key] = rows[places[i]!]![column] as DataIdValue
    return id
  })
}

interface SideRows {
  readonly keys: readonly string[]
  /** Values of the keys, and others. */
  readonly rows: readonly SqlRow[]
  readonly regions: RegionList
}

async function readSide(
  connection: SqlConnection,
  universe: DimensionUniverse,
  { group, element, spec }: Side,
  limit: number | undefined,
): Promise<SideRows> {
  const fields = [{ kind: 'field', element: element.name, field: 'region' }] as const
  const plan = makePlan(universe, spec, { group, fields, limit })
  const rows = await executePlan(connection, plan, group.keys.length, { limit })
  const [at] = plan.layout.fields
  return {
    keys: group.keys,
    rows,
    regions: RegionList.fromBase64(rows.map((row) => row[at!] as string | null)),
  }
}

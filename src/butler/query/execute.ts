import type { SqlConnection, SqlRow } from '#sql'
import { type Circle, type Region, SpherePoint } from '#geom'
import { regionFromText } from '../dimensions/sky.ts'
import { CalibrationLookupError } from '../errors.ts'
import type { Layout, Plan } from './plan.ts'

/** Rows of a plan after what only the client can do: exact overlaps, first collections, repetitions, the limit. */
export async function executePlan(
  connection: SqlConnection,
  plan: Plan,
  keyWidth: number,
  options: { readonly limit?: number | undefined; readonly skipFilters?: boolean } = {},
): Promise<readonly SqlRow[]> {
  let rows = await connection.all(plan.sql.text, plan.sql.values)
  if (plan.filters && options.skipFilters !== true) rows = filterRegions(rows, plan.layout)
  if (plan.ranks !== undefined) rows = chooseFirst(rows, plan, keyWidth)
  else if (plan.repeats || plan.filters) rows = dropRepeats(rows, plan.layout, keyWidth)
  return options.limit === undefined ? rows : rows.slice(0, options.limit)
}

/** Key of an output row: its dimension values, and the dataset's id and collection when they are there. */
function rowKey(row: SqlRow, layout: Layout, keyWidth: number): string {
  let key = ''
  for (let i = 0; i < keyWidth; i++) key += `${String(row[i])}\u0000`
  if (layout.dataset >= 0) key += String(row[layout.dataset])
  if (layout.hasCollection) key += `\u0000${String(row[layout.dataset + 2])}`
  for (const at of layout.fields) key += `\u0000${String(row[at])}`
  return key
}

function dropRepeats(rows: readonly SqlRow[], layout: Layout, keyWidth: number): readonly SqlRow[] {
  const seen = new Set<string>()
  return rows.filter((row) => {
    const key = rowKey(row, layout, keyWidth)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function filterRegions(rows: readonly SqlRow[], layout: Layout): readonly SqlRow[] {
  const tests = layout.pairs.map(([a, b]) => {
    const known = new Map<string, Map<string, boolean>>()
    return (row: SqlRow) => {
      const [left, right] = [row[a] as string | null, row[b] as string | null]
      if (left === null || right === null) return false
      let answers = known.get(left)
      if (answers === undefined) known.set(left, (answers = new Map<string, boolean>()))
      let answer = answers.get(right)
      if (answer === undefined)
        answers.set(right, (answer = overlap(regionFromText(left), regionFromText(right))))
      return answer
    }
  })
  const constraints = layout.constraints.map(([at, { region }]) => {
    const point = region instanceof SpherePoint ? region.toVector() : undefined
    return (row: SqlRow) => {
      const text = row[at] as string | null
      if (text === null) return false
      const own = regionFromText(text)
      return point !== undefined
        ? own.containsVector(point)
        : own.overlaps(region as Exclude<typeof region, SpherePoint>)
    }
  })
  return rows.filter((row) => tests.every((t) => t(row)) && constraints.every((c) => c(row)))
}

const circles = new WeakMap<Region, Circle>()

function circleAround(region: Region): Circle {
  let circle = circles.get(region)
  if (circle === undefined) circles.set(region, (circle = region.boundingCircle()))
  return circle
}

/** Most pairs that share a pixel are apart, which their bounding circles tell much faster than their edges. */
function overlap(a: Region, b: Region): boolean {
  const [p, q] = [circleAround(a), circleAround(b)]
  const chord = Math.hypot(p.center[0] - q.center[0], p.center[1] - q.center[1], p.center[2] - q.center[2])
  const apart = 2 * Math.asin(Math.min(1, chord / 2))
  return apart <= p.openingAngle.radians + q.openingAngle.radians + ROUNDING && a.overlaps(b)
}

/** Radians by which circles that touch may seem to be apart. */
const ROUNDING = 1e-9

/** Per data ID, the row of the first collection that has it; several validity ranges at once are refused. */
function chooseFirst(rows: readonly SqlRow[], plan: Plan, keyWidth: number): readonly SqlRow[] {
  const { layout, ranks } = plan
  const best = new Map<string, { rank: number; id: string; row: SqlRow }>()
  for (const row of rows) {
    let key = ''
    for (let i = 0; i < keyWidth; i++) key += `${String(row[i])}\u0000`
    const rank = ranks!.get(row[layout.dataset + 2] as number)!
    const id = row[layout.dataset] as string
    const known = best.get(key)
    if (known === undefined || rank < known.rank) best.set(key, { rank, id, row })
    else if (rank === known.rank && id !== known.id)
      throw new CalibrationLookupError('More than one validity range matches a data ID.', {
        hint: "Name an exposure, a visit or a day in the query, or compare the dataset type's timespan.",
      })
  }
  const chosen = [...best.values()].map((b) => b.row)
  const inOrder = chosen.length === rows.length ? rows : rows.filter(keepOnly(new Set(chosen)))
  return dropRepeats(inOrder, layout, keyWidth)
}

const keepOnly =
  (rows: ReadonlySet<SqlRow>) =>
  (row: SqlRow): boolean =>
    rows.has(row)

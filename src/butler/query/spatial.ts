import type { Region, SpherePoint } from '#geom'
import { quoteName, raw, type Sql, sql, or } from '#sql'
import { htmIndex, htmRanges } from '#geom'
import type { DimensionElement } from '../dimensions/element.ts'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { InvalidQueryError, UnimplementedQueryError } from '../errors.ts'
import type { Predicate } from '../expression/columns.ts'
import { hasSpatialTable, overlapTableName } from '../schema/dimension-tables.ts'
import type { DatasetSearch } from './spec.ts'
import type { Sources } from './sources.ts'

/** Two elements whose regions must overlap. */
export interface SpatialJoin {
  readonly a: DimensionElement
  readonly b: DimensionElement
}

/** An element whose region must overlap a given one. */
export interface SpatialConstraint {
  readonly element: DimensionElement
  readonly region: Region | SpherePoint
}

/** Overlap conditions between regions, taken out of the top level of the conditions. */
export interface SpatialParts {
  readonly joins: readonly SpatialJoin[]
  readonly constraints: readonly SpatialConstraint[]
  readonly others: readonly Predicate[]
}

/** Set spatial overlaps apart; below OR and NOT they cannot be. */
export function takeSpatial(universe: DimensionUniverse, predicates: readonly Predicate[]): SpatialParts {
  const joins: SpatialJoin[] = []
  const constraints: SpatialConstraint[] = []
  const others: Predicate[] = []
  for (const predicate of predicates) {
    if (!isSpatial(predicate)) {
      refuseNested(predicate)
      others.push(predicate)
      continue
    }
    const [left, right] = [predicate.left, predicate.right]
    const a =
      left.kind === 'column' && left.column.kind === 'field' ? universe.get(left.column.element) : undefined
    const b =
      right.kind === 'column' && right.column.kind === 'field'
        ? universe.get(right.column.element)
        : undefined
    if (a !== undefined && b !== undefined) {
      if (a.spatialFamily === b.spatialFamily)
        throw new InvalidQueryError(
          `A spatial join of ${a.name} and ${b.name} is not necessary: they are of one family.`,
        )
      joins.push({ a, b })
    } else if (a !== undefined && right.kind === 'literal')
      constraints.push({ element: a, region: right.value as Region | SpherePoint })
    else if (b !== undefined && left.kind === 'literal')
      constraints.push({ element: b, region: left.value as Region | SpherePoint })
    else
      throw new InvalidQueryError('An overlap needs at least one region of a dimension, like visit.region.')
  }
  return { joins, constraints, others }
}

const isSpatial = (p: Predicate): p is Predicate & { kind: 'compare' } =>
  p.kind === 'compare' && p.operator === 'OVERLAPS' && p.left.type === 'region'

function refuseNested(predicate: Predicate): void {
  if (predicate.kind === 'and' || predicate.kind === 'or')
    for (const part of predicate.parts) refuseInside(part)
  if (predicate.kind === 'not') refuseInside(predicate.of)
}

function refuseInside(predicate: Predicate): void {
  if (isSpatial(predicate))
    throw new UnimplementedQueryError('Overlaps of regions cannot stand inside OR or NOT.', {
      hint: 'Run two queries and put the results together.',
    })
  refuseNested(predicate)
}

/**
 * Joins that a query makes on its own: between the finest elements of its two spatial families, unless a joined dataset type
 * or an explicit overlap relates them already.
 */
export function automaticJoins(
  group: DimensionGroup,
  searches: Iterable<DatasetSearch>,
  explicit: readonly SpatialJoin[],
): readonly SpatialJoin[] {
  const spatial = group.spatial
  const families = spatial.map((e) => new Set([e.spatialFamily!]))
  const connect = (a: string, b: string) => {
    const [i, j] = [families.findIndex((f) => f.has(a)), families.findIndex((f) => f.has(b))]
    if (i < 0 || j < 0 || i === j) return
    for (const f of families[j]!) families[i]!.add(f)
    families.splice(j, 1)
  }
  for (const { a, b } of explicit) connect(a.spatialFamily!, b.spatialFamily!)
  for (const search of searches) {
    const own = search.type.type.dimensions.spatial
    for (const e of own.slice(1)) connect(own[0]!.spatialFamily!, e.spatialFamily!)
  }
  if (families.length <= 1) return []
  if (families.length > 2)
    throw new InvalidQueryError(
      `The query has regions of ${families.map((f) => [...f].join('+')).join(', ')}; which are to overlap must be said.`,
      { hint: 'Add e.g. `visit.region OVERLAPS patch.region`.' },
    )
  const finest = (family: ReadonlySet<string>) => spatial.find((e) => family.has(e.spatialFamily!))!
  return [{ a: finest(families[0]!), b: finest(families[1]!) }]
}

/** A pair of regions that the client must compare exactly, since the pixels only say that they may overlap. */
export interface RegionPair {
  readonly a: string
  readonly b: string
}

/** Put a join into the FROM clause; gives the elements whose regions are to be compared afterwards, or nothing to compare. */
export function addSpatialJoin(
  sources: Sources,
  universe: DimensionUniverse,
  join: SpatialJoin,
  n: number,
): RegionPair | undefined {
  const common = universe.get(universe.commonSkypix)
  const pixels = [join.a, join.b].filter((e) => e.kind === 'skypix')
  const regions = [join.a, join.b].filter(hasSpatialTable)
  if (pixels.length + regions.length !== 2 || pixels.some((p) => p !== common) || regions.length === 0)
    throw new UnimplementedQueryError(`Regions of ${join.a.name} and ${join.b.name} cannot be joined.`, {
      hint: `Only ${common.name} joins with elements that have regions.`,
    })
  if (pixels.length === 1) {
    addOverlapSource(sources, common, regions[0]!, `o${n}`, true)
    return undefined
  }
  const index = addOverlapSource(sources, common, join.a, `o${n}a`, false)
  addOverlapSource(sources, common, join.b, `o${n}b`, false, index)
  return { a: join.a.name, b: join.b.name }
}

function addOverlapSource(
  sources: Sources,
  common: DimensionElement,
  element: DimensionElement,
  alias: string,
  asDimension: boolean,
  sameIndex?: string,
): string {
  const { system, level } = common.skypix!
  const columns = new Map(element.required.map((d) => [d, d]))
  if (asDimension) columns.set(common.name, 'skypix_index')
  const index = `${alias}.skypix_index`
  sources.add({
    alias,
    table: raw(overlapTableName(element.name)),
    columns,
    conditions: [
      sql`${raw(`${alias}.skypix_system`)} = ${system}`,
      sql`${raw(`${alias}.skypix_level`)} = ${level}`,
      ...(sameIndex === undefined ? [] : [raw(`${index} = ${sameIndex}`)]),
    ],
  })
  return index
}

/** A condition that the element's row touches a pixel of the given region; the exact test follows in the client. */
export function pixelCondition(
  sources: Sources,
  universe: DimensionUniverse,
  { element, region }: SpatialConstraint,
): Sql {
  const common = universe.get(universe.commonSkypix)
  if (!hasSpatialTable(element))
    throw new UnimplementedQueryError(`Regions of ${element.name} cannot be compared with a given region.`)
  const { system, level } = common.skypix!
  const point = 'encode' in region ? undefined : htmIndex(level, region.toVector())
  const ranges = 'encode' in region ? fewerRanges(htmRanges(level, region)) : [[point!, point! + 1] as const]
  const inside = or(ranges.map(([b, e]) => sql`(o.skypix_index >= ${b} AND o.skypix_index < ${e})`))
  const same = element.required.map((d) => `o.${quoteName(d)} = ${sources.dimension(d)}`).join(' AND ')
  return sql`EXISTS (SELECT 1 FROM ${raw(overlapTableName(element.name))} o WHERE ${raw(same)} AND o.skypix_system = ${system} AND o.skypix_level = ${level} AND ${inside})`
}

/** Most conditions of one statement: SQLite's expressions are at most 1000 deep. */
const MOST_RANGES = 400

/** The same pixels and perhaps some between: ranges with the smallest gaps become one. What is too many, the exact test removes. */
function fewerRanges(ranges: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  if (ranges.length <= MOST_RANGES) return ranges
  const gaps = ranges.slice(1).map(([begin], i) => begin - ranges[i]![1])
  const smallest = [...gaps].sort((a, b) => a - b)[ranges.length - MOST_RANGES]!
  const out: [number, number][] = [[...ranges[0]!]]
  for (const [i, [begin, end]] of ranges.slice(1).entries()) {
    if (gaps[i]! <= smallest) out.at(-1)![1] = end
    else out.push([begin, end])
  }
  return out
}

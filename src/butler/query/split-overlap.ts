import type { DimensionElement } from '../dimensions/element.ts'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { hasSpatialTable } from '../schema/dimension-tables.ts'
import { predicateGroup } from './inspect.ts'
import { involvedGroup } from './materialize.ts'
import { conjuncts } from './plan.ts'
import { automaticJoins, takeSpatial } from './spatial.ts'
import type { Condition, QuerySpec } from './spec.ts'

/** One side of an overlap: a query whose rows have the element's key. */
export interface Side {
  readonly group: DimensionGroup
  readonly element: DimensionElement
  readonly spec: QuerySpec
}

/** The query as two that have nothing in common but an overlap; undefined when it is not of that kind. */
export function splitAtOverlap(
  universe: DimensionUniverse,
  spec: QuerySpec,
  group: DimensionGroup,
): readonly [Side, Side] | undefined {
  const involved = involvedGroup(universe, { ...spec, group: spec.group.union(group) })
  const conditions = spec.conditions.flatMap(({ predicate, text }) =>
    conjuncts(predicate).map((part): Condition => ({ predicate: part, text })),
  )
  const parts = takeSpatial(
    universe,
    conditions.map((c) => c.predicate),
  )
  const joins = [...parts.joins, ...automaticJoins(involved, [], parts.joins)]
  const [join] = joins
  if (join === undefined || joins.length > 1 || !hasSpatialTable(join.a) || !hasSpatialTable(join.b))
    return undefined
  const names = connected(involved, join.b)
  if (join.a.required.some((d) => names.has(d))) return undefined
  const rest = conditions.filter(({ predicate }) => !isJoin(predicate, parts.others))
  const touched = rest.map((c) => ({ condition: c, names: predicateGroup(universe, c.predicate).names }))
  if (touched.some((t) => t.names.some((n) => names.has(n)) && t.names.some((n) => !names.has(n))))
    return undefined
  const side = (element: DimensionElement, isOwn: (name: string) => boolean): Side | undefined => {
    const own = universe.group(group.names.filter(isOwn))
    if (!element.required.every((d) => own.has(d))) return undefined
    const kept = touched.filter((t) => t.names.every(isOwn)).map((t) => t.condition)
    return { group: own, element, spec: { ...spec, group: own, conditions: kept } }
  }
  const a = side(join.a, (name) => !names.has(name))
  const b = side(join.b, (name) => names.has(name))
  return a === undefined || b === undefined ? undefined : [a, b]
}

/** Overlaps between two elements are what the split itself stands for; those with a given region stay. */
const isJoin = (predicate: Condition['predicate'], others: readonly Condition['predicate'][]): boolean =>
  !others.includes(predicate) &&
  predicate.kind === 'compare' &&
  predicate.left.kind === 'column' &&
  predicate.right.kind === 'column'

/** Dimensions that tables connect with an element's. */
function connected(group: DimensionGroup, element: DimensionElement): ReadonlySet<string> {
  const names = new Set(element.required)
  for (let before = -1; before !== names.size; ) {
    before = names.size
    for (const other of group.elements) {
      const own = [...other.required, ...other.directImplied].filter((d) => group.has(d))
      if (own.some((d) => names.has(d))) for (const d of own) names.add(d)
    }
  }
  return names
}

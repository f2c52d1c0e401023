import type { DimensionGroup } from '../dimensions/group.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { type Column, isAlternateKey, type Predicate, type Term } from '../expression/columns.ts'

/** Call `visit` for every column of a condition; `inNullTest` tells IS NULL tests. */
export function visitColumns(
  predicate: Predicate,
  visit: (column: Column, inNullTest: boolean) => void,
): void {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      for (const part of predicate.parts) visitColumns(part, visit)
      return
    case 'not':
      visitColumns(predicate.of, visit)
      return
    case 'compare':
      visitTerm(predicate.left, (c) => visit(c, false))
      visitTerm(predicate.right, (c) => visit(c, false))
      return
    case 'is-null':
      visitTerm(predicate.of, (c) => visit(c, true))
      return
    case 'in-range':
    case 'flag':
    case 'glob':
      visitTerm(predicate.of, (c) => visit(c, false))
      return
    case 'constant':
  }
}

export function visitTerm(term: Term, visit: (column: Column) => void): void {
  switch (term.kind) {
    case 'column':
      visit(term.column)
      return
    case 'bound':
      visit(term.of)
      return
    case 'arithmetic':
      visitTerm(term.left, visit)
      visitTerm(term.right, visit)
      return
    case 'negative':
      visitTerm(term.of, visit)
      return
    case 'sequence':
      for (const item of term.items) visitTerm(item, visit)
      return
    case 'literal':
  }
}

/** Dimensions that a column brings into a query. */
export function columnGroup(universe: DimensionUniverse, column: Column): DimensionGroup {
  switch (column.kind) {
    case 'dimension':
      return universe.group([column.dimension])
    case 'field':
      return universe.groupOf(universe.get(column.element))
    case 'dataset':
      return universe.empty
  }
}

export function predicateGroup(universe: DimensionUniverse, predicate: Predicate): DimensionGroup {
  let group = universe.empty
  visitColumns(predicate, (column) => {
    group = group.union(columnGroup(universe, column))
  })
  return group
}

/**
 * Governors that the conditions fix, and those they would need: a key or alternate key of a dimension means nothing without its
 * governor's value.
 */
export function governorUse(
  universe: DimensionUniverse,
  predicates: readonly Predicate[],
): { readonly fixed: ReadonlySet<string>; readonly needed: ReadonlyMap<string, string> } {
  const fixed = new Set<string>()
  const needed = new Map<string, string>()
  for (const predicate of predicates)
    visitColumns(predicate, (column, inNullTest) => {
      if (column.kind === 'dataset') return
      const element = universe.get(column.kind === 'dimension' ? column.dimension : column.element)
      if (element.kind === 'governor') {
        if (inNullTest && isAlternateKey(universe, column)) needed.set(element.name, element.name)
        else if (!inNullTest && column.kind === 'dimension') fixed.add(element.name)
      } else if (
        element.governor !== undefined &&
        (column.kind === 'dimension' || isAlternateKey(universe, column))
      )
        needed.set(element.governor, element.name)
    })
  return { fixed, needed }
}

/** Values that conditions fix by equality, and pairs that contradict each other. */
export function fixedValues(predicates: readonly Predicate[]): {
  readonly values: ReadonlyMap<string, unknown>
  readonly contradictions: readonly (readonly [dimension: string, first: unknown, second: unknown])[]
} {
  const values = new Map<string, unknown>()
  const contradictions: [string, unknown, unknown][] = []
  for (const predicate of predicates) {
    if (predicate.kind !== 'compare' || predicate.operator !== '=') continue
    const { left, right } = predicate
    const [column, literal] = left.kind === 'literal' ? [right, left] : [left, right]
    if (column.kind !== 'column' || column.column.kind !== 'dimension' || literal.kind !== 'literal') continue
    const { dimension } = column.column
    const known = values.get(dimension)
    if (known !== undefined && known !== literal.value) contradictions.push([dimension, known, literal.value])
    values.set(dimension, literal.value)
  }
  return { values, contradictions }
}

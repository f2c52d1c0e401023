import { asList, asNode, type Json, nameIn, type Node, textIn } from './ast.ts'

/** A table reference of a FROM, and the conditions that its rows must meet to matter for the result. */
export interface Relation {
  readonly alias: string
  /** Name in lower case; undefined for subqueries, functions and what may not be looked into. */
  readonly table: string | undefined
  readonly node: Node
  /** Outer joins under which this relation is filled with NULLs. */
  readonly nullable: ReadonlySet<Node>
  readonly conditions: readonly Condition[]
}

/** One term of a conjunction, where it stands. */
export interface Condition {
  readonly expression: Node
  /** Outer joins that have not yet filled anything with NULLs where the condition is applied. */
  readonly level: ReadonlySet<Node>
  /** For `USING (visit)`: the column, looked up on both sides of this join. */
  readonly using?: { readonly column: string; readonly left: Node; readonly right: Node }
}

interface Place {
  readonly nullable: ReadonlySet<Node>
  readonly inherited: readonly Condition[]
}

/**
 * The relations of a SELECT's FROM with the conditions of WHERE, ON and USING that bind each of them. A condition is
 * left out where a row that fails it may still matter: WHERE for the inner side of an outer join, ON for its outer side.
 */
export function relationsOf(select: Node): readonly Relation[] {
  const where: Condition[] = conjuncts(select['where_clause']).map((expression) => ({
    expression,
    level: new Set(),
  }))
  const sampled = asNode(select['sample']) !== undefined
  return visit(asNode(select['from_table']), { nullable: new Set(), inherited: sampled ? [] : where })
}

function visit(from: Node | undefined, place: Place): readonly Relation[] {
  if (from === undefined) return []
  if (from['type'] === 'JOIN') return nameIn(from, 'alias') === '' ? visitJoin(from, place) : readWhole(from)
  const isPlain =
    from['type'] === 'BASE_TABLE' &&
    asNode(from['sample']) === undefined &&
    asList(from['column_name_alias']).length === 0 &&
    ['', 'main'].includes(nameIn(from, 'schema_name'))
  const table = isPlain ? nameIn(from, 'table_name') : undefined
  const alias = nameIn(from, 'alias') || nameIn(from, 'table_name')
  return [{ alias, table, node: from, nullable: place.nullable, conditions: place.inherited }]
}

function visitJoin(join: Node, { nullable, inherited }: Place): readonly Relation[] {
  const kind = textIn(join, 'join_type')
  const reference = join['ref_type'] ?? 'REGULAR'
  const left = asNode(join['left'])
  const right = asNode(join['right'])
  const inner = new Set([...nullable, join])
  const both = (l: Place, r: Place) => [...visit(left, l), ...visit(right, r)]
  if (reference === 'POSITIONAL') return [...readWhole(left), ...readWhole(right)]
  if (reference === 'ASOF') return [...visit(left, { nullable, inherited }), ...readWhole(right)]
  const on = (level: ReadonlySet<Node>) => ownConditions(join, level)
  switch (kind) {
    case 'INNER': {
      const place = { nullable, inherited: [...inherited, ...on(nullable)] }
      return both(place, place)
    }
    // Outside of ON nobody sees the right side of these two: as if it were filled with NULLs there.
    case 'SEMI':
      return both(
        { nullable, inherited: [...inherited, ...on(inner)] },
        { nullable: inner, inherited: [...inherited, ...on(inner)] },
      )
    case 'LEFT':
    case 'ANTI':
      return both({ nullable, inherited }, { nullable: inner, inherited: [...inherited, ...on(inner)] })
    case 'RIGHT':
      return both({ nullable: inner, inherited: [...inherited, ...on(inner)] }, { nullable, inherited })
    case 'FULL':
    case 'OUTER':
      return both({ nullable: inner, inherited: [] }, { nullable: inner, inherited: [] })
    default:
      return [...readWhole(left), ...readWhole(right)]
  }
}

/** Relations of which every row may matter. */
function readWhole(from: Node | undefined): readonly Relation[] {
  if (from?.['type'] === 'JOIN')
    return [...readWhole(asNode(from['left'])), ...readWhole(asNode(from['right']))]
  return visit(from, { nullable: new Set(), inherited: [] })
}

function ownConditions(join: Node, level: ReadonlySet<Node>): readonly Condition[] {
  const left = asNode(join['left']) ?? {}
  const right = asNode(join['right']) ?? {}
  const columns = asList(join['using_columns']).filter((column) => typeof column === 'string')
  const using = columns.map((column) => ({
    expression: {},
    level,
    using: { column: column.toLowerCase(), left, right },
  }))
  return [...conjuncts(join['condition']).map((expression) => ({ expression, level })), ...using]
}

function conjuncts(expression: Json | undefined): readonly Node[] {
  const node = asNode(expression)
  if (node === undefined) return []
  return node['type'] === 'CONJUNCTION_AND' ? asList(node['children']).flatMap(conjuncts) : [node]
}

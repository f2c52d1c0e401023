import { asList, asNode, type Json, nameIn, type Node, textIn } from './ast.ts'
import { branchOf, closedBranch, dependsOnOthers, renamedBy } from './output-columns.ts'
import type { Branch, Condition, Relation, Scope } from './relations.ts'

/** What a WITH or a view stands for; `itself` within a recursive WITH. */
export type Definition =
  | { readonly kind: 'query'; readonly body: Node; readonly around: Definitions; readonly isRenamed: boolean }
  | { readonly kind: 'itself' }
/** By name in lower case. */
export type Definitions = ReadonlyMap<string, Definition>

/** So many times subqueries behind names are looked into; beyond, each once and by itself. */
const MAX_EXPANSIONS = 200

interface Place {
  readonly nullable: ReadonlySet<Node>
  readonly inherited: readonly Condition[]
  readonly scope: Scope
}

/**
 * Every table that the statements of a tree read, once for each place where it is read, with the conditions of WHERE, ON
 * and USING that bind its rows there, those around a subquery, a WITH or a view included. A condition is left out where
 * a row that fails it may still matter: WHERE for the inner side of an outer join, ON for its outer side, what stands
 * around a LIMIT or a window.
 * @param views of the session, which the statements may name
 */
export function tablesIn(tree: Node, views: Definitions = new Map()): TablesRead {
  const reader = new StatementReader(views)
  reader.whole(tree, views)
  const names = new Map([...reader.tables].reverse().map(({ name }) => [name.toLowerCase(), name] as const))
  return { tables: reader.tables, names: [...names.values()].reverse(), isNested: reader.isNested }
}

export interface TablesRead {
  readonly tables: readonly Relation[]
  /** Each once, as written first. */
  readonly names: readonly string[]
  /** Subqueries, WITHs or views stand behind a FROM. */
  readonly isNested: boolean
}

class StatementReader {
  readonly tables: Relation[] = []
  isNested = false
  readonly #views: Definitions
  readonly #used = new Set<Definition>()
  readonly #alone = new Set<Definition>()
  #expansions = 0

  constructor(views: Definitions) {
    this.#views = views
  }

  /** Queries anywhere below; `place` is that of the SELECT whose rows they are evaluated for. */
  whole(value: Json | undefined, defined: Definitions, place: Place = ALONE): void {
    if (Array.isArray(value)) for (const item of value as readonly Json[]) this.whole(item, defined, place)
    const node = asNode(value)
    if (node === undefined) return
    if (isQuery(node)) this.#query(node, defined, place)
    else if (node['type'] === 'BASE_TABLE') this.#table(node, defined, ALONE)
    else for (const child of Object.values(node)) this.whole(child, defined, place)
  }

  #query(node: Node, outer: Definitions, place: Place): readonly Branch[] {
    const defined = definitionsOf(node, outer)
    const branches = this.#branches(node, defined, place)
    for (const [name, definition] of [...defined].reverse())
      if (definition.kind === 'query' && definition !== outer.get(name) && !this.#used.has(definition))
        this.#byItself(definition)
    return branches
  }

  #branches(node: Node, defined: Definitions, place: Place): readonly Branch[] {
    const isClosed = dependsOnOthers(node)
    const inside = isClosed ? { ...place, inherited: [] } : place
    if (node['type'] === 'SELECT_NODE') {
      const branch = this.#select(node, defined, inside)
      return [isClosed ? closedBranch(branch) : branch]
    }
    if (node['type'] !== 'SET_OPERATION_NODE') {
      const itself = textIn(node, 'cte_name').toLowerCase()
      const within = new Map<string, Definition>([...defined, [itself, { kind: 'itself' }]])
      for (const [key, child] of Object.entries(node)) if (key !== 'cte_map') this.whole(child, within)
      return []
    }
    this.whole(node['modifiers'], defined)
    const [first, ...later] = [node['left'], node['right']].flatMap((side) =>
      this.#query(asNode(side) ?? {}, defined, inside),
    )
    if (first === undefined) return []
    if (isClosed) return [first, ...later].map(closedBranch)
    const isByName = node['setop_type'] === 'UNION_BY_NAME'
    return [first, ...later.map((b) => (isByName ? { ...b, at: () => undefined } : renamedBy(first, b)))]
  }

  #select(node: Node, defined: Definitions, { nullable, inherited, scope: parent }: Place): Branch {
    const start = this.tables.length
    const relations: Relation[] = []
    const scope: Scope = { relations, defined: new Set(defined.keys()), parent }
    const terms = conjuncts(node['where_clause'])
    const subqueries = new Map(terms.filter(isSemiJoin).map((term) => [term, subqueryRelation(nullable)]))
    const where = terms.flatMap((expression): readonly Condition[] => {
      const subquery = subqueries.get(expression)
      const own = { expression, level: nullable, scope }
      return subquery === undefined ? [own] : [own, semiJoin(own, subquery)]
    })
    const isSampled = asNode(node['sample']) !== undefined
    const bound = { nullable, scope, inherited: isSampled ? inherited : [...inherited, ...where] }
    relations.push(...this.#from(asNode(node['from_table']), defined, bound))
    for (const term of terms) {
      const subquery = subqueries.get(term)
      this.whole(subquery === undefined ? term : term['child'], defined, bound)
      subquery?.branches.push(...this.#query(subqueryOf(term), defined, bound))
    }
    for (const [key, clause] of Object.entries(node))
      if (!['from_table', 'cte_map', 'where_clause'].includes(key)) this.whole(clause, defined, bound)
    return branchOf(node, scope, new Set(this.tables.slice(start)))
  }

  #from(node: Node | undefined, defined: Definitions, place: Place): readonly Relation[] {
    if (node === undefined || node['type'] === 'EMPTY') return []
    if (node['type'] === 'JOIN') {
      this.whole(node['condition'], defined)
      return nameIn(node, 'alias') === ''
        ? this.#join(node, defined, place)
        : this.#sides(node, defined, [unbound(place, node), unbound(place, node)])
    }
    if (node['type'] === 'BASE_TABLE') return [this.#table(node, defined, place)]
    if (node['type'] === 'SUBQUERY')
      return [this.#derived(node, subqueryOf(node), { defined, isRenamed: false }, place)]
    for (const child of Object.values(node)) this.whole(child, defined)
    return [{ ...relationOf(node, place), table: undefined }]
  }

  #table(node: Node, defined: Definitions, place: Place): Relation {
    const schema = nameIn(node, 'schema_name')
    const known = schema === '' ? defined : schema === 'main' ? this.#views : new Map<string, Definition>()
    const definition = known.get(nameIn(node, 'table_name'))
    if (definition === undefined) {
      const relation = { ...relationOf(node, place), name: textIn(node, 'table_name') }
      this.tables.push(relation)
      return relation
    }
    const nothing = { ...relationOf(node, place), table: undefined }
    if (definition.kind === 'itself') return nothing
    this.#used.add(definition)
    if (++this.#expansions > MAX_EXPANSIONS) {
      this.#byItself(definition)
      return nothing
    }
    return this.#derived(node, definition.body, { defined: definition.around, ...definition }, place)
  }

  #derived(
    node: Node,
    query: Node,
    { defined, isRenamed }: { readonly defined: Definitions; readonly isRenamed: boolean },
    place: Place,
  ): Relation {
    this.isNested = true
    const isPlain = isAsItStands(node) && !isRenamed
    const branches = this.#query(query, defined, isPlain ? place : unbound(place, node))
    return {
      ...relationOf(node, place),
      table: undefined,
      branches: isPlain ? branches : branches.map(closedBranch),
    }
  }

  #byItself(definition: Definition & { readonly kind: 'query' }): void {
    if (this.#alone.has(definition)) return
    this.#alone.add(definition)
    this.whole(definition.body, definition.around)
  }

  #sides(
    join: Node,
    defined: Definitions,
    [left, right]: readonly [Place, Place],
    sides: readonly [Relation[], Relation[]] = [[], []],
  ): readonly Relation[] {
    sides[0].push(...this.#from(asNode(join['left']), defined, left))
    sides[1].push(...this.#from(asNode(join['right']), defined, right))
    return sides.flat()
  }

  #join(join: Node, defined: Definitions, place: Place): readonly Relation[] {
    const { nullable, inherited } = place
    const reference = join['ref_type'] ?? 'REGULAR'
    const inner = new Set([...nullable, join])
    const sides: readonly [Relation[], Relation[]] = [[], []]
    const both = (left: Place, right: Place) => this.#sides(join, defined, [left, right], sides)
    const free = unbound(place, join)
    const kind = textIn(join, 'join_type')
    if (reference === 'ASOF' && (kind === 'INNER' || kind === 'LEFT')) return both(place, free)
    if (reference === 'ASOF' || reference === 'POSITIONAL') return both(free, free)
    const on = (level: ReadonlySet<Node>) => [
      ...inherited,
      ...ownConditions(join, place.scope, { level, sides }),
    ]
    const filled = { ...place, nullable: inner, inherited: on(inner) }
    switch (kind) {
      case 'INNER': {
        const bound = { ...place, inherited: on(nullable) }
        return both(bound, bound)
      }
      // Outside of ON nobody sees the right side of these two: as if it were filled with NULLs there.
      case 'SEMI':
        return both({ ...place, inherited: on(inner) }, filled)
      case 'LEFT':
      case 'ANTI':
        return both(place, filled)
      case 'RIGHT':
        return both(filled, place)
      default:
        return both(free, free)
    }
  }
}

const ALONE: Place = {
  nullable: new Set(),
  inherited: [],
  scope: { relations: [], defined: new Set(), parent: undefined },
}

/** Every row may matter, and who stands outside of the node cannot tell whether there is one. */
const unbound = (place: Place, node: Node): Place => ({
  ...place,
  nullable: new Set([...place.nullable, node]),
  inherited: [],
})

const isQuery = (node: Node): boolean => textIn(node, 'type').endsWith('_NODE') && 'cte_map' in node

/** `x IN (SELECT …)` or `EXISTS (SELECT …)` as a term of its own. */
const isSemiJoin = (term: Node): boolean =>
  term['class'] === 'SUBQUERY' &&
  (term['subquery_type'] === 'ANY'
    ? term['comparison_type'] === 'COMPARE_EQUAL'
    : term['subquery_type'] === 'EXISTS' && hasRowOnlyIfFound(subqueryOf(term)))

/** An aggregate without groups has a row of nothing, too. */
const hasRowOnlyIfFound = (query: Node): boolean =>
  query['type'] === 'SELECT_NODE' &&
  !dependsOnOthers(query) &&
  asList(query['select_list']).every((item) => PLAIN_ITEMS.has(textIn(asNode(item) ?? {}, 'class')))

const PLAIN_ITEMS: ReadonlySet<string> = new Set(['COLUMN_REF', 'CONSTANT', 'STAR'])

const semiJoin = ({ expression, ...where }: Condition, subquery: Relation): Condition => {
  const child = asNode(expression['child'])
  return child === undefined
    ? { ...where, expression: {}, exists: subquery }
    : { ...where, expression: child, among: subquery }
}

const subqueryOf = (node: Node): Node => asNode(asNode(node['subquery'])?.['node']) ?? {}

const subqueryRelation = (nullable: ReadonlySet<Node>) => ({
  alias: '',
  name: '',
  table: undefined,
  nullable,
  conditions: [],
  branches: [] as Branch[],
})

const isAsItStands = (node: Node): boolean =>
  asNode(node['sample']) === undefined && asList(node['column_name_alias']).length === 0

function relationOf(node: Node, { nullable, inherited }: Place): Relation {
  const name = nameIn(node, 'table_name')
  const isPlain = isAsItStands(node) && ['', 'main'].includes(nameIn(node, 'schema_name'))
  return {
    alias: nameIn(node, 'alias') || name,
    name: '',
    table: isPlain ? name : undefined,
    nullable,
    conditions: isPlain ? inherited : [],
    branches: [],
  }
}

/** What stands in a WITH sees those before it; its own name is there the table's, unless it is recursive. */
function definitionsOf(query: Node, outer: Definitions): Definitions {
  let defined = outer
  for (const entry of asList(asNode(query['cte_map'])?.['map'])) {
    const value = asNode(asNode(entry)?.['value'])
    const written = asNode(value?.['query'])
    const body = asNode(written?.['node']) ?? written ?? {}
    const isRenamed = asList(value?.['aliases']).length > 0
    const definition: Definition = { kind: 'query', body, around: defined, isRenamed }
    defined = new Map([...defined, [nameIn(asNode(entry), 'key'), definition]])
  }
  return defined
}

function ownConditions(
  join: Node,
  scope: Scope,
  { level, sides: [left, right] }: { level: ReadonlySet<Node>; sides: readonly [Relation[], Relation[]] },
): readonly Condition[] {
  const columns = asList(join['using_columns']).filter((column) => typeof column === 'string')
  const using = columns.map((column) => ({
    expression: {},
    scope,
    level,
    using: {
      column: column.toLowerCase(),
      left: { ...scope, relations: left },
      right: { ...scope, relations: right },
    },
  }))
  return [...conjuncts(join['condition']).map((expression) => ({ expression, scope, level })), ...using]
}

function conjuncts(expression: Json | undefined): readonly Node[] {
  const node = asNode(expression)
  if (node === undefined) return []
  return node['type'] === 'CONJUNCTION_AND' ? asList(node['children']).flatMap(conjuncts) : [node]
}

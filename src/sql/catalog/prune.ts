import { asList, asNode, type Json, nameIn, type Node, nodesBelow, textIn } from './ast.ts'
import { type Condition, type Relation, relationsOf } from './from-scopes.ts'
import { filesTable, HIDDEN_SCHEMA, quoteIdentifier } from './view.ts'

/** Column of the hidden table of a file table: the file's number. */
export const FILE_NUMBER = '__file'

/** Put before the names of parameters: numbered ones must count from 1 without a gap, and some are cut away. */
export const PARAMETER = 'p'

/** What is known of a table before any of its files is opened, by its name in lower case. */
export interface KnownTable {
  /** `files`: the columns are the data ID's, values are in a hidden table. `rows`: a table that is there whole. */
  readonly kind: 'files' | 'rows'
  readonly columns: ReadonlySet<string>
}

/** Which files one reference to a table can need. */
export interface PruneQuery {
  readonly table: string
  /** Gives FILE_NUMBER of the files that may matter, once `{0}` is the text of `condition`; undefined: all of them. */
  readonly ask:
    | { readonly sql: string; readonly condition: Node; readonly parameters: readonly string[] }
    | undefined
}

/**
 * For every reference to a table of files: a query over data IDs and dimension records alone that gives the files whose
 * rows can matter. It is the statement's own FROM, cut down to the conditions that need no file, so any expression over
 * data-ID columns prunes, and so do joins with dimension records. What is cut away only ever admits more files.
 * @param tree of the whole text of statements
 */
export function pruneQueries(tree: Node, known: ReadonlyMap<string, KnownTable>): readonly PruneQuery[] {
  const found: PruneQuery[] = []
  const seen = new Set<Node>()
  for (const { node, defined } of nodesBelow(tree)) {
    if (node['type'] === 'SELECT_NODE') {
      const relations = relationsOf(node).map((r) => shadowed(r, defined))
      for (const relation of relations) {
        seen.add(relation.node)
        if (kindOf(relation, known) !== 'files') continue
        found.push({ table: relation.table!, ask: askFor(relation, relations, known) })
      }
    }
    const table = nameIn(node, 'table_name')
    if (node['type'] === 'BASE_TABLE' && !seen.has(node) && known.get(table)?.kind === 'files')
      found.push({ table, ask: undefined })
  }
  return found
}

const shadowed = (relation: Relation, defined: ReadonlySet<string>): Relation =>
  relation.table !== undefined && defined.has(relation.table) ? { ...relation, table: undefined } : relation

const kindOf = (relation: Relation, known: ReadonlyMap<string, KnownTable>) =>
  relation.table === undefined ? undefined : known.get(relation.table)?.kind

interface Bound {
  readonly expression: Node
  readonly relations: ReadonlySet<Relation>
}

function askFor(
  target: Relation,
  relations: readonly Relation[],
  known: ReadonlyMap<string, KnownTable>,
): PruneQuery['ask'] {
  const scope = new Scope(relations, known)
  const bound = target.conditions.map((c) => scope.bind(c)).filter((b) => b !== undefined)
  const near = connected(target, bound)
  const used = bound.filter(({ relations: of }) => [...of].some((r) => near.has(r)))
  if (used.length === 0) return undefined
  const from = [...near].map((relation) => {
    const name = relation.table!
    const isFiles = kindOf(relation, known) === 'files'
    const table = isFiles ? `${HIDDEN_SCHEMA}.${quoteIdentifier(filesTable(name))}` : quoteIdentifier(name)
    return `${table} AS ${scope.nameOf(relation)}`
  })
  const condition = {
    class: 'CONJUNCTION',
    type: 'CONJUNCTION_AND',
    children: used.map(({ expression }) => expression),
  }
  const sql = `SELECT DISTINCT ${scope.nameOf(target)}.${FILE_NUMBER} FROM ${from.join(', ')} WHERE {0}`
  return { sql, condition, parameters: [...parametersOf(condition)] }
}

/** Relations that conditions tie to the target, however far. */
function connected(target: Relation, bound: readonly Bound[]): ReadonlySet<Relation> {
  const near = new Set([target])
  for (let size = 0; size !== near.size; ) {
    size = near.size
    for (const { relations } of bound)
      if ([...relations].some((r) => near.has(r))) for (const r of relations) near.add(r)
  }
  return near
}

/** Finds whose column a name is, among relations whose columns are known. */
class Scope {
  readonly #relations: readonly Relation[]
  readonly #known: ReadonlyMap<string, KnownTable>

  constructor(relations: readonly Relation[], known: ReadonlyMap<string, KnownTable>) {
    this.#relations = relations
    this.#known = known
  }

  nameOf(relation: Relation): string {
    return `r${this.#relations.indexOf(relation)}`
  }

  /** The condition over renamed relations; undefined when it needs more than data IDs and dimension records. */
  bind(condition: Condition): Bound | undefined {
    const mentioned = new Set<Relation>()
    const expression =
      condition.using === undefined
        ? (this.#rewrite(condition.expression, mentioned) as Node | undefined)
        : this.#equality(condition.using, mentioned)
    const isSound = [...mentioned].every((r) => [...r.nullable].every((join) => condition.level.has(join)))
    if (expression === undefined || mentioned.size === 0 || !isSound) return undefined
    return { expression, relations: mentioned }
  }

  #rewrite(value: Json, mentioned: Set<Relation>): Json | undefined {
    if (Array.isArray(value)) {
      const items = (value as readonly Json[]).map((item) => this.#rewrite(item, mentioned))
      return items.includes(undefined) ? undefined : (items as Json[])
    }
    const node = asNode(value)
    if (node === undefined) return isExact(value) ? value : undefined
    if (node['class'] === 'COLUMN_REF')
      return this.#column(asList(node['column_names']).map(String), mentioned)
    if (node['class'] === 'PARAMETER')
      return {
        class: 'PARAMETER',
        type: node['type']!,
        identifier: `${PARAMETER}${textIn(node, 'identifier')}`,
      }
    if (node['class'] === 'SUBQUERY') return this.#subquery(node, mentioned)
    if (UNFIT.has(textIn(node, 'class')) || isVolatile(node)) return undefined
    return this.#members(node, mentioned)
  }

  #members(node: Node, mentioned: Set<Relation>): Node | undefined {
    const out: Record<string, Json> = {}
    for (const [key, inner] of Object.entries(node)) {
      if (key === 'query_location') continue
      const made = this.#rewrite(inner, mentioned)
      if (made === undefined) return undefined
      out[key] = made
    }
    return out
  }

  /** A subquery that reads nothing but dimension records and looks at nothing outside may stay as it is. */
  #subquery(node: Node, mentioned: Set<Relation>): Node | undefined {
    const { subquery, ...rest } = node
    for (const { node: inner } of nodesBelow(subquery)) {
      if (inner['type'] === 'BASE_TABLE' && this.#known.get(nameIn(inner, 'table_name'))?.kind !== 'rows')
        return undefined
      if (inner['type'] === 'TABLE_FUNCTION' || inner['class'] === 'PARAMETER' || isVolatile(inner))
        return undefined
    }
    const outer = this.#members(rest, mentioned)
    return outer === undefined ? undefined : { ...outer, subquery: withoutPlaces(subquery!) }
  }

  #equality(using: NonNullable<Condition['using']>, mentioned: Set<Relation>): Node | undefined {
    const of = (side: Node) => {
      const inside = new Set([...nodesBelow(side)].map(({ node }) => node))
      return this.#owner(using.column, (relation) => inside.has(relation.node))
    }
    const [left, right] = [of(using.left), of(using.right)]
    if (left === undefined || right === undefined) return undefined
    mentioned.add(left).add(right)
    const column = (relation: Relation) => this.#reference(relation, using.column)
    return { class: 'COMPARISON', type: 'COMPARE_EQUAL', left: column(left), right: column(right) }
  }

  #column(path: readonly string[], mentioned: Set<Relation>): Node | undefined {
    const names = path.map((name) => name.toLowerCase())
    if (names.length === 3 && names[0] === 'main') names.shift()
    const [first = '', second] = names
    if (names.length > 2) return undefined
    const relation =
      second === undefined
        ? this.#owner(first, () => true)
        : this.#owner(second, ({ alias }) => alias === first)
    if (relation === undefined) return undefined
    mentioned.add(relation)
    return this.#reference(relation, second ?? first)
  }

  #owner(column: string, among: (relation: Relation) => boolean): Relation | undefined {
    return this.#relations.find(
      (r) => r.table !== undefined && among(r) && this.#known.get(r.table)?.columns.has(column) === true,
    )
  }

  #reference(relation: Relation, column: string): Node {
    return { class: 'COLUMN_REF', type: 'COLUMN_REF', column_names: [this.nameOf(relation), column] }
  }
}

const UNFIT: ReadonlySet<string> = new Set(['LAMBDA', 'WINDOW', 'STAR', 'POSITIONAL_REFERENCE', 'DEFAULT'])
const VOLATILE: ReadonlySet<string> = new Set([
  'random',
  'uuid',
  'gen_random_uuid',
  'uuidv4',
  'uuidv7',
  'nextval',
])

const isVolatile = (node: Node): boolean =>
  node['class'] === 'FUNCTION' && VOLATILE.has(nameIn(node, 'function_name'))

/** Numbers that came through JSON unharmed; a 64-bit one beyond 2^53 has not. */
const isExact = (value: Json): boolean =>
  typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)

const withoutPlaces = (value: Json): Json =>
  JSON.parse(
    JSON.stringify(value, (key, inner: Json) => (key === 'query_location' ? undefined : inner)),
  ) as Json

/** The statement's names of the parameters in a rewritten condition. */
function parametersOf(expression: Node): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { node } of nodesBelow(expression))
    if (node['class'] === 'PARAMETER') found.add(textIn(node, 'identifier').slice(PARAMETER.length))
  return found
}

/** What `json_deserialize_sql` makes `SELECT expression` of. */
export const selectOf = (expression: Node): string =>
  JSON.stringify({
    error: false,
    statements: [
      {
        node: {
          type: 'SELECT_NODE',
          cte_map: { map: [] },
          select_list: [expression],
          from_table: { type: 'EMPTY' },
          aggregate_handling: 'STANDARD_HANDLING',
        },
      },
    ],
  })

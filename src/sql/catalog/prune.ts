import { asNode, type Json, nameIn, type Node, nodesBelow, textIn } from './ast.ts'
import { pathOf } from './output-columns.ts'
import type { Condition, Relation, Scope, Source } from './relations.ts'
import { quoteIdentifier } from './quote.ts'
import { filesTable, HIDDEN_SCHEMA } from './view.ts'

/** Column of the hidden table of a file table: the file's number. */
export const FILE_NUMBER = '__file'

/** Put before the names of parameters: numbered ones must count from 1 without a gap, and some are cut away. */
export const PARAMETER = 'p'

/** What is known of a table before any of its files is opened, by its name in lower case. */
export interface KnownTable {
  /** `files`: the columns are the data ID's, values are in a hidden table. `rows`: a table that is there whole. */
  readonly kind: 'files' | 'rows'
  readonly columns: ReadonlySet<string>
  /** Columns of the files as well; undefined when they are not known. */
  readonly all?: ReadonlySet<string> | undefined
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
 * For every place where a table of files is read: a query over data IDs and dimension records alone that gives the files
 * whose rows can matter there. Its FROM has the tables that conditions tie to that one, subqueries taken apart, its WHERE
 * those conditions that need no file, so any expression over data-ID columns prunes, and so do joins with dimension
 * records. What is left out only ever admits more files.
 * @param tables that the statements read, see `tablesIn`
 */
export function pruneQueries(
  tables: readonly Relation[],
  known: ReadonlyMap<string, KnownTable>,
): readonly PruneQuery[] {
  return tables
    .filter(({ name }) => known.get(name.toLowerCase())?.kind === 'files')
    .map((target) => ({ table: target.name.toLowerCase(), ask: askFor(target, known) }))
}

interface Bound {
  readonly expression: Node
  readonly relations: ReadonlySet<Relation>
}

function askFor(target: Relation, known: ReadonlyMap<string, KnownTable>): PruneQuery['ask'] {
  const binder = new Binder(target, known)
  const { near, used } = connected(target, (condition) => binder.bind(condition))
  if (used.length === 0) return undefined
  const from = near.map((relation) => {
    const name = relation.table!
    const isFiles = known.get(name)?.kind === 'files'
    const table = isFiles ? `${HIDDEN_SCHEMA}.${quoteIdentifier(filesTable(name))}` : quoteIdentifier(name)
    return `${table} AS ${binder.nameOf(relation)}`
  })
  const condition = {
    class: 'CONJUNCTION',
    type: 'CONJUNCTION_AND',
    children: used.map(({ expression }) => expression),
  }
  const sql = `SELECT DISTINCT ${binder.nameOf(target)}.${FILE_NUMBER} FROM ${from.join(', ')} WHERE {0}`
  return { sql, condition, parameters: [...parametersOf(condition)] }
}

/** Relations that conditions tie to the target, however far, and all conditions that bind one of them. */
function connected(target: Relation, bind: (condition: Condition) => Bound | undefined) {
  const near = new Set([target])
  const bound = new Map<Condition, Bound | undefined>()
  for (let size = 0; size !== near.size; ) {
    size = near.size
    for (const { conditions } of [...near])
      for (const condition of conditions.flatMap(withFound))
        if (!bound.has(condition)) bound.set(condition, bind(condition))
    for (const found of bound.values())
      if (found !== undefined && [...found.relations].some((r) => near.has(r)))
        for (const relation of found.relations) near.add(relation)
  }
  const used = [...bound.values()].filter(
    (found): found is Bound => found !== undefined && [...found.relations].some((r) => near.has(r)),
  )
  return { near: [...near], used }
}

/** What EXISTS asserts of the rows that it finds; not what holds for one side of an outer join below it. */
const withFound = (condition: Condition): readonly Condition[] => {
  const tables = condition.exists?.branches.flatMap((branch) => [...branch.tables]) ?? []
  const found = tables.flatMap(({ conditions }) => conditions)
  return [condition, ...found.filter(({ level }) => level === condition.level)]
}

interface Column {
  readonly relation: Relation
  readonly name: string
}

/** Finds whose column a name is, down to tables whose columns are known. */
class Binder {
  readonly #target: Relation
  readonly #known: ReadonlyMap<string, KnownTable>
  readonly #names = new Map<Relation, string>()

  constructor(target: Relation, known: ReadonlyMap<string, KnownTable>) {
    this.#target = target
    this.#known = known
  }

  nameOf(relation: Relation): string {
    const name = this.#names.get(relation) ?? `r${this.#names.size}`
    this.#names.set(relation, name)
    return name
  }

  /** The condition over renamed relations; undefined when it needs more than data IDs and dimension records. */
  bind(condition: Condition): Bound | undefined {
    const mentioned = new Set<Relation>()
    const expression = this.#bound(condition, mentioned)
    const isSound = [...mentioned].every((r) => [...r.nullable].every((join) => condition.level.has(join)))
    if (expression === undefined || mentioned.size === 0 || !isSound) return undefined
    return { expression, relations: mentioned }
  }

  #bound(condition: Condition, mentioned: Set<Relation>): Node | undefined {
    const { expression, scope, using, among, exists } = condition
    const equal = (left: Node | undefined, right: Node | undefined): Node | undefined =>
      left === undefined || right === undefined
        ? undefined
        : { class: 'COMPARISON', type: 'COMPARE_EQUAL', left, right }
    const column = (found: Column | undefined) => this.#mention(found, mentioned)
    if (using !== undefined)
      return equal(
        column(this.#find(using.left, using.column)),
        column(this.#find(using.right, using.column)),
      )
    if (exists !== undefined) return undefined
    const made = this.#rewrite(expression, { scope, mentioned }) as Node | undefined
    if (among === undefined) return made
    return expression['function_name'] === 'row' ? undefined : equal(made, column(this.#only(among)))
  }

  #rewrite(value: Json, place: RewritePlace): Json | undefined {
    if (Array.isArray(value)) {
      const items = (value as readonly Json[]).map((item) => this.#rewrite(item, place))
      return items.includes(undefined) ? undefined : (items as Json[])
    }
    const node = asNode(value)
    if (node === undefined) return isExact(value) ? value : undefined
    if (node['class'] === 'COLUMN_REF')
      return this.#mention(this.#resolve(place.scope, pathOf(node)), place.mentioned)
    if (node['class'] === 'PARAMETER')
      return {
        class: 'PARAMETER',
        type: node['type']!,
        identifier: `${PARAMETER}${textIn(node, 'identifier')}`,
      }
    if (node['class'] === 'SUBQUERY') return this.#subquery(node, place)
    if (UNFIT.has(textIn(node, 'class')) || isVolatile(node)) return undefined
    return this.#members(node, place)
  }

  #members(node: Node, place: RewritePlace): Node | undefined {
    const out: Record<string, Json> = {}
    for (const [key, inner] of Object.entries(node)) {
      if (key === 'query_location') continue
      const made = this.#rewrite(inner, place)
      if (made === undefined) return undefined
      out[key] = made
    }
    return out
  }

  /** A subquery that reads nothing but dimension records and looks at nothing outside may stay as it is. */
  #subquery(node: Node, place: RewritePlace): Node | undefined {
    const { subquery, ...rest } = node
    for (const { node: inner } of nodesBelow(subquery)) {
      const table = nameIn(inner, 'table_name')
      if (
        inner['type'] === 'BASE_TABLE' &&
        (this.#known.get(table)?.kind !== 'rows' || place.scope.defined.has(table))
      )
        return undefined
      if (inner['type'] === 'TABLE_FUNCTION' || inner['class'] === 'PARAMETER' || isVolatile(inner))
        return undefined
    }
    const outer = this.#members(rest, place)
    return outer === undefined ? undefined : { ...outer, subquery: withoutPlaces(subquery!) }
  }

  #resolve(scope: Scope, path: readonly string[]): Column | undefined {
    const names = path.length === 3 && path[0] === 'main' ? path.slice(1) : path
    const [first = '', second] = names
    if (names.length > 2) return undefined
    if (second === undefined) return this.#find(scope, first)
    const named = scope.relations.filter(({ alias }) => alias === first)
    if (named.length === 0 && scope.parent !== undefined) return this.#resolve(scope.parent, names)
    return this.#find({ ...scope, relations: named }, second)
  }

  #find({ relations }: Scope, column: string): Column | undefined {
    for (const relation of relations) {
      const found = this.#inside(relation, column)
      if (found !== undefined) return found
    }
    return undefined
  }

  #inside(relation: Relation, name: string): Column | undefined {
    if (relation.table !== undefined)
      return this.#known.get(relation.table)?.columns.has(name) === true ? { relation, name } : undefined
    const branch = this.#branch(relation)
    return branch === undefined ? undefined : this.#source(branch.scope, branch.column(name))
  }

  /** The one SELECT of a derived relation that counts: the only one, or that of the target. */
  #branch({ branches }: Relation) {
    return branches.length === 1 ? branches[0] : branches.find(({ tables }) => tables.has(this.#target))
  }

  #only(subquery: Relation): Column | undefined {
    const branch = this.#branch(subquery)
    return branch === undefined ? undefined : this.#source(branch.scope, branch.at(0))
  }

  #source(scope: Scope, source: Source | undefined): Column | undefined {
    if (source === undefined) return undefined
    return source.kind === 'path' ? this.#resolve(scope, source.path) : this.#starred(scope, source)
  }

  /** Of several columns of one name a star's first counts, so those before must be known not to have it. */
  #starred({ relations }: Scope, { relation: alias, name }: Source & { readonly kind: 'star' }) {
    for (const relation of relations) {
      if (alias !== '' && relation.alias !== alias) continue
      const found = this.#inside(relation, name)
      if (found !== undefined || !this.#lacks(relation, name)) return found
    }
    return undefined
  }

  #lacks({ table }: Relation, name: string): boolean {
    const known = table === undefined ? undefined : this.#known.get(table)
    const all = known?.kind === 'rows' ? known.columns : known?.all
    return all?.has(name) === false
  }

  #mention(column: Column | undefined, mentioned: Set<Relation>): Node | undefined {
    if (column === undefined) return undefined
    mentioned.add(column.relation)
    return {
      class: 'COLUMN_REF',
      type: 'COLUMN_REF',
      column_names: [this.nameOf(column.relation), column.name],
    }
  }
}

interface RewritePlace {
  readonly scope: Scope
  readonly mentioned: Set<Relation>
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

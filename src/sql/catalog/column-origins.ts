import type { ColumnSpec } from '#table'
import { asList, asNode, nameIn, type Node, parseJson, parseTree } from './ast.ts'
import { tablesIn } from './statement-reader.ts'

/** Unit and doc of a column. */
export type ColumnNote = Pick<ColumnSpec, 'unit' | 'doc'>
/** Notes of a table's columns, keyed by lower-case name. */
export type TableNotes = ReadonlyMap<string, ColumnNote>

/**
 * Units and docs of a statement's result columns that are plain references to columns of known tables, through stars,
 * aliases, subqueries, CTEs and set operations; an expression has none.
 * @param serialized what DuckDB's json_serialize_sql gives for the statement
 * @param tableNotes notes of a table by its name in lower case
 * @returns notes by lower-case result column name; empty when the statement is not understood
 */
export function resultNotes(
  serialized: string,
  tableNotes: (table: string) => TableNotes | undefined,
): TableNotes {
  const root = parseJson(serialized)
  const statements = asList(asNode(root)?.['statements'])
  const node = asNode(asNode(statements.at(-1))?.['node'])
  return node === undefined ? new Map() : notesOfNode(node, tableNotes)
}

/** Tables that a statement reads and does not define itself; undefined when it could not be serialized. */
export function tablesRead(serialized: string): readonly string[] | undefined {
  const root = parseTree(serialized)
  if (root === undefined) return undefined
  return tablesIn(root).names
}

type Lookup = (table: string) => TableNotes | undefined

function notesOfNode(node: Node, outer: Lookup): TableNotes {
  const ctes = new Map<string, Node>()
  for (const entry of asList(asNode(node['cte_map'])?.['map'])) {
    const query = asNode(asNode(asNode(entry)?.['value'])?.['query'])
    const body = asNode(query?.['node']) ?? query
    const name = asNode(entry)?.['key']
    if (typeof name === 'string' && body !== undefined) ctes.set(name.toLowerCase(), body)
  }
  const lookup: Lookup = (table) => {
    const cte = ctes.get(table)
    return cte === undefined ? outer(table) : notesOfNode(cte, outer)
  }
  const left = asNode(node['left'])
  if (left !== undefined) return notesOfNode(left, lookup)
  return notesOfSelect(node, lookup)
}

function notesOfSelect(node: Node, lookup: Lookup): TableNotes {
  const sources = sourcesOf(asNode(node['from_table']), lookup)
  const result = new Map<string, ColumnNote>()
  const computed = new Set<string>()
  for (const item of asList(node['select_list'])) {
    const expression = asNode(item)
    if (expression === undefined) continue
    const alias = nameIn(expression, 'alias')
    if (expression['class'] === 'STAR') {
      const relation = nameIn(expression, 'relation_name')
      for (const [name, notes] of sources)
        if (relation === '' || relation === name)
          for (const [column, note] of notes) addNote(result, column, note)
    } else if (expression['class'] === 'COLUMN_REF') {
      const path = asList(expression['column_names']).map((n) =>
        typeof n === 'string' ? n.toLowerCase() : '',
      )
      const note = noteOfReference(path, sources)
      const name = alias === '' ? (path.at(-1) ?? '') : alias
      if (note === undefined) computed.add(name)
      else addNote(result, name, note)
    } else if (alias !== '') computed.add(alias)
  }
  for (const name of computed) result.delete(name)
  return result
}

function addNote(result: Map<string, ColumnNote>, name: string, note: ColumnNote): void {
  if (!result.has(name)) result.set(name, note)
}

function noteOfReference(
  path: readonly string[],
  sources: ReadonlyMap<string, TableNotes>,
): ColumnNote | undefined {
  const column = path.at(-1) ?? ''
  if (path.length > 1) return sources.get(path.at(-2) ?? '')?.get(column)
  for (const notes of sources.values()) if (notes.has(column)) return notes.get(column)
  return undefined
}

/** What stands behind FROM, by alias. */
function sourcesOf(from: Node | undefined, lookup: Lookup): Map<string, TableNotes> {
  const sources = new Map<string, TableNotes>()
  const visit = (node: Node | undefined): void => {
    if (node === undefined) return
    const alias = nameIn(node, 'alias')
    if (node['type'] === 'BASE_TABLE') {
      const table = nameIn(node, 'table_name')
      sources.set(alias === '' ? table : alias, lookup(table) ?? new Map())
    } else if (node['type'] === 'SUBQUERY') {
      const inner = asNode(asNode(node['subquery'])?.['node'])
      if (inner !== undefined) sources.set(alias, notesOfNode(inner, lookup))
    } else if (node['type'] === 'JOIN') {
      visit(asNode(node['left']))
      visit(asNode(node['right']))
    }
  }
  visit(from)
  return sources
}

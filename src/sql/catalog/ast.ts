/** DuckDB's syntax tree as `json_serialize_sql` gives it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type Node = { readonly [key: string]: Json }

/** The tree of a serialized text of statements; undefined when the engine could not serialize it (no plain SELECT). */
export function parseTree(serialized: string): Node | undefined {
  const root = asNode(parseJson(serialized))
  return root === undefined || root['error'] === true ? undefined : root
}

export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

export const asNode = (value: Json | undefined): Node | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : undefined

export const asList = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : []

/** A text; the empty string when there is none. */
export function textIn(node: Node, key: string): string {
  const value = node[key]
  return typeof value === 'string' ? value : ''
}

/** A name in lower case; the empty string when there is none. */
export function nameIn(node: Node | undefined, key: string): string {
  const value = node?.[key]
  return typeof value === 'string' ? value.toLowerCase() : ''
}

/** Nodes below `value`, itself first, with the names that enclosing WITHs define (lower case). */
export function* nodesBelow(
  value: Json | undefined,
  defined: ReadonlySet<string> = new Set(),
): Generator<{ readonly node: Node; readonly defined: ReadonlySet<string> }> {
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) yield* nodesBelow(item, defined)
    return
  }
  const node = asNode(value)
  if (node === undefined) return
  const names = asList(asNode(node['cte_map'])?.['map']).map((entry) => nameIn(asNode(entry), 'key'))
  const visible = names.length === 0 ? defined : new Set([...defined, ...names])
  yield { node, defined: visible }
  for (const child of Object.values(node)) yield* nodesBelow(child, visible)
}

import { asList, asNode, type Json, nameIn, type Node, textIn } from './ast.ts'
import type { Branch, Relation, Scope, Source } from './relations.ts'

/** The SELECT as a part of what encloses it: which of its columns are plain ones of its own relations. */
export function branchOf(select: Node, scope: Scope, tables: ReadonlySet<Relation>): Branch {
  const items = asList(select['select_list']).map(asNode)
  const starts = items.findIndex((item) => item?.['class'] === 'STAR')
  const plain = starts < 0 ? items : items.slice(0, starts)
  return {
    scope,
    tables,
    column(name) {
      for (const item of items) {
        const source = item === undefined ? undefined : sourceIn(item, name)
        if (source === 'other') return undefined
        if (source !== undefined) return source
      }
      return undefined
    },
    at(index) {
      const item = plain[index]
      return item?.['class'] === 'COLUMN_REF' ? { kind: 'path', path: pathOf(item) } : undefined
    },
    indexOf(name) {
      const index = plain.findIndex((item) => item !== undefined && nameOf(item) === name)
      return index < 0 ? undefined : index
    },
  }
}

/** Nothing of the SELECT's columns may be concluded from: it limits, counts or numbers its rows. */
export const closedBranch = (branch: Branch): Branch => ({
  ...branch,
  column: () => undefined,
  at: () => undefined,
  indexOf: () => undefined,
})

/** Of a UNION: the later parts have the names of the first. */
export const renamedBy = (first: Branch, later: Branch): Branch => ({
  ...later,
  column(name) {
    const index = first.indexOf(name)
    return index === undefined ? undefined : later.at(index)
  },
})

/** Whether rows beside the one that is looked at decide what becomes of it. */
export function dependsOnOthers(query: Node): boolean {
  const modified = asList(query['modifiers']).some((value) => {
    const modifier = asNode(value) ?? {}
    const kind = textIn(modifier, 'type')
    return kind.startsWith('LIMIT') || asList(modifier['distinct_on_targets']).length > 0
  })
  return (
    modified ||
    asNode(query['qualify']) !== undefined ||
    asNode(query['sample']) !== undefined ||
    asList(query['group_sets']).length > 1 ||
    hasWindow(query['select_list'])
  )
}

function hasWindow(value: Json | undefined): boolean {
  if (Array.isArray(value)) return (value as readonly Json[]).some(hasWindow)
  const node = asNode(value)
  return node !== undefined && (node['class'] === 'WINDOW' || Object.values(node).some(hasWindow))
}

/** Where an item of the select list takes the column from; 'other' when it is, or may be, something else of that name. */
function sourceIn(item: Node, name: string): Source | 'other' | undefined {
  if (item['class'] === 'STAR') return starSource(item, name)
  if (nameOf(item) === name)
    return item['class'] === 'COLUMN_REF' ? { kind: 'path', path: pathOf(item) } : 'other'
  const isNamed = item['class'] === 'COLUMN_REF' || nameIn(item, 'alias') !== ''
  return !isNamed && mentions(item, name) ? 'other' : undefined
}

function starSource(star: Node, name: string): Source | 'other' {
  const { relation_name: relation, ...rest } = star
  const isPlain = star['columns'] !== true && asNode(star['expr']) === undefined && !mentions(rest, name)
  return isPlain
    ? { kind: 'star', relation: typeof relation === 'string' ? relation.toLowerCase() : '', name }
    : 'other'
}

const mentions = (node: Node, name: string): boolean =>
  JSON.stringify(node).toLowerCase().includes(JSON.stringify(name))

const nameOf = (item: Node): string | undefined =>
  nameIn(item, 'alias') || (item['class'] === 'COLUMN_REF' ? pathOf(item).at(-1) : undefined)

/** A column's name with what stands before it, in lower case. */
export const pathOf = (column: Node): readonly string[] =>
  asList(column['column_names']).map((part) => (typeof part === 'string' ? part.toLowerCase() : ''))

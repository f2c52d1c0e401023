import { CollectionExpressionError } from '../errors.ts'
import type { CollectionExpression, CollectionType } from './collection.ts'
import { globPattern, isGlob } from './glob.ts'
import type { CollectionRecord, CollectionStore } from './store.ts'

export interface ResolveOptions {
  readonly types?: readonly CollectionType[] | undefined
  /** Replace chains by what they hold, depth first, each at its first place. */
  readonly flattenChains?: boolean | undefined
  /** Keep the chains themselves; by default when not flattening. */
  readonly includeChains?: boolean | undefined
}

export const expressionList = (expression: CollectionExpression): readonly string[] => {
  const list: unknown = typeof expression === 'string' ? [expression] : expression
  if (!Array.isArray(list) || list.some((x) => typeof x !== 'string'))
    throw new CollectionExpressionError(
      `Collections are given as names, globs or a list of them, not as ${JSON.stringify(expression)}.`,
    )
  return list as readonly string[]
}

export const hasWildcard = (expression: CollectionExpression): boolean =>
  expressionList(expression).some(isGlob)

/** The collections an expression names, in its order; a glob's matches in order of registration, chains last. */
export async function resolveCollections(
  store: CollectionStore,
  expression: CollectionExpression,
  options: ResolveOptions = {},
): Promise<readonly CollectionRecord[]> {
  const flatten = options.flattenChains === true
  const includeChains = options.includeChains ?? !flatten
  const wanted = options.types === undefined ? undefined : new Set(options.types)
  const out = new Map<string, CollectionRecord>()
  const seen = new Set<string>()
  const visit = async (record: CollectionRecord): Promise<void> => {
    if (seen.has(record.name)) return
    seen.add(record.name)
    const isChain = record.type === 'CHAINED'
    if ((!isChain || includeChains) && (wanted === undefined || wanted.has(record.type)))
      out.set(record.name, record)
    if (isChain && flatten) for (const child of record.children) await visit(await store.get(child))
  }
  for (const item of expressionList(expression)) {
    if (!isGlob(item)) await visit(await store.get(item))
    else {
      const pattern = globPattern(item)
      for (const record of await store.all()) if (pattern.test(record.name)) await visit(record)
    }
  }
  return [...out.values()]
}

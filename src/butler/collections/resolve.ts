import { CollectionExpressionError } from '../errors.ts'
import { either, listOf, TEXT } from '../kinds.ts'
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
  const fault = EXPRESSION.fault(expression)
  if (fault !== undefined)
    throw new CollectionExpressionError(`'collections' must be names, globs or a list of them, not ${fault}.`)
  return typeof expression === 'string' ? [expression] : expression
}

const EXPRESSION = either(TEXT, listOf(TEXT, 'a list of names'))

export const hasWildcard = (expression: CollectionExpression): boolean =>
  expressionList(expression).some(isGlob)

/** Collections an expression names: matches of globs first, in order of registration with chains last, then names in their order. */
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
  const keep = (record: CollectionRecord): void => {
    const isWanted = record.type !== 'CHAINED' ? true : includeChains
    if (isWanted && (wanted === undefined || wanted.has(record.type))) out.set(record.name, record)
  }
  const visit = async (record: CollectionRecord): Promise<void> => {
    if (seen.has(record.name)) return
    seen.add(record.name)
    keep(record)
    if (flatten) for (const child of record.children) await visit(await store.get(child))
  }
  const list = expressionList(expression)
  const names = list.filter((item) => !isGlob(item))
  const patterns = list.filter(isGlob).map(globPattern)
  if (patterns.length > 0)
    for (const record of await store.all()) {
      if (!patterns.some((p) => p.test(record.name))) continue
      keep(record)
      if (flatten) names.push(...record.children)
    }
  for (const name of names) await visit(await store.get(name))
  return [...out.values()]
}

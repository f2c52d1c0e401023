import type { Command } from 'commander'
import {
  type Butler,
  type DatasetRef,
  type DatasetType,
  EmptyQueryResultError,
  InvalidQueryError,
  matchesAny,
  UnimplementedQueryError,
} from '#butler'
import type { Logger } from '#core'
import { addCollections, addFlag, addWhere, collectList, parseInteger } from '../shared/options.ts'
import { sortRefs } from './rows.ts'

/** Which datasets a command is about: the options that query-datasets, associate, retrieve-artifacts, transfer-datasets share. */
export interface DatasetSelection {
  readonly datasetType?: readonly string[]
  readonly collections?: readonly string[]
  readonly where?: string
  readonly findFirst?: boolean
  /** 0: all. Negative: with a warning when there are more. */
  readonly limit?: number
  readonly orderBy?: readonly string[]
}

/** Put the options of a selection on a command; `limit` is the default of `--limit`. */
export function addSelection(command: Command, { limit }: { readonly limit: number }): Command {
  addCollections(command)
  addWhere(command)
  addFlag(command, 'find-first', 'one dataset per data ID: that of the first collection')
  return command
    .option('--order-by <list>', 'columns to sort by; a minus in front for descending', collectList)
    .option(
      '--limit <n>',
      'at most n datasets; negative: with a warning when there are more; 0: all',
      parseInteger,
      limit,
    )
}

/** Also `-d`, for commands whose arguments are something else. */
export const addTypedSelection = (command: Command): Command =>
  addSelection(command.option('-d, --dataset-type <list>', 'dataset types: names or globs', collectList), {
    limit: 0,
  })

const isGlob = (text: string): boolean => /[*?[]/.test(text)

/**
 * Datasets that match, each once, a list per type that has any, sorted as listings are. Nothing found is an error when one type
 * was asked for by name; a type that does not exist is only said in the log.
 */
export async function selectDatasets(
  butler: Butler,
  log: Logger,
  selection: DatasetSelection,
): Promise<readonly (readonly DatasetRef[])[]> {
  const wanted = selection.datasetType ?? ['*']
  const isSingle = wanted.length === 1 && !isGlob(wanted[0]!)
  const ordered = (selection.orderBy ?? []).length > 0
  if (ordered && !isSingle)
    throw new InvalidQueryError('--order-by works for one dataset type at a time.', {
      hint: `Name one type instead of ${wanted.join(', ')}.`,
    })
  const types = await butler.registry.queryDatasetTypes(wanted)
  const absent = wanted.filter((w) => !types.some((t) => matchesAny(t.name, [w])))
  if (types.length === 0 || absent.some((w) => !isGlob(w))) {
    log.info(`No dataset types match ${absent.map((w) => `'${w}'`).join(', ')}.`)
    return []
  }
  const tables = await searchTypes(butler, log, types, selection)
  if (isSingle && tables.length === 0)
    throw new EmptyQueryResultError(await reasons(butler, types[0]!, selection))
  return ordered ? tables : tables.map(sortRefs)
}

async function searchTypes(
  butler: Butler,
  log: Logger,
  types: readonly DatasetType[],
  selection: DatasetSelection,
): Promise<readonly (readonly DatasetRef[])[]> {
  const limit = selection.limit ?? 0
  const most = limit === 0 ? Number.POSITIVE_INFINITY : Math.abs(limit)
  const tables: (readonly DatasetRef[])[] = []
  let left = most
  for (const type of types) {
    if (left === 0 && limit > 0) break
    const refs = await searchType(butler, type, selection, left + 1)
    if (left > 0 && refs.length > 0) tables.push(refs.slice(0, left))
    if (refs.length > left) {
      if (limit < 0)
        log.warn(
          `There are more than ${most} datasets. Use --limit to see more, or --where to narrow the search.`,
        )
      break
    }
    left -= refs.length
  }
  return tables
}

/** At most `wanted` datasets of one type, each once: rows that repeat are asked for again, in larger numbers. */
async function searchType(
  butler: Butler,
  type: DatasetType,
  selection: DatasetSelection,
  wanted: number,
): Promise<readonly DatasetRef[]> {
  for (let rows = wanted; ; rows *= 4) {
    const found = await butler.queryDatasets(type, {
      collections: selection.collections ?? '*',
      findFirst: selection.findFirst ?? false,
      explain: false,
      limit: Number.isSafeInteger(rows) ? rows : null,
      ...(selection.where !== undefined && { where: selection.where }),
      ...(selection.orderBy !== undefined && { orderBy: selection.orderBy }),
    })
    const refs = [...new Map(found.map((ref) => [ref.id, ref])).values()]
    if (refs.length >= wanted || found.length < rows) return refs.slice(0, wanted)
  }
}

async function reasons(
  butler: Butler,
  type: DatasetType,
  selection: DatasetSelection,
): Promise<readonly string[]> {
  const results = await butler
    .query()
    .datasets(type.name, selection.collections ?? '*', { findFirst: selection.findFirst ?? false })
  const narrowed = selection.where === undefined ? results : results.where(selection.where)
  return narrowed.explainNoResults()
}

/** The real one has the option and refuses it too. */
export function refuseOffset(offset = 0): void {
  if (offset !== 0)
    throw new UnimplementedQueryError('--offset is not supported.', {
      hint: 'Narrow the query with --where.',
    })
}

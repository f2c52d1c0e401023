import type { DatasetRef } from '../datasets/dataset-ref.ts'
import type { DatasetType } from '../datasets/dataset-type.ts'
import { InvalidQueryError, MissingDatasetTypeError } from '../errors.ts'
import type { AllDatasetsQueryOptions, DatasetQueryOptions } from '../options.ts'
import type { Registry } from '../registry/registry.ts'
import { DEFAULT_LIMIT } from './convenience.ts'

/** What answers for one type at a time: a butler. */
interface TypeByType {
  readonly registry: Pick<Registry, 'queryDatasetTypes'>
  queryDatasets(type: DatasetType, options: DatasetQueryOptions): Promise<readonly DatasetRef[]>
}

/** Datasets of all types (or of those named), type by type; `searched`: the collections where none are given. */
export async function queryAllDatasets(
  butler: TypeByType,
  options: AllDatasetsQueryOptions,
  searched: readonly string[],
): Promise<readonly DatasetRef[]> {
  const names = options.name ?? '*'
  const types = await butler.registry.queryDatasetTypes(names)
  if (types.length === 0)
    throw new MissingDatasetTypeError(
      typeof names === 'string' ? names : names.join(', '),
      (await butler.registry.queryDatasetTypes()).map((t) => t.name),
    )
  if (Array.isArray(options.collections) && options.collections.length === 0)
    throw new InvalidQueryError('The list of collections to search is empty.', {
      hint: "Name some, or '*' with findFirst: false for all.",
    })
  const { name: _, ...rest } = options
  const collections = options.collections ?? (searched.length > 0 ? searched : '*')
  const limit = options.limit === undefined ? DEFAULT_LIMIT : options.limit
  const out: DatasetRef[] = []
  for (const type of types) {
    const left = limit === null ? null : limit < 0 ? limit + out.length : limit - out.length
    if (left === 0 && out.length > 0) break
    out.push(...(await butler.queryDatasets(type, { ...rest, collections, limit: left, explain: false })))
  }
  return out
}

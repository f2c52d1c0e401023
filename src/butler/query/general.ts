import { nameList } from '../arguments.ts'
import type { DimensionGroup } from '../dimensions/group.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { InvalidQueryError } from '../errors.ts'
import { type Column, DATASET_FIELDS, fieldColumn } from '../expression/columns.ts'
import { either, NAME_LIST, oneOf, requireKind } from '../kinds.ts'
import { columnGroup } from './inspect.ts'
import type { DatasetSearch } from './spec.ts'

/** Columns of a general result. */
export interface GeneralOptions {
  /** Element → its fields: metadata, alternate keys, `region`, `timespan`. */
  readonly dimensionFields?: Readonly<Record<string, readonly string[]>>
  /** Dataset type → `dataset_id`, `run`, `collection`, `timespan`, `ingest_date`; `all` is the first two. */
  readonly datasetFields?: Readonly<Record<string, readonly string[] | 'all'>>
  /** One row per data ID, from the first collection; must be said when dataset fields are wanted. */
  readonly findFirst?: boolean
}

export interface GeneralColumns {
  readonly group: DimensionGroup
  readonly fields: readonly Column[]
  /** The one dataset type whose fields are wanted, if it is one. */
  readonly dataset: string | undefined
}

/** Look the wanted columns up, and check that find-first makes sense with them. */
export function generalColumns(
  universe: DimensionUniverse,
  dimensions: Iterable<string>,
  options: GeneralOptions,
  searches: ReadonlyMap<string, DatasetSearch>,
): GeneralColumns {
  const names = nameList(dimensions, 'dimensions')
  const fields = [...dimensionColumns(universe, options), ...datasetColumns(options)]
  const types = new Set(fields.flatMap((c) => (c.kind === 'dataset' ? [c.datasetType] : [])))
  let group = universe.group(names)
  for (const column of fields) group = group.union(columnGroup(universe, column))
  for (const name of types) {
    const search = searches.get(name)
    if (search === undefined)
      throw new InvalidQueryError(`Dataset type '${name}' is not part of this query.`, {
        hint: 'Join it with joinDatasetSearch before.',
      })
    group = group.union(search.type.type.dimensions)
  }
  checkFindFirst(fields, types, options.findFirst)
  return { group, fields, dataset: types.size === 1 ? [...types][0] : undefined }
}

function dimensionColumns(universe: DimensionUniverse, options: GeneralOptions): readonly Column[] {
  return Object.entries(options.dimensionFields ?? {}).flatMap(([element, names]) => {
    requireKind(names, `dimensionFields.${element}`, NAME_LIST)
    return names.map((name) => {
      const column = fieldColumn(universe.get(element), name)
      if (column === undefined) throw new InvalidQueryError(`Unrecognized field '${name}' for ${element}.`)
      return column
    })
  })
}

const ALL_OR_NAMES = either(oneOf(['all']), NAME_LIST)

function datasetColumns(options: GeneralOptions): readonly Column[] {
  return Object.entries(options.datasetFields ?? {}).flatMap(([datasetType, names]) => {
    requireKind(names, `datasetFields.${datasetType}`, ALL_OR_NAMES)
    return (names === 'all' ? ['dataset_id', 'run'] : names).map((name): Column => {
      const field = DATASET_FIELDS.find((f) => f === name)
      if (field === undefined)
        throw new InvalidQueryError(`Datasets have no field '${name}'.`, {
          hint: `They have ${DATASET_FIELDS.join(', ')}.`,
        })
      return { kind: 'dataset', datasetType, field }
    })
  })
}

function checkFindFirst(
  fields: readonly Column[],
  types: ReadonlySet<string>,
  findFirst: boolean | undefined,
): void {
  if (types.size === 0) return
  const hint = 'Give findFirst: false for a row of every dataset, findFirst: true for the first per data ID.'
  if (findFirst === undefined)
    throw new InvalidQueryError('With fields of datasets it must be said whether only the first counts.', {
      hint,
    })
  if (!findFirst) return
  if (types.size > 1)
    throw new InvalidQueryError(
      `There is no first dataset for several types at once: ${[...types].join(', ')}.`,
      { hint: 'Give findFirst: false.' },
    )
  if (fields.some((c) => c.kind === 'dataset' && c.field === 'timespan'))
    throw new InvalidQueryError('The first dataset has no single timespan.', {
      hint: 'Give findFirst: false.',
    })
}

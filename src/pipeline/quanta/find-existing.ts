import { type BindValue, type Butler, type DataIdValue, type DatasetType, queryDatasetColumns } from '#butler'
import { type Columns, type CoordinateTable, valuesTaken } from './coordinates.ts'
import type { StoredDatasets } from './datasets.ts'
import { uuidBytes } from './uuid.ts'

/** Lists longer than this do not go into a query; the result is cut down here instead. */
const MOST_VALUES = 2000
const NONE = -1

/** Existing datasets for the data IDs of a table. */
export interface FoundDatasets extends StoredDatasets {
  /** By number of the data ID: which dataset is found first; -1 for none. */
  readonly at: Int32Array
  /** Data IDs that have one. */
  readonly count: number
}

export const nothingFound: FoundDatasets = {
  at: new Int32Array(),
  count: 0,
  ids: new Uint8Array(),
  runs: new Int32Array(),
  runNames: [],
}

/** The datasets of a type that exist for the data IDs of a table, found first along the collections. */
export async function findExisting(
  butler: Butler,
  type: DatasetType,
  table: CoordinateTable,
  collections: readonly string[],
): Promise<FoundDatasets> {
  if (table.size === 0 || collections.length === 0) return nothingFound
  const limits = valuesTaken(table, type.dimensions.required, table.codes)
  const found = await queryDatasetColumns(butler, type, collections, limits, table.codes)
  if (found === undefined) return findByValidity(butler, type, table, collections)
  const { keys, ranks, length } = found
  const at = new Int32Array(table.size).fill(NONE)
  let count = 0
  const rows = table.findRows({ length, column: (name) => keys[type.dimensions.required.indexOf(name)]! })
  for (let row = 0; row < length; row++) {
    const coordinate = rows[row]!
    if (coordinate < 0) continue
    const other = at[coordinate]!
    if (other === NONE) count++
    if (other === NONE || ranks[row]! < ranks[other]!) at[coordinate] = row
  }
  return { ...found, at, count }
}

/** With validity ranges the registry chooses, and refuses what is not clear. */
async function findByValidity(
  butler: Butler,
  type: DatasetType,
  table: CoordinateTable,
  collections: readonly string[],
): Promise<FoundDatasets> {
  const refs = await butler.queryDatasets(type, {
    collections,
    findFirst: true,
    limit: null,
    explain: false,
    ...limitTo(table, type.dimensions.required, table),
  })
  const at = new Int32Array(table.size).fill(NONE)
  let count = 0
  const runNames = [...new Set(refs.map((ref) => ref.run))]
  const ids = new Uint8Array(16 * refs.length)
  refs.forEach((ref, k) => {
    ids.set(uuidBytes(ref.id), 16 * k)
    const coordinate = table.find(ref.coordinate)
    if (coordinate === undefined) return
    if (at[coordinate] === NONE) count++
    at[coordinate] = k
  })
  return { at, count, ids, runs: Int32Array.from(refs, (ref) => runNames.indexOf(ref.run)), runNames }
}

interface Limit {
  readonly where?: string
  readonly bind?: Readonly<Record<string, BindValue>>
  readonly dataId?: Readonly<Record<string, DataIdValue>>
}

/** `exposure IN (:exposure)` and the like, for the values that occur; single values as a data ID. */
export function limitTo(
  rows: Columns,
  dimensions: readonly string[],
  { codes }: Pick<CoordinateTable, 'codes'>,
): Limit {
  const dataId: Record<string, DataIdValue> = {}
  const bind: Record<string, BindValue> = {}
  const terms: string[] = []
  for (const [name, values] of valuesTaken(rows, dimensions, codes)) {
    const [only] = values
    if (values.length === 1 && only !== undefined) dataId[name] = only
    else if (values.length > 0 && values.length <= MOST_VALUES) {
      terms.push(`${name} IN (:${name}_values)`)
      bind[`${name}_values`] = values
    }
  }
  return {
    ...(terms.length > 0 && { where: terms.join(' AND '), bind }),
    ...(Object.keys(dataId).length > 0 && { dataId }),
  }
}

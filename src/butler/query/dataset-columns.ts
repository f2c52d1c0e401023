import { and, quoteName, raw, sql, type SqlRow } from '#sql'
import type { Butler } from '../butler.ts'
import type { CollectionRecord } from '../collections/store.ts'
import type { DatasetType } from '../datasets/dataset-type.ts'
import type { DataIdValue } from '../dimensions/data-id.ts'
import { datasetSource, hasCalibrations } from './dataset-source.ts'
import type { DimensionCodes } from './value-codes.ts'
import { type KeyLimits, valueSweep } from './value-sweep.ts'

/** Datasets of one type by column. */
export interface DatasetColumns {
  readonly length: number
  /** By required dimension: codes of its values, -1 for values that have none. */
  readonly keys: readonly Int32Array[]
  /** 16 bytes of each UUID. */
  readonly ids: Uint8Array<ArrayBuffer>
  /** Place of the collection in the search: the lowest is found first. */
  readonly ranks: Int32Array
  /** Run of each dataset, a number in `runNames`. */
  readonly runs: Int32Array
  readonly runNames: readonly string[]
}

/**
 * The datasets of a type in some collections whose data IDs have only given values, for millions of rows; of a data ID that several
 * collections have there are as many rows. Undefined when validity ranges are among them: those are found by time.
 */
export async function queryDatasetColumns(
  butler: Butler,
  { name, dimensions }: DatasetType,
  collections: readonly string[],
  limits: KeyLimits,
  codes: DimensionCodes,
): Promise<DatasetColumns | undefined> {
  const { repository } = butler
  await repository.catchUp()
  const search = await repository.engine.search(await repository.types.get(name), collections)
  if (hasCalibrations(search)) return undefined
  if (search.candidates.length === 0 || [...limits.values()].some((values) => values.length === 0))
    return EMPTY
  const source = datasetSource(search, 'd')
  const areRuns = search.candidates.every((c) => c.type === 'RUN')
  // What is the same in all rows need not be read from each.
  const varying = dimensions.required.filter((d) => limits.get(d)?.length !== 1)
  const columns = [...varying.map((d) => `d.${quoteName(d)}`), 'd.dataset_id', 'd.collection_id']
  if (!areRuns) columns.push('r.run_id')
  const from = areRuns ? raw('AS d') : raw('AS d JOIN dataset AS r ON r.id = d.dataset_id')
  const rows: SqlRow[] = []
  for (const conditions of valueSweep(limits, (d) => `d.${quoteName(d)}`)) {
    const where = and([...source.conditions, ...conditions])
    const { text, values } =
      sql`SELECT ${raw(columns.join(', '))} FROM ${source.table} ${from} WHERE ${where}`
    for (const row of await repository.connection.all(text, values)) rows.push(row)
  }
  const found = columnsOf(rows, varying, codes, search.candidates, await repository.collections.names())
  const keys = dimensions.required.map((d) => {
    const at = varying.indexOf(d)
    return at >= 0
      ? found.keys[at]!
      : new Int32Array(rows.length).fill(codes.of(d).find(limits.get(d)?.[0]) ?? -1)
  })
  return { ...found, keys }
}

const EMPTY: DatasetColumns = {
  length: 0,
  keys: [],
  ids: new Uint8Array(),
  ranks: new Int32Array(),
  runs: new Int32Array(),
  runNames: [],
}

function columnsOf(
  rows: readonly SqlRow[],
  dimensions: readonly string[],
  codes: DimensionCodes,
  candidates: readonly CollectionRecord[],
  names: ReadonlyMap<number, string>,
): DatasetColumns {
  const { length } = rows
  const keys = dimensions.map((d, k) => {
    const own = codes.of(d)
    return Int32Array.from({ length }, (_, row) => own.find(rows[row]![k] as DataIdValue) ?? -1)
  })
  const at = dimensions.length
  const rankOf = new Map(candidates.map((c, rank) => [c.id, rank]))
  const ids = new Uint8Array(16 * length)
  const ranks = new Int32Array(length)
  const runs = new Int32Array(length)
  const runNames: string[] = []
  const numbers = new Map<number, number>()
  for (let row = 0; row < length; row++) {
    writeHex(ids, 16 * row, rows[row]![at] as string)
    ranks[row] = rankOf.get(rows[row]![at + 1] as number)!
    const run = (rows[row]![at + 2] ?? rows[row]![at + 1]) as number
    let number = numbers.get(run)
    if (number === undefined) {
      number = runNames.push(names.get(run)!) - 1
      numbers.set(run, number)
    }
    runs[row] = number
  }
  return { length, keys, ids, ranks, runs, runNames }
}

/** 32 hexadecimal digits into 16 bytes. */
function writeHex(bytes: Uint8Array, at: number, hex: string): void {
  for (let i = 0; i < 16; i++) bytes[at + i] = (digit(hex, 2 * i) << 4) | digit(hex, 2 * i + 1)
}

/** '0'–'9' are 48–57, 'a'–'f' 97–102, 'A'–'F' 65–70. */
function digit(hex: string, i: number): number {
  const letter = hex.charCodeAt(i)
  return letter < 58 ? letter - 48 : (letter | 32) - 87
}

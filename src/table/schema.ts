import { didYouMean } from '#core'
import { tableError } from './errors.ts'

/** Column types. Numbers are named by kind and bits; `timestamp` is nanoseconds in a BigInt64Array, scale in its doc. */
export type ColumnType =
  | 'bool'
  | 'i8'
  | 'u8'
  | 'i16'
  | 'u16'
  | 'i32'
  | 'u32'
  | 'i64'
  | 'u64'
  | 'f32'
  | 'f64'
  | 'string'
  | 'binary'
  | 'timestamp'
  | 'list'
  | 'struct'

/** What a column is: its name, type, unit and meaning. Values are in the Column, not here. */
export interface ColumnSpec {
  readonly name: string
  readonly type: ColumnType
  /** FITS/VO unit text: `nJy`, `deg`, `pixel**2`. */
  readonly unit?: string
  readonly doc?: string
  /** Fixed number of elements a row, slowest axis first; rows are then sub-arrays of the flat values. */
  readonly shape?: readonly number[]
  /** Of a `list`: what its elements are. */
  readonly items?: ColumnSpec
  /** Of a `struct`: its members. */
  readonly fields?: readonly ColumnSpec[]
}

/** The columns of a table in order, and free text about the table (`Schema.metadata`). */
export class Schema {
  readonly columns: readonly ColumnSpec[]
  /** Key-value text that travels with the table (Parquet and Arrow schema metadata). */
  readonly metadata: Readonly<Record<string, string>>
  readonly #index: ReadonlyMap<string, number>

  constructor(columns: Iterable<ColumnSpec>, metadata: Readonly<Record<string, string>> = {}) {
    this.columns = [...columns]
    this.metadata = metadata
    this.#index = new Map(this.columns.map((c, i) => [c.name, i]))
    if (this.#index.size < this.columns.length)
      throw tableError('table/bad-shape', `Column names repeat: ${repeated(this.names).join(', ')}.`)
  }

  get names(): readonly string[] {
    return this.columns.map((c) => c.name)
  }

  has(name: string): boolean {
    return this.#index.has(name)
  }

  find(name: string): ColumnSpec | undefined {
    const at = this.#index.get(name)
    return at === undefined ? undefined : this.columns[at]
  }

  /** @throws 'table/no-such-column' with the nearest name */
  get(name: string): ColumnSpec {
    return this.find(name) ?? noSuchColumn(name, this.names)
  }

  withMetadata(metadata: Readonly<Record<string, string>>): Schema {
    return new Schema(this.columns, { ...this.metadata, ...metadata })
  }
}

export function noSuchColumn(name: string, known: readonly string[]): never {
  const guess = didYouMean(name, known)
  const list =
    known.length > 12 ? `${known.slice(0, 12).join(', ')} … (${known.length} in all)` : known.join(', ')
  throw tableError('table/no-such-column', `No column named '${name}'.${guess}`, {
    hint: `The columns are: ${list}.`,
    data: { column: name },
  })
}

const repeated = (names: readonly string[]): string[] => names.filter((n, i) => names.indexOf(n) !== i)

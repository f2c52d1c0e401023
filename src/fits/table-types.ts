import type { Header } from './header.ts'
import type { PixelArray } from './image-types.ts'

/** Element type of a column. `c64` and `c128` are pairs (re, im), `bool` and `bit` are 0 or 1 in a Uint8Array. */
export type FitsColumnType =
  | 'bool'
  | 'bit'
  | 'u8'
  | 'i8'
  | 'i16'
  | 'u16'
  | 'i32'
  | 'u32'
  | 'i64'
  | 'u64'
  | 'f32'
  | 'f64'
  | 'c64'
  | 'c128'
  | 'string'

/** One column, all rows flat: row r of a fixed column is data[r·n … (r+1)·n), n the product of `shape`. */
export interface FitsColumn {
  /** TTYPEn. */
  readonly name: string
  readonly type: FitsColumnType
  /** Elements of one row, slowest axis first (TDIMn reversed); [] for a scalar. Of variable length: [] too. */
  readonly shape: readonly number[]
  /** Physical values: TSCALn and TZEROn are applied (unsigned integers stay integers, other scalings give f64). */
  readonly data: PixelArray | readonly string[]
  /** Variable-length (P, Q) columns: row r is data[rowOffsets[r] … rowOffsets[r+1]), counted in elements. */
  readonly rowOffsets?: Float64Array
  /** 1 where an element is undefined (TNULLn, blank ASCII fields, logicals that are neither T nor F). */
  readonly nulls?: Uint8Array
  /** TUNITn. */
  readonly unit?: string
  /** TDOCn, as the Rubin stack writes it, or the comment of TTYPEn. */
  readonly doc?: string
  /** TFORMn as in the file. When writing: given it fixes the form (string width, for example). */
  readonly format?: string
  /** TNULLn. */
  readonly nullValue?: number | bigint
  /** TDISPn. */
  readonly display?: string
}

/** A table HDU read into columns. */
export interface FitsTable {
  readonly numRows: number
  readonly columns: readonly FitsColumn[]
  readonly header: Header
  has(name: string): boolean
  /** By name, case ignored when no exact match is there. @throws 'fits/no-such-column' */
  column(name: string): FitsColumn
}

export interface ReadTableOptions {
  /** Only these columns. */
  readonly columns?: readonly string[]
  /** Only rows [start, end). */
  readonly rows?: readonly [start: number, end: number]
}

/** A column to write: as FitsColumn; `shape` may be left out for scalars. */
export type ColumnToWrite = Omit<FitsColumn, 'shape'> & { readonly shape?: readonly number[] }

export interface TableHduOptions {
  readonly columns: readonly ColumnToWrite[]
  /** Needed only when no column tells it. */
  readonly numRows?: number
  /** User cards; structural cards in it are ignored. */
  readonly header?: Header
  /** EXTNAME. */
  readonly name?: string
  readonly version?: number
  /** 'binary' (default) or 'ascii', the older form. */
  readonly form?: 'binary' | 'ascii'
}

import { fitsError } from './errors.ts'
import type { Header } from './header.ts'
import type { FitsColumn } from './table-types.ts'
import type { HduData } from './write.ts'

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

export function tableHdu(options: TableHduOptions): HduData {
  throw fitsError('fits/unsupported', '', `not yet ${options.columns.length}`)
}

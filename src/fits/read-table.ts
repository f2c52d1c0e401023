import { fitsError } from './errors.ts'
import type { Hdu } from './hdu.ts'
import type { FitsTable, ReadTableOptions } from './table-types.ts'

/** Columns of a binary or ASCII table HDU. */
export async function readTable(hdu: Hdu, options: ReadTableOptions = {}): Promise<FitsTable> {
  await Promise.resolve()
  throw fitsError('fits/unsupported', hdu.where, `not yet ${options.columns?.length}`)
}

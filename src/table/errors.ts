import { FirstlightError } from '#core'

export type TableErrorCode =
  | 'table/no-such-column'
  | 'table/wrong-type'
  | 'table/bad-shape'
  | 'table/bad-arrow'
  | 'table/bad-parquet'
  | 'table/unsupported'

export const tableError = (
  code: TableErrorCode,
  message: string,
  options: { hint?: string; cause?: unknown; data?: Readonly<Record<string, unknown>> } = {},
): FirstlightError => new FirstlightError(code, message, options)

import { FirstlightError, type ErrorOptions } from '#core'

export type SqlErrorKind =
  | 'unique'
  | 'foreign-key'
  | 'not-null'
  | 'check'
  | 'busy'
  | 'read-only'
  | 'corrupt'
  | 'full'
  | 'closed'
  | 'failed'

/** What the database refused, by kind; the message names table and columns as the database does. */
export class SqlError extends FirstlightError {
  readonly kind: SqlErrorKind

  constructor(kind: SqlErrorKind, message: string, options: ErrorOptions = {}) {
    super(`sql/${kind}`, message, { ...(HINTS[kind] !== undefined && { hint: HINTS[kind] }), ...options })
    this.kind = kind
  }

  /** A constraint of the schema was violated. */
  get isIntegrity(): boolean {
    return (
      this.kind === 'unique' ||
      this.kind === 'foreign-key' ||
      this.kind === 'not-null' ||
      this.kind === 'check'
    )
  }
}

const HINTS: Partial<Record<SqlErrorKind, string>> = {
  busy: 'Another process is writing to this repository; try again when it has finished.',
  'read-only': 'Make the database and its folder writable for you, or work on a copy of the repository.',
  full: 'Make room on the disk and try again; nothing was changed.',
  closed: 'Open the repository again: its butler was closed before.',
  corrupt: 'Restore the database from a copy; `PRAGMA integrity_check` says what is broken.',
}

export const isSqlError = (error: unknown, kind?: SqlErrorKind): error is SqlError =>
  error instanceof SqlError && (kind === undefined || error.kind === kind)

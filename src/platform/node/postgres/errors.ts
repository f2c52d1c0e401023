import { DatabaseError } from 'pg'
import { isFirstlightError } from '#core'
import { SqlError, type SqlErrorKind } from '#sql'

/** SQLSTATE (or its class) → kind. */
const KINDS: readonly (readonly [state: string, kind: SqlErrorKind])[] = [
  ['23505', 'unique'],
  ['23P01', 'unique'],
  ['23503', 'foreign-key'],
  ['23502', 'not-null'],
  ['23', 'check'],
  ['22001', 'check'],
  ['25006', 'read-only'],
  ['42501', 'read-only'],
  ['40', 'busy'],
  ['55P03', 'busy'],
  ['53100', 'full'],
  ['XX001', 'corrupt'],
]

const AUTHENTICATION = new Set(['28000', '28P01'])

/** What the server refused, or that it could not be reached; `where` names the database without its password. */
export function translatePostgresError(error: unknown, where: string): unknown {
  if (error instanceof DatabaseError) {
    const state = error.code ?? ''
    const kind = KINDS.find(([prefix]) => state.startsWith(prefix))?.[1] ?? 'failed'
    const detail = error.detail === undefined ? '' : ` (${error.detail})`
    return new SqlError(kind, `${error.message}${detail} [${where}]`, {
      cause: error,
      ...(AUTHENTICATION.has(state) && { hint: CREDENTIALS }),
    })
  }
  // The server's errors have a code and a hint as ours do, so they come first.
  if (!(error instanceof Error) || isFirstlightError(error)) return error
  return new SqlError(
    'failed',
    `Cannot work with the database ${where}: ${error.message || String(error)}.`,
    {
      cause: error,
      hint: /password/.test(error.message)
        ? CREDENTIALS
        : 'Look whether the server runs and whether host, port and database in butler.yaml are right.',
    },
  )
}

const CREDENTIALS =
  'User and password come from ~/.lsst/db-auth.yaml (or the file that LSST_DB_AUTH names, or LSST_DB_AUTH_CREDENTIALS), by URL patterns.'

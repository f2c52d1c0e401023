import { SqlError } from '#sql'

/** Where a database is and who asks; parts that nobody gave are undefined. */
export interface PostgresPlace {
  readonly host: string | undefined
  readonly port: number | undefined
  readonly user: string | undefined
  readonly password: string | undefined
  readonly database: string | undefined
  readonly ssl: boolean | { readonly rejectUnauthorized: boolean } | undefined
}

/** SQLAlchemy's form, with or without a driver: `postgresql+psycopg2://user:password@host:5432/database?sslmode=require`. */
export function parsePostgresUrl(url: string, parts: Readonly<Record<string, string>> = {}): PostgresPlace {
  const m =
    /^postgres(?:ql)?(?:\+\w+)?:\/\/(?:([^@/]*)@)?(\[[^\]]*\]|[^:/?]*)?(?::(\d+))?(?:\/([^?]*))?(?:\?(.*))?$/.exec(
      url,
    )
  if (m === null)
    throw new SqlError(
      'failed',
      `'${url.replace(/:[^:@/]*@/, ':***@')}' is not the URL of a PostgreSQL database.`,
      {
        hint: 'Write postgresql://user@host:5432/database.',
      },
    )
  const [, credentials, host, port, database, query] = m
  const [user, password] = splitCredentials(credentials)
  const options = new URLSearchParams(query ?? '')
  return {
    host: given(options.get('host')) ?? given(host?.replace(/^\[|\]$/g, '')) ?? parts['host'],
    port: numberOf(port ?? parts['port']),
    user: user ?? parts['username'],
    password: password ?? parts['password'],
    database: given(decode(database)) ?? parts['database'],
    ssl: sslOf(options.get('sslmode')),
  }
}

function splitCredentials(text: string | undefined): readonly [string | undefined, string | undefined] {
  if (text === undefined || text === '') return [undefined, undefined]
  const colon = text.indexOf(':')
  return colon < 0
    ? [decode(text), undefined]
    : [given(decode(text.slice(0, colon))), decode(text.slice(colon + 1))]
}

const decode = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : decodeURIComponent(text)
const given = (text: string | null | undefined): string | undefined =>
  text === '' ? undefined : (text ?? undefined)
const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text)

/** libpq's modes: `require` encrypts without asking who is there, `verify-*` asks. */
function sslOf(mode: string | null): PostgresPlace['ssl'] {
  if (mode === null || mode === 'prefer' || mode === 'allow') return undefined
  if (mode === 'disable') return false
  return mode === 'require' ? { rejectUnauthorized: false } : true
}

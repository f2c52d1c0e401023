import { type PostgresOptions, type SqlConnection, SqlError } from '#sql'
import { credentialsFor } from './db-auth.ts'
import { PostgresConnection } from './connection.ts'
import { translatePostgresError } from './errors.ts'
import { parsePostgresUrl } from './url.ts'

/**
 * Open a PostgreSQL database by URL. Credentials that the URL lacks come from the anchor's db-auth file. Times are UTC, a
 * read-only connection has read-only transactions; the library is loaded at the first use.
 */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<SqlConnection> {
  const place = await credentialsFor(parsePostgresUrl(url, options.parts))
  const where = `postgresql://${place.host ?? 'localhost'}${place.port === undefined ? '' : `:${place.port}`}/${place.database ?? ''}`
  const { default: pg } = await import('pg')
  const settings = ['-c TimeZone=UTC']
  if (options.readOnly === true) settings.push('-c default_transaction_read_only=on')
  if (options.namespace !== undefined)
    settings.push(`-c search_path=${escapeSetting(options.namespace)},public`)
  const client = new pg.Client({
    host: place.host,
    port: place.port,
    user: place.user,
    password: place.password,
    database: place.database,
    application_name: 'firstlight',
    options: settings.join(' '),
    keepAlive: true,
    ...(place.ssl !== undefined && { ssl: place.ssl }),
  })
  // A connection that the server ends while nobody waits for an answer fails at the next statement.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw translatePostgresError(error, where)
  }
  const connection = new PostgresConnection(client, where)
  try {
    if (options.create === true) await prepareDatabase(connection, options.namespace)
    await requireExtension(connection, where)
  } catch (error) {
    await connection.close()
    throw error
  }
  return connection
}

/** A word of libpq's `options`: spaces and backslashes are escaped. */
const escapeSetting = (namespace: string): string =>
  `"${namespace.replaceAll('"', '""')}"`.replace(/[\\ ]/g, (c) => `\\${c}`)

async function prepareDatabase(connection: SqlConnection, namespace: string | undefined): Promise<void> {
  if (namespace !== undefined)
    await connection.script(`CREATE SCHEMA IF NOT EXISTS "${namespace.replaceAll('"', '""')}"`)
  const there = await connection.first("SELECT 1 FROM pg_extension WHERE extname = 'btree_gist'")
  if (there !== undefined) return
  try {
    await connection.script('CREATE EXTENSION btree_gist SCHEMA public')
  } catch {
    // Only the owner of the database may; the next check says so.
  }
}

/** The real Butler refuses a database without it. */
async function requireExtension(connection: SqlConnection, where: string): Promise<void> {
  const there = await connection.first("SELECT 1 FROM pg_extension WHERE extname = 'btree_gist'")
  if (there === undefined)
    throw new SqlError(
      'failed',
      `The database ${where} lacks the extension btree_gist, which registries need.`,
      {
        hint: 'Let the owner of the database run `CREATE EXTENSION btree_gist` in it.',
      },
    )
}

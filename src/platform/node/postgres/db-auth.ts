import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { matchesAny } from '#butler'
import { SqlError } from '#sql'
import { parsePostgresUrl, type PostgresPlace } from './url.ts'

/** One entry of db-auth.yaml: a URL pattern with user and password. */
interface AuthEntry {
  readonly url?: string
  readonly username?: string
  readonly password?: string
}

/**
 * User and password from the anchor's places: the JSON list in LSST_DB_AUTH_CREDENTIALS, else the YAML file that LSST_DB_AUTH
 * names, else ~/.lsst/db-auth.yaml. The first entry whose URL pattern fits counts; a file that others may read is refused.
 * A place without host or database is left to the server's own rules.
 */
export async function credentialsFor(place: PostgresPlace): Promise<PostgresPlace> {
  if (place.host === undefined || place.database === undefined) return place
  for (const entry of await authEntries()) {
    if (!fits(entry, place)) continue
    return { ...place, user: place.user ?? entry.username, password: entry.password }
  }
  return place
}

async function authEntries(): Promise<readonly AuthEntry[]> {
  const json = process.env['LSST_DB_AUTH_CREDENTIALS']
  if (json !== undefined && json !== '')
    return parseEntries(() => JSON.parse(json) as unknown, 'LSST_DB_AUTH_CREDENTIALS')
  const path = (process.env['LSST_DB_AUTH'] ?? '~/.lsst/db-auth.yaml').replace(/^~(?=\/)/, homedir())
  const info = await stat(path).catch(() => undefined)
  if (info?.isFile() !== true) return []
  if ((info.mode & 0o077) !== 0)
    throw new SqlError('failed', `The file of passwords '${path}' may be read by others.`, {
      hint: `Run \`chmod 600 ${path}\`.`,
    })
  const { parse } = await import('yaml')
  const text = await readFile(path, 'utf8')
  return parseEntries(() => parse(text) as unknown, `'${path}'`)
}

function parseEntries(parse: () => unknown, source: string): readonly AuthEntry[] {
  let entries: unknown
  try {
    entries = parse()
  } catch (error) {
    throw new SqlError('failed', `${source} cannot be read: ${(error as Error).message}`, { cause: error })
  }
  if (!Array.isArray(entries))
    throw new SqlError('failed', `${source} must hold a list of entries with url, username and password.`)
  return entries as readonly AuthEntry[]
}

/** Host and database are patterns; user, port and database count only when the pattern has them. */
function fits({ url }: AuthEntry, place: PostgresPlace): boolean {
  if (url === undefined || !url.startsWith('postgresql://')) return false
  const pattern = parsePostgresUrl(url)
  const { host, database, user, port } = pattern
  return (
    host !== undefined &&
    matchesAny(place.host!, [host]) &&
    (database === undefined || matchesAny(place.database!, [database])) &&
    (user === undefined || user === place.user) &&
    (port === undefined || port === place.port)
  )
}

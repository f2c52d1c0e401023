import type { SqlConnection } from '#sql'
import type { DimensionConfig } from '../dimensions/universe-config.ts'
import { DimensionUniverse } from '../dimensions/universe.ts'
import { IncompatibleVersionError, InconsistentUniverseError, NotARepositoryError } from '../errors.ts'
import { MANAGERS, UNIVERSE_ATTRIBUTE } from '../schema/attributes.ts'

/** Major versions of managers that can be read besides our own. */
const ALSO_READ: Readonly<Record<string, readonly number[]>> = { datasets: [1] }

/**
 * The universe of a repository, after looking that its tables are of versions we know. A newer minor version may be read, not
 * written; another major version is refused.
 */
export async function checkCompatibility(
  connection: SqlConnection,
  database: string,
  writeable: boolean,
): Promise<DimensionUniverse> {
  const attributes = await readAttributes(connection, database)
  for (const [role, { version }] of Object.entries(MANAGERS)) {
    const cls = attributes.get(`config:registry.managers.${role}`)
    const found = cls === undefined ? undefined : attributes.get(`version:${cls}`)
    if (found === undefined)
      throw new NotARepositoryError(database, `its database does not say which ${role} tables it has`)
    checkVersion(role, version, found, writeable)
  }
  const text = attributes.get(UNIVERSE_ATTRIBUTE)
  if (text === undefined) throw new NotARepositoryError(database, 'its database has no dimension universe')
  const ours = DimensionUniverse.canonical()
  // Universe 0 was made before there were namespaces.
  const stored = JSON.parse(text) as Partial<DimensionConfig>
  const config = { namespace: ours.namespace, ...stored } as DimensionConfig
  if (config.namespace !== ours.namespace)
    throw new InconsistentUniverseError(
      `The repository's dimension universe is '${config.namespace}', not '${ours.namespace}': it means other things by its dimensions.`,
    )
  return config.version === ours.version ? ours : new DimensionUniverse(config)
}

async function readAttributes(
  connection: SqlConnection,
  database: string,
): Promise<ReadonlyMap<string, string>> {
  try {
    const rows = await connection.all('SELECT name, value FROM butler_attributes')
    return new Map(rows.map(([name, value]) => [name as string, value as string]))
  } catch (error) {
    throw new NotARepositoryError(database, 'its database has no butler tables', { cause: error })
  }
}

function checkVersion(role: string, ours: string, found: string, writeable: boolean): void {
  const [major, minor] = found.split('.').map(Number) as [number, number]
  const [ourMajor, ourMinor] = ours.split('.').map(Number) as [number, number]
  const older = ALSO_READ[role]?.includes(major) === true
  const readable = major === ourMajor || older
  if (!readable || (writeable && (older || minor > ourMinor)))
    throw new IncompatibleVersionError(
      `The repository's ${role} tables are of version ${found}; this program ${readable ? 'writes' : 'knows'} ${ours}.`,
      {
        hint: readable
          ? 'Open it for reading only, or migrate it with `butler migrate`.'
          : 'Use a newer program.',
      },
    )
}

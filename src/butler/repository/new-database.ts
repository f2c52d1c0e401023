import { createTable, isSqlError, type SqlConnection, type SqlTable } from '#sql'
import { FileExistsError } from '../errors.ts'
import type { DimensionUniverse } from '../dimensions/universe.ts'
import { freshAttributes } from '../schema/attributes.ts'
import type { RegistryPlace } from './config.ts'
import { connect } from './connect.ts'
import type { ButlerEnvironment } from './environment.ts'

/** What goes into the database of a new registry, and what makes a repository of it. */
export interface NewDatabase {
  /** The repository, for messages. */
  readonly root: string
  readonly universe: DimensionUniverse
  readonly tables: readonly SqlTable[]
  /** Of those, the ones that the datastores keep records in. */
  readonly recordsTables: readonly string[]
  /** Write the configuration, and take it away again. */
  readonly write: () => Promise<void>
  readonly unwrite: () => Promise<void>
}

/** Make a registry's database and then the configuration that names it; a failure leaves neither. Throws `butler/file-exists`. */
export async function makeDatabase(
  environment: ButlerEnvironment,
  place: RegistryPlace,
  wanted: NewDatabase,
): Promise<void> {
  if (place.kind === 'sqlite') await requireNoFile(environment, place.path)
  try {
    const connection = await connect(environment, place, { create: true })
    try {
      await fill(connection, place, wanted)
    } finally {
      await connection.close()
    }
  } catch (error) {
    // Another create that began at the same time has its file there.
    const isAnothers = error instanceof FileExistsError || (isSqlError(error) && error.kind === 'busy')
    if (place.kind === 'sqlite' && !isAnothers)
      for (const end of ['', '-wal', '-shm', '-journal']) await environment.files.remove(place.path + end)
    throw error
  }
}

async function fill(connection: SqlConnection, { kind }: RegistryPlace, wanted: NewDatabase): Promise<void> {
  const { root, universe, tables, recordsTables, write, unwrite } = wanted
  await connection.begin()
  if (await connection.hasTable('butler_attributes'))
    throw new FileExistsError(`The database for '${root}' holds the tables of a repository already.`, {
      hint: 'Choose another database, or another schema by registry.namespace.',
    })
  await connection.script(tables.flatMap((t) => createTable(t, connection.dialect)).join(';\n'))
  await connection.runMany(
    'INSERT INTO butler_attributes (name, value) VALUES (?, ?)',
    freshAttributes(universe.config),
  )
  await connection.runMany(
    'INSERT INTO opaque_meta (table_name) VALUES (?)',
    recordsTables.map((t) => [t]),
  )
  if (kind === 'sqlite') {
    await connection.run('COMMIT')
    return write()
  }
  // Tables on a server cannot be taken back like a file: what is likelier to fail goes first.
  await write()
  try {
    await connection.run('COMMIT')
  } catch (error) {
    await unwrite()
    throw error
  }
}

/** Only a file that holds nothing may be called left over: whoever believes it removes it. */
async function requireNoFile(environment: ButlerEnvironment, path: string): Promise<void> {
  if ((await environment.files.stat(path)) === undefined) return
  if (await holdsNothing(environment, path))
    throw new FileExistsError(`'${path}' is there already, a registry that holds nothing.`, {
      hint: 'If an interrupted create left it, remove it and try again; a configuration elsewhere (--outfile) may name it.',
    })
  throw new FileExistsError(
    `'${path}' is there already and holds something: a repository's registry, or data.`,
    {
      hint: 'Keep it; name another file in registry.db of the seed configuration, or another folder.',
    },
  )
}

async function holdsNothing({ openSqlite }: ButlerEnvironment, path: string): Promise<boolean> {
  try {
    const connection = await openSqlite(path, { readOnly: true })
    try {
      const [tables] = (await connection.first('SELECT count(*) FROM sqlite_master')) ?? []
      if (tables === 0) return true
      if (!(await connection.hasTable('butler_attributes'))) return false
      const some =
        'SELECT 1 FROM collection UNION ALL SELECT 1 FROM dataset_type UNION ALL SELECT 1 FROM instrument'
      return (await connection.first(some)) === undefined
    } finally {
      await connection.close()
    }
  } catch {
    return false
  }
}

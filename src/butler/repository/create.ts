import { createTable, type SqlConnection } from '#sql'
import { CONFIG_FILE } from './config.ts'
import { joinPath } from '../datastore/uri.ts'
import { DimensionUniverse } from '../dimensions/universe.ts'
import { FileExistsError } from '../errors.ts'
import { freshAttributes, MANAGERS } from '../schema/attributes.ts'
import { FILE_RECORDS_TABLE, staticTables } from '../schema/static-tables.ts'
import type { ButlerEnvironment } from './environment.ts'

const DATABASE_FILE = 'gen3.sqlite3'

/** Make an empty repository in a folder. The configuration is written last: until then nothing is a repository. */
export async function createRepository(environment: ButlerEnvironment, root: string): Promise<void> {
  const { files } = environment
  const config = joinPath(root, CONFIG_FILE)
  if ((await files.stat(config)) !== undefined)
    throw new FileExistsError(`'${root}' is a repository already.`, { hint: 'Choose another folder.' })
  const database = joinPath(root, DATABASE_FILE)
  if ((await files.stat(database)) !== undefined)
    throw new FileExistsError(`'${database}' is there already, without a ${CONFIG_FILE}.`, {
      hint: 'It was left by an interrupted create; remove it and try again.',
    })
  await files.makeDirectory(root)
  const connection = await environment.openSqlite(database, { create: true })
  try {
    await connection.begin()
    await fillDatabase(connection)
    await connection.run('COMMIT')
  } catch (error) {
    await connection.close()
    await files.remove(database)
    throw error
  }
  await connection.close()
  await files.writeAtomic(config, configText())
}

async function fillDatabase(connection: SqlConnection): Promise<void> {
  const universe = DimensionUniverse.canonical()
  const statements = staticTables(universe).flatMap((t) => createTable(t))
  await connection.script(statements.join(';\n'))
  await connection.runMany(
    'INSERT INTO butler_attributes (name, value) VALUES (?, ?)',
    freshAttributes(universe.config),
  )
  await connection.run('INSERT INTO opaque_meta (table_name) VALUES (?)', [FILE_RECORDS_TABLE])
}

/** As the anchor writes it: keys sorted. */
function configText(): string {
  const managers = Object.keys(MANAGERS)
    .sort()
    .map((role) => `    ${role}: ${MANAGERS[role]!.name}\n`)
  return `datastore:
  cls: lsst.daf.butler.datastores.fileDatastore.FileDatastore
  records:
    table: ${FILE_RECORDS_TABLE}
  root: <butlerRoot>
registry:
  db: sqlite:///<butlerRoot>/${DATABASE_FILE}
  managers:
${managers.join('')}`
}

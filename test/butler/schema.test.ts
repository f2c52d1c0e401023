import { join } from 'node:path'
import { rawSqlite } from '../support/raw-sqlite.ts'
import { expect, test } from 'vitest'
import { createNodeButler } from '#platform/node'
import { dataPath } from '../support/data.ts'
import { unpackArchive } from '../support/replay/archive.ts'
import { tempFolder } from '../support/repository.ts'

/** Lines of every CREATE statement by name, in any order: the anchor's index order changes from run to run. */
function statements(file: string): ReadonlyMap<string, string> {
  const database = rawSqlite(file, { readonly: true })
  const rows = database.prepare('SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL').all() as {
    name: string
    sql: string
  }[]
  database.close()
  const lines = (sql: string) =>
    sql
      .split('\n')
      .map((line) => line.trim().replace(/,$/, ''))
      .sort()
      .join('\n')
  return new Map(rows.map((r) => [r.name, lines(r.sql)]))
}

test('tables, constraints and indexes are those of a repository made by the real middleware', async () => {
  const folder = tempFolder()
  const theirs = unpackArchive(dataPath('rubin-middleware/repo-a.tar.zst'), folder)
  const ours = join(folder, 'ours')
  const butler = await createNodeButler(ours)
  const { registry } = butler
  const reference = rawSqlite(join(theirs, 'gen3.sqlite3'), { readonly: true })
  const types = reference
    .prepare(
      'SELECT name, storage_class, dimensions_key, calibration_association_table AS calibs FROM dataset_type ORDER BY id',
    )
    .all() as { name: string; storage_class: string; dimensions_key: number; calibs: string | null }[]
  for (const type of types) {
    const dimensions = reference
      .prepare('SELECT dimension_name AS name FROM dimension_graph_definition WHERE dimension_graph_id = ?')
      .all(type.dimensions_key) as { name: string }[]
    await registry.registerDatasetType({
      name: type.name,
      storageClass: type.storage_class,
      dimensions: dimensions.map((d) => d.name),
      isCalibration: type.calibs !== null,
    })
  }
  await butler.close()
  const [expected, made] = [statements(join(theirs, 'gen3.sqlite3')), statements(join(ours, 'gen3.sqlite3'))]
  expect([...made.keys()].sort()).toEqual([...expected.keys()].sort())
  for (const [name, sql] of expected) expect(made.get(name), name).toBe(sql)
  const attributes = (file: string) =>
    rawSqlite(file, { readonly: true })
      .prepare('SELECT name, value FROM butler_attributes ORDER BY rowid')
      .all()
  expect(attributes(join(ours, 'gen3.sqlite3'))).toEqual(attributes(join(theirs, 'gen3.sqlite3')))
  reference.close()
})

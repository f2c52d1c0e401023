import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeButlerEnvironment } from '#platform/node'

const driver = createRequire(import.meta.url).resolve('better-sqlite3')

/** Leaves a change half-way in the file, with the rollback journal that takes it back. */
const KILLED = `
  const database = new (require(${JSON.stringify(driver)}))(process.argv[1])
  database.exec('PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; CREATE TABLE t (x)')
  database.exec("INSERT INTO t VALUES ('before')")
  database.exec('BEGIN IMMEDIATE')
  for (let i = 0; i < 5000; i++) database.prepare('INSERT INTO t VALUES (?)').run('half-way '.repeat(20))
  process.kill(process.pid, 'SIGKILL')
`

test('a reader takes back what a killed writer left half-way', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'firstlight-killed-'))
  try {
    const file = join(folder, 'registry.sqlite3')
    expect(spawnSync(process.execPath, ['-e', KILLED, file]).signal).toBe('SIGKILL')
    const { openSqlite } = nodeButlerEnvironment()
    const reader = await openSqlite(file, { readOnly: true })
    expect(await reader.all('SELECT x FROM t')).toEqual([['before']])
    await reader.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

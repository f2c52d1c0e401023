import { createHash } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { jsonRows, jsonValue, translateToPostgres } from '#sql'
import { credentialsFor } from '../../src/platform/node/postgres/db-auth.ts'
import { parsePostgresUrl } from '../../src/platform/node/postgres/url.ts'
import { blake2b } from '../../src/sql/postgresql/blake2b.ts'
import { shrinkName } from '../../src/sql/postgresql/shrink-name.ts'
import { tempFolder } from '../support/repository.ts'

const text = (sql: string) => translateToPostgres(sql).text

afterEach(() => vi.unstubAllEnvs())

test('question marks are numbered, but not those in strings and names', () => {
  expect(text(`SELECT '?', "a?" FROM t WHERE x = ? AND y = ?`)).toBe(
    `SELECT '?', "a?" FROM t WHERE x = $1 AND y = $2`,
  )
})

test('bounds of a table are those of its range; those of a subquery keep their names', () => {
  const sql = text(
    'SELECT e.id FROM visit AS e JOIN (SELECT dataset_id, timespan_begin, timespan_end FROM calibs) AS d0 ON d0.timespan_begin < e.timespan_end',
  )
  expect(sql).toContain('END AS timespan_begin, CASE')
  expect(sql).toContain('ON d0.timespan_begin < CASE WHEN e.timespan IS NULL')
})

test('a pattern of GLOB becomes one of LIKE when it is bound', () => {
  const { text: sql, converters } = translateToPostgres('SELECT 1 FROM t WHERE a = ? AND b GLOB ?')
  expect(sql).toBe('SELECT 1 FROM t WHERE a = $1 AND b LIKE $2')
  expect(converters.get(1)!('a_%[*]b*c?')).toBe('a\\_\\%*b%c_')
  expect(converters.has(0)).toBe(false)
})

test('the two places of a timespan in an insert become one range, also when rows are replaced', () => {
  const sql = text(
    'INSERT INTO visit ("id", "timespan_begin", "timespan_end") VALUES (?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "timespan_begin" = excluded."timespan_begin", "timespan_end" = excluded."timespan_end"',
  )
  expect(sql).toMatch(/^INSERT INTO visit \("id", "timespan"\) VALUES \(\$1, CASE WHEN CAST\(\$2 AS BIGINT\)/)
  expect(sql).toMatch(/DO UPDATE SET timespan = excluded\.timespan$/)
})

test('uploads keep all digits of their integers', () => {
  expect(jsonRows([[2n ** 53n + 1n, 'a"b', null]])).toBe('[[9007199254740993,"a\\"b",null]]')
  expect(text(`SELECT ${jsonValue(0, false)} FROM json_each(?)`)).toBe(
    'SELECT CAST((value ->> 0) AS BIGINT) FROM json_array_elements($1::json) AS each(value)',
  )
})

test('long names end in a hash of four bytes, as lsst-daf-butler 30 shortens them', () => {
  // From the tables that it made.
  expect(shrinkName('dataset_tags_00000002_unq_dataset_type_id_collection_id_instrument_detector')).toBe(
    'dataset_tags_00000002_unq_dataset_type_id_collection_i_01265326',
  )
  for (const length of [0, 1, 127, 128, 129, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i & 255)
    const digest = createHash('blake2b512').update(bytes).digest('hex')
    expect(Buffer.from(blake2b(bytes, 64)).toString('hex')).toBe(digest)
  }
})

const place = (url: string) => credentialsFor(parsePostgresUrl(url))

test('user and password come from the first entry of db-auth.yaml whose pattern fits', async () => {
  const file = join(tempFolder(), 'db-auth.yaml')
  writeFileSync(
    file,
    `
- url: postgresql://other@*.example.com/db
  password: not-this
- url: postgresql://*.example.com:5433/survey_*
  username: reader
  password: s3:cret
- url: postgresql://*
  username: anyone
  password: open
`,
  )
  chmodSync(file, 0o600)
  vi.stubEnv('LSST_DB_AUTH', file)
  expect(await place('postgresql://pg.example.com:5433/survey_1')).toMatchObject({
    user: 'reader',
    password: 's3:cret',
  })
  expect(await place('postgresql+psycopg2://me@pg.example.com/survey_1')).toMatchObject({
    user: 'me',
    password: 'open',
  })
  chmodSync(file, 0o644)
  await expect(place('postgresql://pg/x')).rejects.toMatchObject({
    code: 'sql/failed',
    hint: expect.stringContaining('chmod 600') as string,
  })
  vi.stubEnv('LSST_DB_AUTH_CREDENTIALS', '[{"url": "postgresql://pg/x", "username": "u", "password": "p"}]')
  expect(await place('postgresql://pg/x')).toMatchObject({ user: 'u', password: 'p' })
})

test('parts of an address are decoded and filled in; what is no address is refused without its password', () => {
  expect(parsePostgresUrl('postgresql://me%40here:p%2Fw@[::1]:6543/a%20b?sslmode=require')).toEqual({
    host: '::1',
    port: 6543,
    user: 'me@here',
    password: 'p/w',
    database: 'a b',
    ssl: { rejectUnauthorized: false },
  })
  expect(parsePostgresUrl('postgresql://', { host: 'h', port: '1', database: 'd' })).toMatchObject({
    host: 'h',
    port: 1,
    database: 'd',
  })
  expect(() => parsePostgresUrl('postgresql://me:secret@host:port/db')).toThrow(/'postgresql:\/\/me:\*\*\*@/)
})

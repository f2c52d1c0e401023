import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openCatalogSession } from '#platform/node'
import { type CatalogSession, sqlOver, type TableFile, type TableResolver } from '#sql'
import { Catalog, type ColumnSpec, readParquet, writeParquet } from '#table'
import { dataPath } from '../../support/data.ts'

const folder = mkdtempSync(join(tmpdir(), "firstlight-sql's [x]-"))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const specs: readonly ColumnSpec[] = [
  { name: 'id', type: 'i64', doc: 'unique id' },
  { name: 'flux', type: 'f64', unit: 'nJy', doc: 'PSF flux' },
  { name: 'x', type: 'f32', unit: 'pixel' },
]

/** One Parquet file a detector: 10 sources, ids beyond 2^53. */
function sourceFile(visit: number, detector: number): TableFile {
  const path = join(folder, `src_${visit}_${detector}.parquet`)
  const first = (BigInt(visit) << 40n) + (BigInt(detector) << 20n)
  const catalog = Catalog.fromColumns(specs, {
    id: BigInt64Array.from({ length: 10 }, (_, i) => first + BigInt(i)),
    flux: Float64Array.from({ length: 10 }, (_, i) => visit + detector + i / 10),
    x: Float32Array.from({ length: 10 }, (_, i) => i),
  })
  writeFileSync(path, writeParquet(catalog))
  return { path, dataId: { instrument: 'HSC', visit, detector: BigInt(detector) } }
}

const few = [903334, 903336].flatMap((visit) => [4, 5, 6].map((detector) => sourceFile(visit, detector)))
const many = Array.from({ length: 50 }, (_, i) => sourceFile(1200 + 2 * Math.floor(i / 10), i % 10))

let session: CatalogSession
beforeEach(async () => {
  session = await openCatalogSession({ threads: 2, memoryLimit: '1GB' })
})
afterEach(async () => {
  await session.close()
})

const rowsOf = async (
  sql: string,
  ...rest: Parameters<CatalogSession['query']> extends [string, ...infer R] ? R : never
) => [...(await session.query(sql, ...rest)).rows()]

describe('results', () => {
  test('have exact types: 64-bit integers, nulls, times, decimals, lists, records, arrays, blobs', async () => {
    const result = await session.query(`
      SELECT 9223372036854775807 AS i64, -1::TINYINT AS i8, 18446744073709551615::UBIGINT AS u64, 0.1::FLOAT AS f32, NULL::INT AS none,
        sum(x) AS total, TIMESTAMP '2020-01-01 00:00:00.123456' AS t, DATE '2020-01-02' AS d, 12.34::DECIMAL(10, 2) AS dec, true AS b,
        'ñ' AS s, [1, NULL, 3] AS l, {'a': 1, 'b': 'x'} AS r, [1.5, 2.5]::DOUBLE[2] AS pair, MAP {'k': 1} AS m, 'ab'::BLOB AS bytes,
        [{'y': 1}, {'y': 2}] AS spans FROM range(4) r(x)`)
    expect(result.row(0)).toEqual({
      i64: 2n ** 63n - 1n,
      i8: -1,
      u64: 2n ** 64n - 1n,
      f32: Math.fround(0.1),
      none: null,
      total: 6n,
      t: 1577836800123456000n,
      d: 1577923200000000000n,
      dec: 12.34,
      b: true,
      s: 'ñ',
      l: [1, null, 3],
      r: { a: 1, b: 'x' },
      pair: Float64Array.of(1.5, 2.5),
      m: [{ key: 'k', value: 1 }],
      bytes: new TextEncoder().encode('ab'),
      spans: [{ y: 1 }, { y: 2 }],
    })
    expect(result.i64('i64')).toBeInstanceOf(BigInt64Array)
  })

  test('of many chunks keep order, nulls and nesting', async () => {
    const result = await session.query(
      `SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE i * 0.5 END AS x, range(i % 4) AS l, CASE WHEN i % 5 = 0 THEN NULL ELSE 'n' || i END AS s
       FROM range(10000) t(i) ORDER BY i`,
    )
    expect(result.numRows).toBe(10_000)
    for (const i of [0, 1, 2047, 2048, 2049, 4095, 9999]) {
      expect(result.row(i)).toEqual({
        i: BigInt(i),
        x: i % 3 === 0 ? null : i * 0.5,
        l: Array.from({ length: i % 4 }, (_, k) => BigInt(k)),
        s: i % 5 === 0 ? null : `n${i}`,
      })
    }
  })

  test('of statements one behind the other are those of the last; parameters by place and by name', async () => {
    expect(await rowsOf('CREATE TABLE t AS SELECT 7 AS a; SELECT a + ? AS b FROM t', [2n])).toEqual([
      { b: 9n },
    ])
    expect(await rowsOf('SELECT $name AS n, $x AS x', { name: "it's", x: null })).toEqual([
      { n: "it's", x: null },
    ])
    await expect(session.query('SELECT ?', [])).rejects.toThrow('has 1 parameters, 0 values were given')
  })

  test('an empty result has columns', async () => {
    const result = await session.query('SELECT 1::BIGINT AS id WHERE false')
    expect([result.numRows, result.schema.columns]).toEqual([0, [{ name: 'id', type: 'i64' }]])
  })
})

describe('Parquet files as tables', () => {
  test.each([
    ['a CASE over file names', few],
    ['a join with a table of file names', many],
  ])('dimensions are columns by %s, and a WHERE on them opens only the files it needs', async (_, files) => {
    await session.registerParquet('src', files)
    const all = await session.query('SELECT * FROM src')
    expect(all.numRows).toBe(10 * files.length)
    expect(all.schema.names).toEqual(['instrument', 'visit', 'detector', 'id', 'flux', 'x'])
    const { visit, detector } = files[5]!.dataId as { visit: number; detector: bigint }
    const where = `WHERE visit = ${visit} AND detector = ${detector}`
    const ids = await session.query(`SELECT id, instrument FROM src ${where} ORDER BY id`)
    expect(ids.i64('id')).toEqual((await readParquetIds(files[5]!)).i64('id'))
    expect(ids.get('instrument', 0)).toBe('HSC')
    expect(await filesOpened(`SELECT avg(flux) FROM src ${where}`)).toBe(1)
    expect(await filesOpened(`SELECT count(*) FROM src WHERE visit = ${visit} AND flux > 0`)).toBe(
      files.filter((f) => f.dataId['visit'] === visit).length,
    )
    expect(await filesOpened('SELECT avg(flux) FROM src')).toBe(files.length)
  })

  test('files that differ in their columns are matched by name', async () => {
    const extra = join(folder, 'extra.parquet')
    writeFileSync(
      extra,
      writeParquet(
        Catalog.fromColumns(
          [
            { name: 'id', type: 'i64' },
            { name: 'mag', type: 'f64' },
          ],
          { id: [1n], mag: [20] },
        ),
      ),
    )
    await session.registerParquet('src', [
      { path: extra, dataId: { visit: 1 } },
      { ...few[0]!, dataId: { visit: 2 } },
    ])
    expect(await rowsOf('SELECT count(mag) AS mags, count(*) AS n FROM src')).toEqual([{ mags: 1n, n: 11n }])
  })

  test('our Parquet reads to the bit: extremes, nulls, NaN, nesting; statistics let row groups be skipped', async () => {
    const path = join(folder, 'tricky.parquet')
    const catalog = Catalog.fromColumns(
      [
        { name: 'id', type: 'i64' },
        { name: 'u', type: 'u64' },
        { name: 'n', type: 'u16' },
        { name: 'x', type: 'f64' },
        { name: 'f', type: 'f32' },
        { name: 's', type: 'string' },
        { name: 't', type: 'timestamp' },
        {
          name: 'fp',
          type: 'list',
          items: { name: 'e', type: 'struct', fields: [{ name: 'y', type: 'i32' }] },
        },
      ],
      {
        id: [-(2n ** 63n), 2n ** 63n - 1n, null, 0n],
        u: [0n, 2n ** 64n - 1n, 5n, null],
        n: [0, 65535, null, 7],
        x: [0.1, Number.NaN, null, Number.NEGATIVE_INFINITY],
        f: Float32Array.of(0.1, -0, 1e-45, 3.4e38),
        s: ['', 'ñandú', null, 'x'.repeat(100)],
        t: [1n, 1700000000123456789n, null, -1n],
        fp: [[{ y: 1 }, { y: 2 }], [], null, [{ y: 3 }]],
      },
    )
    writeFileSync(path, writeParquet(catalog, { rowGroupRows: 2 }))
    await session.registerParquet('t', [{ path, dataId: {} }])
    expect(await rowsOf('SELECT * FROM t')).toEqual([...catalog.rows()])
    const stats = await rowsOf(
      `SELECT row_group_id AS g, stats_min_value AS low, stats_max_value AS high FROM parquet_metadata('${path.replaceAll("'", "''").replaceAll('[', '[[]')}')
       WHERE path_in_schema = 'id' ORDER BY g`,
    )
    expect(stats).toEqual([
      { g: 0n, low: '-9223372036854775808', high: '9223372036854775807' },
      { g: 1n, low: '0', high: '0' },
    ])
  })

  test('a dimension stands in place of a column of that name in the files', async () => {
    const path = join(folder, 'own.parquet')
    writeFileSync(path, writeParquet(Catalog.fromColumns([{ name: 'visit', type: 'i64' }], { visit: [42n] })))
    await session.registerParquet('t', [{ path, dataId: { visit: 1, band: 'r' } }])
    expect(await rowsOf('SELECT * FROM t')).toEqual([{ visit: 1n, band: 'r' }])
  })

  test('foreign Parquet: nested ZTF alerts', async () => {
    const path = dataPath('real/parquet/ztf_alerts_20200101_0.parquet')
    await session.registerParquet('alerts', [{ path, dataId: {} }])
    const result = await session.query(
      'SELECT candid, candidate.ra AS ra, len(prv_candidates) AS n FROM alerts ORDER BY candid LIMIT 1',
    )
    expect(result.get('candid', 0)).toBeTypeOf('bigint')
    expect(result.get('ra', 0)).toBeTypeOf('number')
  })

  const readParquetIds = async (file: TableFile) => {
    const { readFileSync } = await import('node:fs')
    return readParquet(readFileSync(file.path), { columns: ['id'] })
  }

  async function filesOpened(sql: string): Promise<number> {
    const plan = await session.query(`EXPLAIN ANALYZE ${sql}`)
    const text = String(plan.get('explain_value', 0))
    const total = /Total Files Read: (\d+)/.exec(text)?.[1]
    if (total === undefined) throw new Error(`no count of files in ${text}`)
    return Number(total)
  }
})

describe('units and docs', () => {
  test.each([
    ['SELECT flux FROM src', { flux: 'nJy' }],
    ['SELECT * FROM src', { flux: 'nJy', x: 'pixel', id: undefined }],
    ['SELECT s.flux AS f, 2 * x AS x FROM src s', { f: 'nJy', x: undefined }],
    ['WITH a AS (SELECT flux, x + 1 AS x FROM src) SELECT * FROM a', { flux: 'nJy', x: undefined }],
    ['SELECT q.x FROM (SELECT x, flux FROM src) q', { x: 'pixel' }],
    ['SELECT flux FROM src UNION ALL SELECT x FROM src', { flux: 'nJy' }],
    ['SELECT a.flux, b.x AS bx FROM src a JOIN src b USING (id)', { flux: 'nJy', bx: 'pixel' }],
    ['SELECT avg(flux) AS flux FROM src', { flux: undefined }],
  ])('%s', async (sql, units) => {
    await session.registerParquet('src', few)
    const { schema } = await session.query(sql)
    for (const [name, unit] of Object.entries(units))
      expect([name, schema.get(name).unit]).toEqual([name, unit])
  })

  test('come from registered catalogs as well', async () => {
    await session.registerCatalog('mine', Catalog.fromColumns(specs, { id: [1n], flux: [2], x: [3] }))
    const { schema } = await session.query('SELECT flux FROM mine')
    expect(schema.get('flux')).toMatchObject({ unit: 'nJy', doc: 'PSF flux' })
  })
})

test('a catalog becomes a table with the same rows', async () => {
  const catalog = Catalog.fromColumns(
    [
      { name: 'id', type: 'i64' },
      { name: 'x', type: 'f64' },
      { name: 's', type: 'string' },
      { name: 'ok', type: 'bool' },
      { name: 't', type: 'timestamp' },
      { name: 'cov', type: 'f32', shape: [2] },
      {
        name: 'fp',
        type: 'list',
        items: { name: 'e', type: 'struct', fields: [{ name: 'y', type: 'i32' }] },
      },
    ],
    {
      id: BigInt64Array.from({ length: 5000 }, (_, i) => BigInt(i) + 2n ** 60n),
      x: Array.from({ length: 5000 }, (_, i) => (i % 7 === 0 ? null : i / 3)),
      s: Array.from({ length: 5000 }, (_, i) => (i % 5 === 0 ? null : `s${i}`)),
      ok: Uint8Array.from({ length: 5000 }, (_, i) => i % 2),
      t: BigInt64Array.from({ length: 5000 }, (_, i) => BigInt(i)),
      cov: Float32Array.from({ length: 10_000 }, (_, i) => i),
      fp: Array.from({ length: 5000 }, (_, i) => (i % 3 === 0 ? null : [{ y: i }, { y: -i }])),
    },
  )
  await session.registerCatalog('t', catalog)
  expect([...(await session.query('SELECT * FROM t ORDER BY id')).rows()]).toEqual([...catalog.rows()])
  await session.registerCatalog('t', catalog.slice(0, 3))
  expect(await rowsOf('SELECT count(*) AS n FROM t')).toEqual([{ n: 3n }])
})

describe('errors say what, where and what was meant', () => {
  beforeEach(() => session.registerParquet('src', few))

  test.each([
    ['SELEC 1', 'sql/syntax', /near "SELEC" \(line 1, column 1\)/, undefined],
    ['SELECT *\nFROM srcs', 'sql/no-such-table', /'srcs' \(line 2, column 6\)\. Did you mean 'src'\?/, /src/],
    [
      'SELECT flx FROM src',
      'sql/no-such-column',
      /'flx' \(line 1, column 8\)\. Did you mean 'flux'\?/,
      /flux/,
    ],
    ['SELECT s.flx FROM src s', 'sql/no-such-column', /'flx'.*Did you mean 'flux'/, /flux/],
    [
      "SELECT * FROM 'https://example.org/a.parquet'",
      'sql/unsupported',
      /httpfs/,
      /not loaded by themselves/,
    ],
    ["SELECT 'a'::INT", 'sql/failed', /Could not convert string 'a'/, undefined],
    ['', 'sql/syntax', /no statement/, undefined],
  ])('%s', async (sql, code, message, hint) => {
    const error = await session.query(sql).then(
      () => undefined,
      (e: unknown) => e,
    )
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string })
    if (hint !== undefined) expect((error as { hint: string }).hint).toMatch(hint)
  })

  test('the position is in the data, also in long statements', async () => {
    const sql = `SELECT ${Array.from({ length: 60 }, (_, i) => `${i} AS c${i}`).join(', ')},\n  nothing FROM src`
    await expect(session.query(sql)).rejects.toMatchObject({ data: { position: { line: 2, column: 3 } } })
  })
})

test('a running query stops when its signal says so, and the session goes on', async () => {
  const controller = new AbortController()
  const running = session.query('SELECT count(*) FROM range(10000000) a, range(1000000) b', [], {
    signal: controller.signal,
  })
  setTimeout(() => controller.abort(), 50)
  await expect(running).rejects.toMatchObject({ code: 'sql/interrupted' })
  await expect(session.query('SELECT 1', [], { signal: controller.signal })).rejects.toMatchObject({
    code: 'sql/interrupted',
  })
  expect(await rowsOf('SELECT 1 AS a')).toEqual([{ a: 1 }])
})

test.each([0, 1, 2, 4, 8])(
  'a signal %i ms after the call stops a query that may not have begun',
  async (ms) => {
    const controller = new AbortController()
    const running = session.query('SELECT count(*) FROM range(10000000) a, range(1000000) b', [], {
      signal: controller.signal,
    })
    setTimeout(() => controller.abort(), ms)
    await expect(running).rejects.toMatchObject({ code: 'sql/interrupted' })
  },
)

test('a closed session says so', async () => {
  await session.close()
  await expect(session.query('SELECT 1')).rejects.toMatchObject({ code: 'sql/closed' })
})

describe('tables of a resolver', () => {
  let files = few
  const asked: string[] = []
  const resolver: TableResolver = {
    tableNames: () => ['src', 'deepCoadd_obj', 'empty'],
    resolve: (name) => {
      asked.push(name)
      if (name === 'src') return Promise.resolve({ files })
      if (name === 'deepCoadd_obj') return Promise.resolve({ files: many.slice(0, 1) })
      return Promise.resolve(name === 'empty' ? { files: [] } : undefined)
    },
  }
  let over: CatalogSession
  beforeEach(() => {
    files = few
    asked.length = 0
    over = sqlOver(session, resolver)
  })

  test('are found by FROM wherever it stands, in any case of letters', async () => {
    const rows = await over.query(`
      WITH bright AS (SELECT * FROM SRC WHERE flux > 903340)
      SELECT count(*) AS n FROM bright b WHERE EXISTS (SELECT 1 FROM deepcoadd_OBJ o WHERE o.detector <> b.detector)`)
    expect(rows.get('n', 0)).toBe(38n)
    expect(await over.tableNames()).toEqual(expect.arrayContaining(['src', 'deepCoadd_obj', 'empty']))
    expect(await over.referencedTables('WITH a AS (SELECT 1) SELECT * FROM a, src JOIN t USING (x)')).toEqual(
      ['src', 't'],
    )
  })

  test('work in texts of several statements', async () => {
    const n = await over.query('CREATE TABLE copy AS SELECT * FROM src; SELECT count(*) AS n FROM copy')
    expect(n.get('n', 0)).toBe(60n)
  })

  test('see new files at the next query', async () => {
    const count = async () => (await over.query('SELECT count(*) AS n FROM src')).get('n', 0)
    expect(await count()).toBe(60n)
    files = few.slice(0, 2)
    expect(await count()).toBe(20n)
  })

  test('without files say so; unknown ones name the nearest', async () => {
    await expect(over.query('SELECT * FROM empty')).rejects.toMatchObject({ code: 'sql/empty-table' })
    await expect(over.query('SELECT * FROM deepCoad_obj')).rejects.toThrow("Did you mean 'deepCoadd_obj'?")
  })
})

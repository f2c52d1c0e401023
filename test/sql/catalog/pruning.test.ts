import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openCatalogSession } from '#platform/node'
import { type CatalogSession, sqlOver, type TableFile, type TableResolver } from '#sql'
import { Catalog, type ColumnSpec, writeParquet } from '#table'
import '../../support/fast-check.ts'

const folder = mkdtempSync(join(tmpdir(), 'firstlight-pruning-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const specs: readonly ColumnSpec[] = [
  { name: 'id', type: 'i64' },
  { name: 'flux', type: 'f64' },
]
const dimensions: readonly ColumnSpec[] = [
  { name: 'instrument', type: 'string' },
  { name: 'visit', type: 'i64' },
  { name: 'detector', type: 'i64' },
]
const VISITS = 8
const DETECTORS = 6

interface Row {
  readonly instrument: string
  readonly visit: number
  readonly detector: number
  readonly id: number
  readonly flux: number
}

/** Three rows a file; `ref` lacks every fifth file, so that outer joins have something to fill with NULLs. */
function makeTable(name: string, offset: number) {
  const files: TableFile[] = []
  const rows: Row[] = []
  for (let n = 0; n < VISITS * DETECTORS; n++) {
    if (offset > 0 && n % 5 === 0) continue
    const dataId = { instrument: 'Cam', visit: 1 + Math.floor(n / DETECTORS), detector: 1 + (n % DETECTORS) }
    const own = [0, 1, 2].map((i) => ({
      ...dataId,
      id: offset + 3 * n + i,
      // Quarters: their sums are exact in any order.
      flux: ((n * 7 + i * 13) % 50) / 4,
    }))
    const path = join(folder, `${name}_${n}.parquet`)
    writeFileSync(
      path,
      writeParquet(
        Catalog.fromRows(
          specs,
          own.map(({ id, flux }) => ({ id: BigInt(id), flux })),
        ),
      ),
    )
    files.push({ path, dataId })
    rows.push(...own)
  }
  const cells = rows.map((row) => ({
    ...row,
    visit: BigInt(row.visit),
    detector: BigInt(row.detector),
    id: BigInt(row.id),
  }))
  return { files, whole: Catalog.fromRows([...dimensions, ...specs], cells) }
}

const src = makeTable('src', 0)
const ref = makeTable('ref', 10_000)
/** One visit more than there are files of. */
const visits = Catalog.fromRows(
  [
    { name: 'instrument', type: 'string' },
    { name: 'visit', type: 'i64' },
    { name: 'exposure_time', type: 'f64' },
    { name: 'band', type: 'string' },
  ],
  Array.from({ length: VISITS + 1 }, (_, i) => ({
    instrument: 'Cam',
    visit: BigInt(i + 1),
    exposure_time: 30 * (1 + (i % 4)),
    band: i % 2 === 0 ? 'g' : 'r',
  })),
)

const resolver: TableResolver = {
  tableNames: () => ['src', 'ref', 'visit'],
  resolve: async (name) =>
    name === 'src'
      ? { files: src.files }
      : name === 'ref'
        ? { files: ref.files }
        : name === 'visit'
          ? { catalog: visits }
          : undefined,
}

let plain: CatalogSession
let over: CatalogSession
beforeAll(async () => {
  plain = await openCatalogSession({ threads: 2 })
  await plain.registerCatalog('src', src.whole)
  await plain.registerCatalog('ref', ref.whole)
  await plain.registerCatalog('visit', visits)
})
beforeEach(async () => {
  over = sqlOver(await openCatalogSession({ threads: 2 }), resolver)
})
afterAll(async () => {
  await plain.close()
})

const textOf = (catalog: Catalog): string[] =>
  [...catalog.rows()]
    .map((row) =>
      JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    )
    .sort()

/** Runs with the files that pruning left out taken away, so that opening one of them fails. */
async function admittedBy(sql: string, params: readonly number[] = []): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const wanted = textOf(await plain.query(sql, params))
  const found = await over.query(sql, params, { onTable: (name, { admitted }) => (counts[name] = admitted) })
  expect(textOf(found)).toEqual(wanted)
  return counts
}

const VIEWS = {
  bright: 'SELECT * FROM src WHERE flux > 5 OR detector = 2',
  observed: 'SELECT id, visit, detector, exposure_time FROM src JOIN visit v USING (instrument, visit)',
}

/** Every relation has the columns visit, detector and id, so that any may stand in the place of any other. */
const randomQuery = fc.letrec<{ relation: string; condition: string; leaf: string }>((tie) => {
  const list = (text: string) => `(SELECT visit, detector, id FROM ${text})`
  const table = fc.constantFrom(
    'src',
    'ref',
    'bright',
    'observed',
    list('(SELECT *, visit % 6 + 1 AS detector, exposure_time::BIGINT AS id FROM visit)'),
  )
  const relation = tie('relation')
  const where = tie('condition')
  const shaped = (shape: (r: string, c: string) => string) =>
    fc.tuple(relation, where).map(([r, c]) => shape(r, c))
  const joined = (shape: (a: string, b: string, c: string) => string) =>
    fc.tuple(relation, relation, where).map(([a, b, c]) => shape(a, b, c))
  const column = fc.constantFrom('visit', 'detector', 'id', 'q.visit', 'q.detector')
  return {
    relation: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      table.map(list),
      shaped((r, c) => `(SELECT * FROM ${r} q WHERE ${c})`),
      shaped((r, c) => `(SELECT id, detector, visit FROM ${r} q WHERE ${c})`),
      shaped((r, c) => `(SELECT detector AS visit, visit AS detector, id FROM ${r} q WHERE ${c})`),
      shaped((r, c) => `(SELECT visit + 1 AS visit, detector, id FROM ${r} q WHERE ${c})`),
      shaped((r, c) => `(SELECT DISTINCT * FROM ${r} q WHERE ${c})`),
      shaped((r, c) => `(SELECT visit, detector, max(id) AS id FROM ${r} q WHERE ${c} GROUP BY ALL)`),
      shaped(
        (r, c) =>
          `(SELECT * FROM (SELECT visit, min(detector) AS detector, count(*) AS id FROM ${r} q GROUP BY visit HAVING visit < 6) q WHERE ${c})`,
      ),
      shaped((r, c) => `(SELECT max(visit) AS visit, 1 AS detector, count(*) AS id FROM ${r} q WHERE ${c})`),
      shaped((r, c) => `(SELECT visit, detector, id FROM ${r} q WHERE ${c} ORDER BY ALL LIMIT 4)`),
      shaped(
        (r, c) =>
          `(SELECT visit, detector, row_number() OVER (ORDER BY visit, detector, id) AS id FROM ${r} q WHERE ${c})`,
      ),
      shaped(
        (r, c) =>
          `(WITH q AS ${r.startsWith('(') ? r : `(FROM ${r})`} SELECT * FROM q WHERE ${c} UNION ALL FROM q WHERE detector = 2)`,
      ),
      joined(
        (a, b, c) =>
          `(SELECT visit, detector, id FROM ${a} q WHERE ${c} UNION SELECT detector, visit, id FROM ${b} p)`,
      ),
      joined((a, b, c) => `(SELECT * FROM ${a} q WHERE ${c} EXCEPT SELECT * FROM ${b} p)`),
      joined(
        (a, b, c) =>
          `(SELECT q.visit, p.detector, q.id FROM (SELECT * FROM ${a} q WHERE ${c}) q JOIN ${b} p ON q.visit = p.visit AND p.detector = 2)`,
      ),
      joined(
        (a, b, c) =>
          `(SELECT q.* FROM (SELECT * FROM ${a} q WHERE ${c}) q LEFT JOIN ${b} p ON q.visit = p.visit WHERE p.detector IS NULL OR p.detector > 3)`,
      ),
      joined(
        (a, b, c) =>
          `(SELECT q.visit, p.detector, q.id FROM (SELECT * FROM ${a} q WHERE ${c}) q RIGHT JOIN ${b} p USING (visit))`,
      ),
    ),
    condition: fc.oneof(
      { weight: 4, arbitrary: tie('leaf') },
      fc.tuple(tie('leaf'), fc.constantFrom('AND', 'OR'), tie('leaf')).map(([a, o, b]) => `(${a} ${o} ${b})`),
      fc.tuple(tie('leaf'), tie('leaf')).map(([a, b]) => `${a} AND ${b}`),
      tie('leaf').map((a) => `NOT (${a})`),
    ),
    leaf: fc.oneof(
      { maxDepth: 2 },
      fc
        .tuple(column, fc.constantFrom('=', '<', '>=', '<>'), fc.integer({ min: 0, max: 9 }))
        .map((p) => p.join(' ')),
      relation.map((r) => `q.visit IN (SELECT visit FROM ${r})`),
      relation.map((r) => `q.visit NOT IN (SELECT detector FROM ${r})`),
      relation.map((r) => `EXISTS (SELECT 1 FROM ${r} e WHERE e.visit = q.visit AND e.detector < 3)`),
      relation.map((r) => `NOT EXISTS (FROM ${r} e WHERE e.detector = q.visit)`),
      relation.map((r) => `q.visit = (SELECT max(detector) FROM ${r})`),
      column.map((c) => `${c} IS NULL`),
    ),
  }
})

const randomStatement = fc
  .tuple(randomQuery.relation, randomQuery.condition)
  .map(([relation, condition]) => `SELECT q.* FROM ${relation} q WHERE ${condition}`)

describe('a statement is given the files its conditions on data IDs admit, and its result is that over all rows', () => {
  test.each<[string, Record<string, number>, (readonly number[])?]>([
    ['SELECT * FROM src WHERE visit = 7 AND detector = 3', { src: 1 }],
    ['SELECT sum(flux) AS f FROM src WHERE visit IN (1, 5)', { src: 12 }],
    ['SELECT * FROM src WHERE visit BETWEEN 2 AND 4 AND detector % 2 = 0 AND flux > 1', { src: 9 }],
    ['SELECT * FROM src s WHERE (s.visit = 1 OR s.visit = 2) AND NOT s.detector < 5', { src: 4 }],
    ['SELECT * FROM src WHERE visit = $1 AND flux > $2 AND detector = $3', { src: 1 }, [3, 0.5, 2]],
    ['SELECT * FROM src WHERE flux > ? AND visit < ?', { src: 12 }, [0.5, 3]],
    ['SELECT * FROM src WHERE visit = 1 OR flux > 9', { src: 48 }],
    ['SELECT count(*) AS n FROM src WHERE visit = 77', { src: 0 }],
    ['SELECT visit, count(*) AS n FROM src GROUP BY visit HAVING visit = 2', { src: 48 }],
    ['SELECT id FROM src JOIN visit USING (instrument, visit) WHERE exposure_time > 100', { src: 12 }],
    [
      "SELECT id FROM src, visit v WHERE src.visit = v.visit AND v.band = 'g' AND src.detector < 3",
      { src: 8 },
    ],
    ['SELECT id FROM src WHERE visit IN (SELECT visit FROM visit WHERE exposure_time = 60)', { src: 12 }],
    [
      'SELECT s.id FROM src s JOIN ref r USING (visit, detector) JOIN visit v USING (visit) WHERE v.visit = 3',
      { src: 5, ref: 5 },
    ],
    [
      'SELECT a.id, b.id AS other FROM src a JOIN src b ON a.id + 18 = b.id WHERE a.visit = 1 AND b.visit = 2',
      { src: 12 },
    ],
    [
      'SELECT v.visit, s.id FROM visit v LEFT JOIN src s ON s.visit = v.visit AND s.detector = 1 WHERE v.visit < 3',
      { src: 2 },
    ],
    [
      'SELECT v.visit, s.id FROM visit v LEFT JOIN src s ON s.visit = v.visit WHERE s.visit IS NULL OR s.visit = 5',
      { src: 48 },
    ],
    [
      'SELECT s.id, r.id AS other FROM src s FULL JOIN ref r ON s.visit = r.visit AND s.detector = r.detector WHERE s.visit = 2',
      { src: 48, ref: 38 },
    ],
    [
      'SELECT s.id FROM src s ANTI JOIN ref r ON s.visit = r.visit AND s.detector = r.detector AND r.visit = 4 WHERE s.visit > 3',
      { src: 30, ref: 5 },
    ],
    ['SELECT s.id FROM src s SEMI JOIN visit v ON s.visit = v.visit AND v.visit = 4', { src: 6 }],
    ['SELECT count(*) AS n FROM (SELECT * FROM src WHERE visit = 2) q WHERE detector = 1', { src: 1 }],
    [
      'WITH src AS (SELECT * FROM ref WHERE visit = 1) SELECT count(*) AS n FROM src WHERE detector > 4',
      { ref: 1 },
    ],
    ['WITH q AS (SELECT * FROM src) SELECT max(flux) AS f FROM q WHERE visit = 3', { src: 6 }],
    [
      'WITH q AS (FROM src), p AS (SELECT id AS n, visit AS v FROM q) SELECT n FROM p WHERE v = $1',
      { src: 6 },
      [2],
    ],
    ['WITH src AS (SELECT * FROM src WHERE visit < 3) SELECT id FROM src WHERE detector = 1', { src: 2 }],
    [
      'WITH q AS (FROM src) SELECT id FROM q WHERE visit = 1 UNION ALL SELECT id FROM q WHERE visit = 2',
      { src: 12 },
    ],
    [
      'WITH q AS (FROM src), unread AS (SELECT id FROM ref WHERE visit = 1) SELECT id FROM q WHERE visit = 5',
      { src: 6, ref: 4 },
    ],
    [
      'SELECT id FROM (SELECT DISTINCT visit, id FROM src ORDER BY id) q WHERE visit BETWEEN 3 AND 4',
      { src: 12 },
    ],
    [
      'SELECT n FROM (SELECT visit, count(*) AS n FROM src GROUP BY visit) q WHERE visit IN (2, 9)',
      { src: 6 },
    ],
    [
      'SELECT n FROM (SELECT visit, count(*) AS n FROM src GROUP BY ROLLUP (visit)) q WHERE visit = 2',
      { src: 48 },
    ],
    ['SELECT n FROM (SELECT max(visit) AS visit, count(*) AS n FROM src) q WHERE visit = 2', { src: 48 }],
    ['SELECT id FROM (SELECT * FROM src ORDER BY id LIMIT 5) q WHERE visit = 2', { src: 48 }],
    [
      'SELECT id FROM (SELECT DISTINCT ON (detector) * FROM src ORDER BY flux, id) q WHERE visit = 2',
      { src: 48 },
    ],
    [
      'SELECT id FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM src WHERE detector = 2) q WHERE visit = 2',
      { src: 8 },
    ],
    ['SELECT id FROM (SELECT id, visit + 1 AS visit FROM src) q WHERE visit = 2', { src: 48 }],
    ['SELECT id FROM (SELECT id, detector AS visit FROM src) q WHERE visit = 2', { src: 8 }],
    [
      'SELECT id FROM (SELECT * EXCLUDE (visit), detector + 1 AS visit FROM src) q WHERE visit = 2',
      { src: 48 },
    ],
    [
      'SELECT id FROM (SELECT id, visit FROM src UNION ALL SELECT id, detector FROM ref) q WHERE visit = 2',
      { src: 6, ref: 7 },
    ],
    [
      'SELECT id FROM (SELECT id, visit FROM src UNION BY NAME SELECT visit, id FROM ref) q WHERE visit = 2',
      { src: 6, ref: 5 },
    ],
    [
      'SELECT id FROM (SELECT id, visit FROM src EXCEPT SELECT id, visit FROM ref) q WHERE visit = 2',
      { src: 6, ref: 5 },
    ],
    [
      'WITH q AS (SELECT * FROM src JOIN visit USING (instrument, visit)) SELECT id FROM q WHERE exposure_time > 100',
      { src: 12 },
    ],
    [
      'WITH long AS (SELECT visit FROM visit WHERE exposure_time > 100) SELECT id FROM src WHERE visit IN (SELECT visit FROM long)',
      { src: 12 },
    ],
    [
      "WITH visit AS (SELECT visit + 1 AS visit FROM visit WHERE band = 'r') SELECT id FROM src WHERE visit IN (SELECT visit FROM visit)",
      { src: 48 },
    ],
    [
      'SELECT id FROM src JOIN (SELECT visit AS v FROM visit WHERE exposure_time > 100) q ON q.v = src.visit',
      { src: 12 },
    ],
    [
      'SELECT id FROM src WHERE visit IN (SELECT visit FROM ref WHERE detector = 3 AND visit < 4)',
      { src: 18, ref: 3 },
    ],
    ['SELECT id FROM src WHERE visit NOT IN (SELECT visit FROM ref WHERE visit < 4)', { src: 48, ref: 14 }],
    [
      'SELECT id FROM src s WHERE EXISTS (FROM visit v WHERE v.visit = s.visit AND v.exposure_time > 100)',
      { src: 12 },
    ],
    [
      'SELECT id FROM src s WHERE EXISTS (SELECT count(*) FROM visit v WHERE v.visit = s.visit AND v.visit = 1)',
      { src: 48 },
    ],
    [
      'SELECT visit, (SELECT count(*) FROM src WHERE src.visit = v.visit) AS n FROM visit v WHERE v.visit = 3',
      { src: 6 },
    ],
    [
      'SELECT v.visit, n FROM visit v LEFT JOIN (SELECT visit, count(*) AS n FROM src GROUP BY visit) USING (visit) WHERE v.visit = 3',
      { src: 6 },
    ],
    [
      'SELECT id FROM visit v, LATERAL (SELECT id FROM src WHERE src.visit = v.visit AND detector = 1) WHERE v.visit = 3',
      { src: 1 },
    ],
    ['SELECT count(*) AS n FROM src TABLESAMPLE 100%, src b WHERE b.visit = 2', { src: 48 }],
    [
      'SELECT id FROM src WHERE visit = 1 UNION ALL SELECT id FROM src WHERE visit = 2 AND detector = 2',
      { src: 7 },
    ],
    [
      'SELECT v.visit FROM visit v WHERE NOT EXISTS (SELECT 1 FROM src s WHERE s.visit = v.visit AND s.detector = 6)',
      { src: 8 },
    ],
    ["SELECT id FROM src WHERE visit = 1 + 1 AND detector = CAST('3' AS INTEGER)", { src: 1 }],
  ])('%s', async (sql, admitted, params) => {
    expect(await admittedBy(sql, params)).toEqual(admitted)
  })

  test('and opens no other: those left out may be gone', async () => {
    const gone = src.files.filter(({ dataId }) => dataId['visit'] !== 7)
    for (const { path } of gone) renameSync(path, `${path}.away`)
    try {
      const rows = await over.query(
        'SELECT count(*) AS n FROM src JOIN visit v USING (visit) WHERE v.visit = 7',
      )
      expect(rows.get('n', 0)).toBe(18n)
    } finally {
      for (const { path } of gone) renameSync(`${path}.away`, path)
    }
  })

  test('whatever stands around the conditions: random subqueries, WITHs and views agree with the plain engine', async () => {
    for (const session of [plain, over])
      for (const [name, query] of Object.entries(VIEWS))
        await session.query(`CREATE OR REPLACE VIEW ${name} AS ${query}`)
    await fc.assert(
      fc.asyncProperty(randomStatement, (sql) => admittedBy(sql).then(() => {})),
      { numRuns: Number(process.env['FIRSTLIGHT_PRUNING_RUNS'] ?? 15) },
    )
    for (const name of Object.keys(VIEWS)) await plain.query(`DROP VIEW ${name}`)
  }, 600_000)

  test('whatever the conditions: random ones agree with the plain engine', async () => {
    const column = fc.constantFrom(
      's.visit',
      's.detector',
      's.flux',
      'r.visit',
      'r.detector',
      'v.visit',
      'v.exposure_time',
    )
    const operator = fc.constantFrom('=', '<', '>=', '<>', 'IS DISTINCT FROM')
    const atom = fc
      .tuple(column, operator, fc.oneof(fc.integer({ min: 0, max: 9 }).map(String), column))
      .map((parts) => parts.join(' '))
    const nulls = column.map((c) => `${c} IS NULL`)
    const leaf = fc.oneof({ weight: 5, arbitrary: atom }, { weight: 1, arbitrary: nulls })
    const term = fc.oneof(
      leaf,
      fc.tuple(leaf, fc.constantFrom('AND', 'OR'), leaf).map(([a, o, b]) => `(${a} ${o} ${b})`),
      leaf.map((a) => `NOT (${a})`),
    )
    const where = fc.array(term, { minLength: 1, maxLength: 3 }).map((terms) => terms.join(' AND '))
    const kind = fc.constantFrom('JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN')
    const query = fc.record({ first: kind, second: kind, on: fc.array(leaf, { maxLength: 1 }), where })
    await fc.assert(
      fc.asyncProperty(query, async ({ first, second, on, where: condition }) => {
        const more = on.filter((term) => !term.includes('v.')).map((term) => ` AND ${term}`)
        const sql = `SELECT s.id AS a, r.id AS b, v.visit AS c FROM src s
          ${first} ref r ON s.visit = r.visit AND s.detector = r.detector${more.join('')}
          ${second} visit v ON s.visit = v.visit WHERE ${condition}`
        await admittedBy(sql)
      }),
      { numRuns: Number(process.env['FIRSTLIGHT_PRUNING_RUNS'] ?? 25) },
    )
  })
})

describe('tables of the resolver beside the owner’s', () => {
  test('a view of the owner sees every row, also after a pruned query', async () => {
    await over.query('CREATE VIEW bright AS SELECT * FROM src WHERE flux > 5')
    await over.query('SELECT * FROM src WHERE visit = 1')
    const rows = await over.query('SELECT count(*) AS n FROM bright')
    const wanted = await plain.query('SELECT count(*) AS n FROM src WHERE flux > 5')
    expect(rows.get('n', 0)).toBe(wanted.get('n', 0))
  })

  test('a table of the owner goes first', async () => {
    await over.query('CREATE TABLE visit AS SELECT 42 AS visit FROM src LIMIT 1')
    expect((await over.query('SELECT visit FROM visit')).get('visit', 0)).toBe(42)
    await over.registerCatalog('src', visits)
    expect((await over.query('SELECT count(*) AS n FROM src')).get('n', 0)).toBe(9n)
  })

  test('statements at once do not take each other’s files', async () => {
    const found = await Promise.all(
      [1, 2, 3].map((visit) =>
        over.query(`SELECT min(visit) AS v, count(*) AS n FROM src WHERE visit = ${visit}`),
      ),
    )
    expect(found.map((rows) => [rows.get('v', 0), rows.get('n', 0)])).toEqual(
      [1n, 2n, 3n].map((v) => [v, 18n]),
    )
  })

  test('files that the engine cannot open are loaded, and only those admitted', async () => {
    const loaded: number[] = []
    const files = [1, 2, 3].map((visit) => ({
      path: `s3://bucket/${visit}.parq`,
      dataId: { visit, band: 'r' },
      load: async () => {
        loaded.push(visit)
        return Catalog.fromRows(specs, [{ id: BigInt(visit), flux: visit }])
      },
    }))
    const remote = sqlOver(await openCatalogSession(), {
      tableNames: () => ['far'],
      resolve: async (name) => (name === 'far' ? { files } : undefined),
    })
    const rows = await remote.query('SELECT * FROM far WHERE visit >= 2 AND band = $1 ORDER BY id', ['r'])
    expect([...rows.rows()]).toEqual([
      { visit: 2n, band: 'r', id: 2n, flux: 2 },
      { visit: 3n, band: 'r', id: 3n, flux: 3 },
    ])
    expect(loaded).toEqual([2, 3])
    await remote.close()
  })
})

describe('statements about statements', () => {
  test('a description opens one file, an explanation those that the statement would', async () => {
    const counts: Record<string, number> = {}
    const onTable = (name: string, { admitted }: { admitted: number }) => (counts[name] = admitted)
    const lost = src.files.slice(1).map(({ path }) => path)
    for (const path of lost) renameSync(path, `${path}.away`)
    const columns = (await over.query('DESCRIBE src')).strings('column_name')
    for (const path of lost) renameSync(`${path}.away`, path)
    expect([...columns].sort()).toEqual(['detector', 'flux', 'id', 'instrument', 'visit'])
    expect((await over.query('SELECT count(*)::DOUBLE AS n FROM src')).f64('n')[0]).toBe(144)
    await over.query('EXPLAIN SELECT * FROM ref WHERE visit = 7', [], { onTable })
    expect(counts['ref']).toBeLessThanOrEqual(6)
  })

  test('the tables are all that could be named, before any has been', async () => {
    expect([...(await over.query('SHOW TABLES')).strings('name')]).toEqual(['ref', 'src', 'visit'])
  })

  test('a file that is gone is named, with where to look for others', async () => {
    const lost = src.files[3]!.path
    renameSync(lost, `${lost}.away`)
    try {
      await expect(over.query('SELECT sum(flux) FROM src WHERE visit = 1')).rejects.toMatchObject({
        message: expect.stringContaining(`${lost} is gone`) as unknown,
        hint: expect.stringContaining('butler check') as unknown,
      })
    } finally {
      renameSync(`${lost}.away`, lost)
    }
  })
})

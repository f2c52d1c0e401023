import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openCatalogSession } from '#platform/node'
import { type CatalogSession, type FileColumn, sqlOver, type TableFile, uniteColumns } from '#sql'
import { Catalog, type ColumnSpec, parquetSchemaBytes, writeParquet } from '#table'

const folder = mkdtempSync(join(tmpdir(), 'firstlight-differing-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

let made = 0
function file(
  detector: number,
  specs: readonly ColumnSpec[],
  ...rows: readonly Record<string, unknown>[]
): TableFile {
  const path = join(folder, `${made++}.parquet`)
  writeFileSync(path, writeParquet(Catalog.fromRows(specs, rows)))
  return { path, dataId: { detector } }
}

const x = (type: ColumnSpec['type'], name = 'x', unit?: string): ColumnSpec =>
  unit === undefined ? { name, type } : { name, type, unit }

async function over<T>(
  files: readonly TableFile[],
  work: (session: CatalogSession) => Promise<T>,
): Promise<T> {
  const session = sqlOver(await openCatalogSession({ threads: 2 }), {
    tableNames: () => ['t'],
    resolve: async (name) => (name === 't' ? { files } : undefined),
  })
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

const column = (files: readonly TableFile[], expression: string, rest = 'ORDER BY detector') =>
  over(files, async (session) => {
    const found = await session.query(`SELECT ${expression} AS v FROM t ${rest}`)
    return Array.from({ length: found.numRows }, (_, i) => found.get('v', i))
  })

describe('files of one table that differ', () => {
  test.each<readonly [string, readonly TableFile[], readonly unknown[]]>([
    [
      'whole numbers and doubles are doubles',
      [file(1, [x('i64')], { x: 1n }), file(4, [x('f64')], { x: 2.75 })],
      [1, 2.75],
    ],
    [
      'four-byte floats and doubles are doubles',
      [file(1, [x('f32')], { x: 0.5 }), file(4, [x('f64')], { x: 0.1 })],
      [0.5, 0.1],
    ],
    [
      'whole numbers beside four-byte floats are doubles, where the engine itself would round',
      [file(1, [x('i32')], { x: 16_777_217 }), file(4, [x('f32')], { x: 0.5 })],
      [16_777_217, 0.5],
    ],
    [
      'whole numbers of two sizes have the larger',
      [file(1, [x('i32')], { x: 1 }), file(4, [x('i64')], { x: 2n ** 40n })],
      [1n, 2n ** 40n],
    ],
    [
      'numbers beside text are text',
      [file(1, [x('string')], { x: 'a' }), file(4, [x('i64')], { x: 3n })],
      ['a', '3'],
    ],
    ['names differ in case', [file(1, [x('i64')], { x: 1n }), file(4, [x('i64', 'X')], { X: 2n })], [1n, 2n]],
    [
      'a column is in a later file alone',
      [file(1, [x('i64', 'id')], { id: 1n }), file(4, [x('i64', 'id'), x('f64')], { id: 2n, x: 0.5 })],
      [null, 0.5],
    ],
  ])('%s', async (_, files, values) => {
    expect(await column(files, 'x')).toEqual(values)
    expect(await column([...files].reverse(), 'x')).toEqual(values)
  })

  test('a whole number that no double is ends the query, and is exact where the condition leaves the doubles out', async () => {
    const files = [file(1, [x('i64')], { x: 2n ** 53n + 1n }), file(4, [x('f64')], { x: 0.5 })]
    await expect(column(files, 'x')).rejects.toThrow(
      "The column 'x' has doubles in some files and whole numbers in others, of which no double is 9007199254740993",
    )
    expect(await column(files, 'x', 'WHERE detector = 1')).toEqual([2n ** 53n + 1n])
  })

  test('a column that no admitted file has is NULL there, though the others may be gone', async () => {
    const files = [1, 2, 3].map((d) => file(d, [x('i64', 'id')], { id: BigInt(d) }))
    const wide = file(4, [x('i64', 'id'), x('f64')], { id: 4n, x: 0.5 })
    const lost = files[1]!.path
    renameSync(lost, `${lost}.away`)
    expect(await column([...files, wide], 'x', 'WHERE detector = 1')).toEqual([null])
    expect(await column([...files, wide], 'x', 'WHERE detector = 7')).toEqual([])
    await expect(column([...files, wide], 'y', 'WHERE detector = 1')).rejects.toMatchObject({
      code: 'sql/no-such-column',
      hint: expect.stringContaining('x') as unknown,
    })
  })

  test('a description has the columns of all, a unit only where all agree', async () => {
    const files = [
      file(1, [x('f64', 'flux', 'nJy'), x('f64', 'mag', 'mag')], { flux: 1, mag: 2 }),
      file(2, [x('f64', 'flux', 'ct'), x('f64', 'mag', 'mag'), x('bool', 'flag')], {
        flux: 1,
        mag: 2,
        flag: true,
      }),
    ]
    await over(files, async (session) => {
      const described = await session.query('DESCRIBE t')
      expect([...described.strings('column_name')]).toEqual(['detector', 'flux', 'mag', 'flag'])
      const { schema } = await session.query('SELECT flux, mag FROM t')
      expect(schema.columns.map(({ unit }) => unit)).toEqual([undefined, 'mag'])
    })
  })

  test('a column of a ruled-out file takes part in what a star of a join means', async () => {
    const own = file(2, [x('i64', 'id'), x('f64', 'exposure_time')], { id: 2n, exposure_time: 99 })
    const files = [file(1, [x('i64', 'id')], { id: 1n }), own]
    const session = sqlOver(await openCatalogSession({ threads: 2 }), {
      tableNames: () => ['t', 'visit'],
      resolve: async (name) =>
        name === 't'
          ? { files }
          : name === 'visit'
            ? {
                catalog: Catalog.fromRows(
                  [x('i64', 'detector'), x('f64', 'exposure_time')],
                  [
                    { detector: 1n, exposure_time: 10 },
                    { detector: 2n, exposure_time: 10 },
                  ],
                ),
              }
            : undefined,
    })
    const found = await session.query(
      'WITH q AS (SELECT * FROM t JOIN visit USING (detector)) SELECT id FROM q WHERE exposure_time > 45',
    )
    expect([...found.rows()]).toEqual([{ id: 2n }])
    await session.close()
  })

  test('more than fit a CASE are joined, kind by kind', async () => {
    const files = Array.from({ length: 80 }, (_, d) =>
      d % 2 === 0 ? file(d, [x('i32')], { x: d }) : file(d, [x('f64')], { x: d + 0.5 }),
    )
    expect(await column(files, 'sum(x)', '')).toEqual([(79 * 80) / 2 + 20])
    expect(await column(files, 'x', 'WHERE detector IN (7, 8) ORDER BY x')).toEqual([7.5, 8])
  })
})

test('files that the engine cannot open are united as well', async () => {
  const far = (detector: number, specs: readonly ColumnSpec[], row: Record<string, unknown>): TableFile => ({
    path: `s3://bucket/${detector}.parq`,
    dataId: { detector },
    load: async () => Catalog.fromRows(specs, [row]),
  })
  const files = [
    far(1, [x('i64')], { x: 1n }),
    far(4, [x('f64'), x('string', 's')], { x: 2.75, s: 'a' }),
    far(5, [x('i64')], { x: 3n }),
  ]
  expect(await column(files, 'x')).toEqual([1, 2.75, 3])
  expect(await column(files, 's')).toEqual([null, 'a', null])
  expect(await column(files, 'x', 'WHERE detector <> 4 ORDER BY detector')).toEqual([1n, 3n])
})

describe('columns of files that differ', () => {
  const unite = (...types: readonly (string | undefined)[]) =>
    uniteColumns(
      types.map((type): readonly FileColumn[] => [{ name: 'c', type }]),
      async (a, b) =>
        a.startsWith('DECIMAL')
          ? 'DECIMAL(22,3)'
          : a.endsWith('[]') && b.endsWith('[]')
            ? 'DOUBLE[]'
            : undefined,
    ).then(([column]) => column?.type)

  test.each([
    [['BIGINT', 'UBIGINT'], 'HUGEINT'],
    [['UINTEGER', 'INTEGER'], 'BIGINT'],
    [['UTINYINT', 'SMALLINT'], 'SMALLINT'],
    [['SMALLINT', 'FLOAT'], 'FLOAT'],
    [['BIGINT', 'FLOAT'], 'DOUBLE'],
    [['BOOLEAN', 'INTEGER'], 'INTEGER'],
    [['DECIMAL(18,3)', 'BIGINT'], 'DECIMAL(22,3)'],
    [['INTEGER[]', 'FLOAT[]'], 'DOUBLE[]'],
    [['TIMESTAMP', 'BIGINT'], 'VARCHAR'],
    [['BLOB', 'VARCHAR'], 'VARCHAR'],
    [['INTEGER[]', 'INTEGER'], 'VARCHAR'],
    [[undefined, 'DATE'], 'DATE'],
    [['DATE', undefined], 'DATE'],
    [[undefined], 'INTEGER'],
  ])('%j have the type %s', async (types, wanted) => {
    expect(await unite(...types)).toBe(wanted)
  })
})

test('the schema of a footer is the same for other rows, and another for other columns; what is no footer has none', () => {
  const schemaOf = (catalog: Catalog): string => {
    const bytes = writeParquet(catalog)
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 8, true)
    return String(parquetSchemaBytes(bytes.subarray(bytes.length - 8 - length)))
  }
  const wide = Array.from({ length: 40 }, (_, i) => x('f64', `c${i}`))
  const row = (n: number) => Object.fromEntries(wide.map(({ name }) => [name, n]))
  const one = schemaOf(Catalog.fromRows(wide, [row(1)]))
  expect(schemaOf(Catalog.fromRows(wide, [row(2), row(3)]))).toBe(one)
  expect(schemaOf(Catalog.fromRows(wide.slice(1), [row(1)]))).not.toBe(one)
  expect(parquetSchemaBytes(new Uint8Array(0))).toBeUndefined()
  expect(parquetSchemaBytes(Uint8Array.of(0x15, 2, 0x19, 0x4c, 0x48))).toBeUndefined()
})

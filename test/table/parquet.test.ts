import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesSource } from '#core'
import { Catalog, type ColumnSpec, type ColumnType, readParquet, readParquetInfo, writeParquet } from '#table'
import { dataPath } from '../support/data.ts'

const scalars: Partial<Record<ColumnType, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  i8: fc.integer({ min: -128, max: 127 }),
  u8: fc.integer({ min: 0, max: 255 }),
  i16: fc.integer({ min: -32768, max: 32767 }),
  u16: fc.integer({ min: 0, max: 65535 }),
  i32: fc.integer(),
  u32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  f32: fc.float(),
  f64: fc.double(),
  string: fc.string({ unit: 'binary' }),
  binary: fc.uint8Array(),
  timestamp: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
}

const column: fc.Arbitrary<{ spec: ColumnSpec; cell: fc.Arbitrary<unknown> }> = fc
  .record({
    type: fc.constantFrom(...(Object.keys(scalars) as ColumnType[])),
    form: fc.constantFrom('plain', 'nullable', 'list', 'struct', 'lists of structs'),
  })
  .map(({ type, form }) => {
    const spec: ColumnSpec = { name: 'c', type, unit: 'adu', doc: `a ${type}` }
    const item = scalars[type]!
    const fields: ColumnSpec[] = [
      { name: 'a', type },
      { name: 'b', type: 'i32' },
    ]
    const record = fc.record({ a: fc.option(item), b: fc.integer() })
    if (form === 'plain') return { spec, cell: item }
    if (form === 'nullable') return { spec, cell: fc.option(item) }
    if (form === 'struct') return { spec: { name: 'c', type: 'struct', fields }, cell: fc.option(record) }
    const items: ColumnSpec =
      form === 'list' ? { name: 'element', type } : { name: 'element', type: 'struct', fields }
    return {
      spec: { name: 'c', type: 'list', items },
      cell: fc.option(fc.array(form === 'list' ? fc.option(item) : record, { maxLength: 3 })),
    }
  })

test('columns of every type read back as they were written, nulls and nesting included', async () => {
  const table = column.chain(({ spec, cell }) =>
    fc.record({
      spec: fc.constant(spec),
      cells: fc.array(cell, { maxLength: 7 }),
      group: fc.integer({ min: 1, max: 4 }),
    }),
  )
  await fc.assert(
    fc.asyncProperty(table, async ({ spec, cells, group }) => {
      const catalog = Catalog.fromColumns([spec], { c: cells })
      const back = await readParquet(writeParquet(catalog, { rowGroupRows: group }))
      expect([...back.rows()]).toEqual([...catalog.rows()])
      expect(back.schema.columns).toEqual(catalog.schema.columns)
    }),
    { numRuns: 300 },
  )
})

const rows = 25_000
const sorted = Catalog.fromColumns(
  [
    { name: 'id', type: 'i64', doc: 'unique id' },
    { name: 'x', type: 'f64', unit: 'pixel' },
    { name: 'cov', type: 'f32', shape: [2, 2], unit: 'pixel**2' },
  ],
  {
    id: BigInt64Array.from({ length: rows }, (_, i) => BigInt(i) + 2n ** 60n),
    x: Float64Array.from({ length: rows }, (_, i) => i / 7),
    cov: Float32Array.from({ length: 4 * rows }, (_, i) => i),
  },
)

describe('a file of several row groups', () => {
  const bytes = writeParquet(sorted, { rowGroupRows: 10_000, metadata: { author: 'nobody' } })

  test('says what it holds without being read', async () => {
    const info = await readParquetInfo(bytes)
    expect(info).toMatchObject({ numRows: rows, numRowGroups: 3 })
    expect(info.schema.columns).toEqual(sorted.schema.columns)
    expect(info.schema.metadata).toEqual({ author: 'nobody' })
  })

  test('gives the columns and rows asked for, and reads little else', async () => {
    const inner = bytesSource(bytes, 'big.parquet')
    let total = 0
    const source = {
      ...inner,
      read: (offset: number, length: number) => {
        total += length
        return inner.read(offset, length)
      },
    }
    const part = await readParquet(source, { columns: ['x'], rows: [12_345, 12_348] })
    expect(part.schema.names).toEqual(['x'])
    expect(part.column('x')).toEqual(sorted.f64('x').slice(12_345, 12_348))
    // The footer is asked for with up to 512 kB; one column chunk of one group is 80 kB.
    expect(total - Math.min(bytes.length, 2 ** 19)).toBeLessThan(100_000)
  })

  test('rows across groups, array columns, an empty range', async () => {
    const part = await readParquet(bytes, { rows: [9_998, 10_003] })
    expect([...part.rows()]).toEqual([...sorted.slice(9_998, 10_003).rows()])
    expect((await readParquet(bytes, { rows: [5, 5] })).numRows).toBe(0)
    expect((await readParquet(writeParquet(Catalog.empty(sorted.schema)))).schema.columns).toEqual(
      sorted.schema.columns,
    )
  })

  test('an unknown column, a cut or foreign file are told', async () => {
    await expect(readParquet(bytes, { columns: ['y'] })).rejects.toThrow(
      expect.objectContaining({ code: 'table/no-such-column' }),
    )
    for (const wrong of [bytes.subarray(0, 1000), new Uint8Array(0), new TextEncoder().encode('hello there')])
      await expect(readParquet(wrong)).rejects.toThrow(expect.objectContaining({ code: 'table/bad-parquet' }))
  })
})

describe('files that nobody here made', () => {
  const read = (name: string) => readParquet(new Uint8Array(readFileSync(dataPath(name))))

  test('an HSC source table: 168 rows of 150 columns with 64-bit ids', async () => {
    const table = await read('real/parquet/hsc_sourceTable_0034690.parquet')
    expect([table.numRows, table.schema.columns.length]).toEqual([168, 150])
    expect(table.schema.get('sourceId').type).toBe('i64')
    expect(table.get('sourceId', 0)).toBe(29798689258078209n)
  })

  test('ZTF alerts: nested candidates, lists of structs, gzipped FITS stamps', async () => {
    const table = await read('real/parquet/ztf_alerts_20200101_0.parquet')
    expect(table.numRows).toBe(9)
    const row = table.row(0) as { candidate: { ra: number }; cutoutScience: { stampData: Uint8Array } }
    expect(row.candidate.ra).toBeCloseTo(197.590032, 6)
    expect(Array.from(row.cutoutScience.stampData.subarray(0, 2))).toEqual([0x1f, 0x8b])
    expect(table.schema.get('prv_candidates').type).toBe('list')
  })

  test('zstd and older writers', async () => {
    expect((await read('real/parquet/skycatalogs_galaxy_9683.parquet')).numRows).toBe(500)
    expect((await read('real/cfht-d3-processed/SRC-849375-12.parq')).numRows).toBeGreaterThan(0)
    expect((await read('rubin-images/obscore.parquet')).schema.has('s_ra')).toBe(true)
  })
})

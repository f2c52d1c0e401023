import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ColumnToWrite,
  type FitsTable,
  openFits,
  readTable,
  tableHdu,
  type TableHduOptions,
  writeFits,
} from '#fits'

async function roundTrip(
  columns: readonly ColumnToWrite[],
  options: Partial<TableHduOptions> = {},
): Promise<FitsTable> {
  const file = await openFits(writeFits([tableHdu({ columns, name: 'T', ...options })]))
  return readTable(file.hdu('T'))
}

const values = {
  bool: (n: number) => fc.uint8Array({ minLength: n, maxLength: n, max: 1 }),
  u8: (n: number) => fc.uint8Array({ minLength: n, maxLength: n }),
  i8: (n: number) => fc.int8Array({ minLength: n, maxLength: n }),
  i16: (n: number) => fc.int16Array({ minLength: n, maxLength: n }),
  u16: (n: number) => fc.uint16Array({ minLength: n, maxLength: n }),
  i32: (n: number) => fc.int32Array({ minLength: n, maxLength: n }),
  u32: (n: number) => fc.uint32Array({ minLength: n, maxLength: n }),
  i64: (n: number) => fc.bigInt64Array({ minLength: n, maxLength: n }),
  u64: (n: number) => fc.bigUint64Array({ minLength: n, maxLength: n }),
  f32: (n: number) => fc.float32Array({ minLength: n, maxLength: n }),
  f64: (n: number) => fc.float64Array({ minLength: n, maxLength: n }),
  c64: (n: number) => fc.float32Array({ minLength: 2 * n, maxLength: 2 * n }),
  c128: (n: number) => fc.float64Array({ minLength: 2 * n, maxLength: 2 * n }),
  bit: (n: number) => fc.uint8Array({ minLength: n, maxLength: n, max: 1 }),
  string: (n: number) =>
    fc.array(
      fc.stringMatching(/^[ -~]{0,12}$/).map((s) => s.trimEnd()),
      { minLength: n, maxLength: n },
    ),
} as const

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

function column(rows: number, i: number): fc.Arbitrary<ColumnToWrite> {
  const types = Object.keys(values) as (keyof typeof values)[]
  const shapes = fc.constantFrom([], [2], [3, 2])
  return fc.record({ type: fc.constantFrom(...types), shape: shapes }).chain(({ type, shape }) => {
    const full = type === 'bit' && shape.length === 0 ? [1] : shape
    return values[type](rows * product(full)).map((data) => ({ name: `c${i}`, type, shape: full, data }))
  })
}

test('columns of every type and shape read back as they were written', async () => {
  const table = fc
    .integer({ min: 1, max: 6 })
    .chain((rows) =>
      fc
        .integer({ min: 1, max: 5 })
        .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => column(rows, i)))),
    )
  await fc.assert(
    fc.asyncProperty(table, async (columns) => {
      const back = await roundTrip(columns)
      for (const wanted of columns) {
        const found = back.column(wanted.name)
        expect([found.type, found.shape]).toEqual([wanted.type, wanted.shape])
        expect(found.data).toEqual(wanted.data)
      }
    }),
  )
})

test('rows of variable length come out of the heap, empty ones too', async () => {
  const kinds = fc.constantFrom('u8', 'i16', 'i32', 'i64', 'f32', 'f64', 'u16') as fc.Arbitrary<'u8'>
  const lengths = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(
      fc
        .record({ type: kinds, lengths, long: fc.boolean() })
        .chain(({ type, lengths: l, long }) =>
          values[type](l.reduce((a, b) => a + b, 0)).map((data) => ({ type, lengths: l, long, data })),
        ),
      async ({ type, lengths: l, long, data }) => {
        const rowOffsets = Float64Array.from([
          0,
          ...l.map((_, i) => l.slice(0, i + 1).reduce((a, b) => a + b, 0)),
        ])
        const name = 'v'
        const id = { name: 'id', type: 'i32' as const, data: Int32Array.from(l.keys()) }
        const back = await roundTrip([{ name, type, data, rowOffsets, ...(long && { format: '1QB' }) }, id])
        expect(back.column(name).rowOffsets).toEqual(rowOffsets)
        expect(back.column(name).data).toEqual(data)
        expect(back.column(name).format).toMatch(long ? /^1Q/ : /^1P/)
      },
    ),
  )
})

test('units, docs, null values and strings of variable length travel', async () => {
  const back = await roundTrip([
    {
      name: 'flux',
      type: 'f32',
      data: Float32Array.of(1, 2),
      unit: 'nJy',
      doc: 'a long story '.repeat(12).trim(),
    },
    { name: 'n', type: 'i16', data: Int16Array.of(5, 0), nulls: Uint8Array.of(0, 1), nullValue: -1 },
    { name: 'u', type: 'u16', data: Uint16Array.of(5, 0), nulls: Uint8Array.of(0, 1), nullValue: 32767 },
    { name: 'ok', type: 'bool', data: Uint8Array.of(1, 0), nulls: Uint8Array.of(0, 1) },
    { name: 'text', type: 'string', data: ['', 'x'.repeat(300)], format: '1PA' },
  ])
  expect(back.column('FLUX')).toMatchObject({ unit: 'nJy', doc: 'a long story '.repeat(12).trim() })
  expect(back.column('n')).toMatchObject({ nulls: Uint8Array.of(0, 1), nullValue: -1n })
  expect(back.column('u').nulls).toEqual(Uint8Array.of(0, 1))
  expect(back.column('ok').nulls).toEqual(Uint8Array.of(0, 1))
  expect(back.column('text').data).toEqual(['', 'x'.repeat(300)])
})

describe('asking for a part', () => {
  const columns: ColumnToWrite[] = [
    { name: 'id', type: 'i64', data: BigInt64Array.from({ length: 100 }, (_, i) => BigInt(i) + 2n ** 60n) },
    { name: 'x', type: 'f64', data: Float64Array.from({ length: 100 }, (_, i) => i / 2) },
  ]

  test('columns and rows', async () => {
    const file = await openFits(writeFits([tableHdu({ columns })]))
    const part = await readTable(file.hdus[1]!, { columns: ['X'], rows: [10, 12] })
    expect(part.numRows).toBe(2)
    expect(part.columns.map((c) => c.name)).toEqual(['x'])
    expect(part.column('x').data).toEqual(Float64Array.of(5, 5.5))
  })

  test('a column that is not there is named with the nearest', async () => {
    const file = await openFits(writeFits([tableHdu({ columns })]))
    await expect(readTable(file.hdus[1]!, { columns: ['idd'] })).rejects.toThrow(
      expect.objectContaining({
        code: 'fits/no-such-column',
        message: expect.stringContaining("Did you mean 'id'?") as string,
      }),
    )
  })
})

test('a scaled column is float64, its undefined values NaN', async () => {
  const plain = tableHdu({ columns: [{ name: 'a', type: 'i16', data: Int16Array.of(2, -1), nullValue: -1 }] })
  const header = plain.header.copy().set('TSCAL1', 0.5).set('TZERO1', 100)
  const file = await openFits(writeFits([{ ...plain, header }]))
  const { data, type } = (await readTable(file.hdus[1]!)).column('a')
  expect(type).toBe('f64')
  expect(data).toEqual(Float64Array.of(101, Number.NaN))
})

test('ASCII tables hold numbers and strings exactly', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }).chain((n) =>
        fc.record({
          f: fc.float64Array({ minLength: n, maxLength: n, noNaN: true, noDefaultInfinity: true }),
          i: fc.bigInt64Array({ minLength: n, maxLength: n }),
          s: values.string(n),
          nulls: fc.uint8Array({ minLength: n, maxLength: n, max: 1 }),
        }),
      ),
      async ({ f, i, s, nulls }) => {
        const back = await roundTrip(
          [
            { name: 'f', type: 'f64', data: f },
            { name: 'i', type: 'i64', data: i, nulls },
            { name: 's', type: 'string', data: s },
          ],
          { form: 'ascii' },
        )
        expect(Array.from(back.column('f').data as Float64Array)).toEqual(Array.from(f))
        const found = back.column('i')
        expect(Array.from(found.data as ArrayLike<number | bigint>, Number)).toEqual(
          Array.from(i, (v, k) => (nulls[k] === 1 ? 0 : Number(v))),
        )
        expect(found.nulls ?? new Uint8Array(nulls.length)).toEqual(nulls)
        expect(back.column('s').data).toEqual(s)
      },
    ),
    { numRuns: 50 },
  )
})

test.each([
  [{ name: 's', type: 'string', data: ['ñ'] }, /printable ASCII/],
  [{ name: 'n', type: 'i32', data: Int32Array.of(1), nulls: Uint8Array.of(1) }, /no nullValue/],
  [{ name: 'v', type: 'f32', shape: [2], data: new Float32Array(3) }, /do not make rows/],
] as const)('what FITS cannot hold is refused: %#', (wrong, message) => {
  expect(() => tableHdu({ columns: [wrong] })).toThrow(message)
})

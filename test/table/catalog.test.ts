import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Catalog, type ColumnSpec, Schema } from '#table'

const specs = [
  { name: 'id', type: 'i64', doc: 'unique identifier' },
  { name: 'flux', type: 'f64', unit: 'nJy', doc: 'PSF flux' },
  { name: 'band', type: 'string' },
  { name: 'ok', type: 'bool' },
  { name: 'shape', type: 'f32', shape: [3], unit: 'pixel**2' },
  {
    name: 'spans',
    type: 'list',
    items: {
      name: 'span',
      type: 'struct',
      fields: [
        { name: 'y', type: 'i32' },
        { name: 'x0', type: 'i32' },
      ],
    },
  },
] satisfies ColumnSpec[]

const big = 2n ** 62n
const make = () =>
  Catalog.fromColumns(specs, {
    id: BigInt64Array.of(big + 1n, big + 2n, big + 3n, big + 4n),
    flux: [1.5, null, Number.NaN, 4],
    band: ['g', 'r', null, 'y'],
    ok: Uint8Array.of(1, 0, 1, 1),
    shape: Float32Array.from({ length: 12 }, (_, i) => i),
    spans: [
      [{ y: 1, x0: 2 }],
      [],
      null,
      [
        { y: 3, x0: 4 },
        { y: 5, x0: null },
      ],
    ],
  })

describe('a catalog', () => {
  test('gives columns as typed arrays, ids exact, nulls apart from NaN', () => {
    const catalog = make()
    expect(catalog.numRows).toBe(4)
    expect(catalog.i64('id')[0]).toBe(big + 1n)
    expect(catalog.column('id')).toBeInstanceOf(BigInt64Array)
    expect(catalog.get('flux', 1)).toBeNull()
    expect(catalog.get('flux', 2)).toBeNaN()
    expect(catalog.isNull('flux', 1)).toBe(true)
    expect(Array.from(catalog.f64('flux'))).toEqual([1.5, Number.NaN, Number.NaN, 4])
    expect(catalog.get('ok', 0)).toBe(true)
    expect(catalog.get('shape', 1)).toEqual(Float32Array.of(3, 4, 5))
    expect(catalog.get('spans', 3)).toEqual([
      { y: 3, x0: 4 },
      { y: 5, x0: null },
    ])
    expect(catalog.get('spans', 2)).toBeNull()
  })

  test('filter, take, slice and concat keep rows whole', () => {
    const catalog = make()
    const rows = [...catalog.rows()]
    expect([...catalog.filter([1, 0, 1, 1]).rows()]).toEqual([rows[0], rows[2], rows[3]])
    expect([...catalog.take(Int32Array.of(3, 3, 0)).rows()]).toEqual([rows[3], rows[3], rows[0]])
    expect([...catalog.slice(1, 3).rows()]).toEqual(rows.slice(1, 3))
    expect([...Catalog.concat([catalog.slice(2), catalog.slice(0, 2)]).rows()]).toEqual([
      ...rows.slice(2),
      ...rows.slice(0, 2),
    ])
  })

  test('select and slice share the numbers', () => {
    const catalog = make()
    expect(catalog.select(['id']).i64('id')).toBe(catalog.i64('id'))
    expect(catalog.slice(1, 2).i64('id').buffer).toBe(catalog.i64('id').buffer)
    expect(catalog.select(['flux', 'id']).schema.names).toEqual(['flux', 'id'])
  })

  test('withColumn adds or replaces', () => {
    const catalog = make().withColumn({ name: 'mag', type: 'f64', unit: 'mag' }, new Float64Array(4))
    expect(catalog.schema.get('mag').unit).toBe('mag')
    const replaced = catalog.withColumn({ name: 'mag', type: 'f32' }, Float32Array.of(1, 2, 3, 4))
    expect(replaced.get('mag', 3)).toBe(4)
    expect(replaced.schema.names.length).toBe(catalog.schema.names.length)
  })
})

describe('what does not fit is refused with names', () => {
  test.each([
    [{ name: 'a', type: 'i64' }, [1.5], "Column 'a' is of type i64; it cannot hold 1.5."],
    [{ name: 'a', type: 'i64' }, Float64Array.of(2 ** 60), 'it cannot hold 1152921504606847000'],
    [{ name: 'a', type: 'u8' }, [256], 'it cannot hold 256'],
    [{ name: 'a', type: 'i32' }, ['1'], 'it cannot hold "1"'],
    [{ name: 'a', type: 'string' }, [5], 'it cannot hold 5'],
    [{ name: 'a', type: 'f32', shape: [2] }, [[1, 2, 3]], 'has 3 elements, its shape wants 2'],
    [{ name: 'a', type: 'f32', shape: [2] }, new Float32Array(3), 'do not make whole rows'],
  ] as const)('%j %j', (spec, input, message) => {
    expect(() => Catalog.fromColumns([spec], { a: input })).toThrow(message)
  })

  test('unknown columns with the nearest name, unequal lengths, repeated names', () => {
    expect(() => make().column('flx')).toThrow("No column named 'flx'. Did you mean 'flux'?")
    expect(() => Catalog.fromColumns(specs.slice(0, 2), { id: [1n], flux: [1, 2] })).toThrow('has 2 rows')
    expect(() => new Schema([specs[0]!, specs[0]!])).toThrow('Column names repeat: id')
    expect(() => make().i64('flux')).toThrow("Column 'flux' is of type f64, not i64.")
    expect(() => make().get('id', 4)).toThrow('There is no row 4; the table has 4.')
  })
})

test('Arrow IPC brings back values, nulls, units, docs and metadata', () => {
  const catalog = make().withSchema(make().schema.withMetadata({ origin: 'test' }))
  const back = Catalog.fromIpc(catalog.toIpc())
  expect([...back.rows()]).toEqual([...catalog.rows()])
  expect(back.schema.columns).toEqual(catalog.schema.columns)
  expect(back.schema.metadata).toEqual({ origin: 'test' })
  expect(() => Catalog.fromIpc(Uint8Array.of(1, 2, 3))).toThrow(
    expect.objectContaining({ code: 'table/bad-arrow' }),
  )
})

test('any rows of any types go through Arrow unchanged', () => {
  const arbitrary = fc.integer({ min: 0, max: 5 }).chain((n) =>
    fc.record({
      id: fc.array(fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), {
        minLength: n,
        maxLength: n,
      }),
      x: fc.array(fc.option(fc.double()), { minLength: n, maxLength: n }),
      s: fc.array(fc.option(fc.string()), { minLength: n, maxLength: n }),
      l: fc.array(fc.option(fc.array(fc.option(fc.integer()))), { minLength: n, maxLength: n }),
    }),
  )
  fc.assert(
    fc.property(arbitrary, (columns) => {
      const catalog = Catalog.fromColumns(
        [
          { name: 'id', type: 'i64' },
          { name: 'x', type: 'f64' },
          { name: 's', type: 'string' },
          { name: 'l', type: 'list', items: { name: 'item', type: 'i32' } },
        ],
        columns,
      )
      const rows = [...Catalog.fromIpc(catalog.toIpc()).rows()]
      expect(rows).toEqual(
        columns.id.map((id, i) => ({ id, x: columns.x[i], s: columns.s[i], l: columns.l[i] })),
      )
    }),
  )
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Catalog, type ColumnSpec, readParquet, writeParquet } from '#table'
import { dataPath } from '../support/data.ts'
import { python } from '../support/python.ts'

const folder = mkdtempSync(join(tmpdir(), 'firstlight-parquet-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const specs: readonly ColumnSpec[] = [
  { name: 'id', type: 'i64', doc: 'unique id' },
  { name: 'flux', type: 'f64', unit: 'nJy', doc: 'PSF flux' },
  { name: 'x', type: 'f32', unit: 'pixel' },
  { name: 'n16', type: 'i16' },
  { name: 'u32', type: 'u32' },
  { name: 'u64', type: 'u64' },
  { name: 'ok', type: 'bool' },
  { name: 'band', type: 'string' },
  { name: 'when', type: 'timestamp' },
  { name: 'cov', type: 'f32', shape: [2], unit: 'pixel**2' },
]
const tricky = Catalog.fromColumns(specs, {
  id: [2n ** 62n + 1n, -5n, 2n ** 63n - 1n],
  flux: [0.1, null, -0],
  x: Float32Array.of(0.1, Number.NaN, Number.NEGATIVE_INFINITY),
  n16: [1, null, -32768],
  u32: [0, 4294967295, 7],
  u64: [0n, 2n ** 64n - 1n, 1n],
  ok: [true, null, false],
  band: ['g', null, 'ñ'],
  when: [1n, null, 1700000000123456789n],
  cov: Float32Array.of(1, 2, 3, 4, 5, 6),
})

const spans: ColumnSpec = {
  name: 'spans',
  type: 'list',
  items: {
    name: 'span',
    type: 'struct',
    fields: [
      { name: 'y', type: 'i32', unit: 'pixel' },
      { name: 'x0', type: 'i32' },
    ],
  },
}

describe('pyarrow', () => {
  const path = join(folder, 'tricky.parquet')
  writeFileSync(path, writeParquet(tricky, { metadata: { origin: 'here' } }))

  test('reads our values to the bit, with types, nulls and field metadata', () => {
    const found: unknown = JSON.parse(
      python(
        `
import sys, json, struct
import pyarrow.parquet as pq
t = pq.read_table(sys.argv[1])
bits = lambda fmt, v: None if v is None else struct.pack(fmt, v).hex()
meta = {f.name: {k.decode(): v.decode() for k, v in (f.metadata or {}).items() if k in (b'unit', b'doc')} for f in t.schema}
print(json.dumps(dict(types=[str(f.type) for f in t.schema], meta=meta,
  id=[str(v) for v in t['id'].to_pylist()], flux=[bits('>d', v) for v in t['flux'].to_pylist()],
  x=[bits('>f', v) for v in t['x'].to_pylist()], n16=t['n16'].to_pylist(), u32=t['u32'].to_pylist(),
  u64=[str(v) for v in t['u64'].to_pylist()], ok=t['ok'].to_pylist(), band=t['band'].to_pylist(),
  when=[None if v is None else str(v) for v in t['when'].cast('int64').to_pylist()], cov=t['cov'].to_pylist(),
  origin=t.schema.metadata[b'origin'].decode(), rows=t.schema.metadata[b'lsst::arrow::rowcount'].decode())))`,
        path,
      ),
    )
    expect(found).toEqual({
      types: [
        ...['int64', 'double', 'float', 'int16', 'uint32', 'uint64', 'bool', 'string', 'timestamp[ns]'],
        'fixed_size_list<element: float not null>[2]',
      ],
      meta: Object.fromEntries(
        specs.map(({ name, unit, doc }) => [name, { ...(unit && { unit }), ...(doc && { doc }) }]),
      ),
      id: ['4611686018427387905', '-5', '9223372036854775807'],
      flux: ['3fb999999999999a', null, '8000000000000000'],
      x: ['3dcccccd', '7fc00000', 'ff800000'],
      n16: [1, null, -32768],
      u32: [0, 4294967295, 7],
      u64: ['0', '18446744073709551615', '1'],
      ok: [true, null, false],
      band: ['g', null, 'ñ'],
      when: ['1', null, '1700000000123456789'],
      cov: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      origin: 'here',
      rows: '3',
    })
  })

  test('finds statistics in every row group', () => {
    const bytes = writeParquet(
      Catalog.fromColumns([{ name: 'id', type: 'i64' }], {
        id: BigInt64Array.from({ length: 3000 }, (_, i) => BigInt(i)),
      }),
      { rowGroupRows: 1000 },
    )
    writeFileSync(join(folder, 'groups.parquet'), bytes)
    const found: unknown = JSON.parse(
      python(
        `
import sys, json
import pyarrow.parquet as pq
m = pq.read_metadata(sys.argv[1])
stats = [m.row_group(i).column(0).statistics for i in range(m.num_row_groups)]
print(json.dumps([[s.min, s.max, s.null_count] for s in stats]))`,
        join(folder, 'groups.parquet'),
      ),
    )
    expect(found).toEqual([
      [0, 999, 0],
      [1000, 1999, 0],
      [2000, 2999, 0],
    ])
  })

  test('astropy finds units and descriptions', () => {
    const found: unknown = JSON.parse(
      python(
        `
import sys, json
import pyarrow.parquet as pq
from astropy.table import meta, serialize
text = pq.read_metadata(sys.argv[1]).metadata[b'table_meta_yaml'].decode()
columns = {c['name']: c for c in meta.get_header_from_yaml(text.split('\\n'))['datatype']}
print(json.dumps([[columns[n].get('unit'), columns[n].get('description')] for n in ('id', 'flux', 'x')]))`,
        path,
      ),
    )
    expect(found).toEqual([
      [null, 'unique id'],
      ['nJy', 'PSF flux'],
      ['pixel', null],
    ])
  })

  test('writes with any codec what we read', async () => {
    const theirs = join(folder, 'theirs')
    const codecs = ['snappy', 'zstd', 'gzip', 'brotli', 'lz4', 'none']
    python(
      `
import sys
import pyarrow as pa, pyarrow.parquet as pq
t = pa.table({'id': pa.array([2**62 + 1, None, -1]), 'x': pa.array([0.1, None, float('nan')]), 's': ['a', None, 'b'],
  'd': pa.array(['a', 'b', 'a']).dictionary_encode(), 'l': [[1, 2], [], None], 'st': [{'a': 1}, None, {'a': None}],
  't': pa.array([1, None, 3], pa.timestamp('us')), 'f': pa.array([[1., 2.], [3., 4.], [5., 6.]], pa.list_(pa.float32(), 2)),
  'm': pa.array([[('k', 1)], [], None], pa.map_(pa.string(), pa.int32())), 'big': pa.array(['x', None, 'y'], pa.large_string())})
t = t.set_column(1, pa.field('x', pa.float64(), metadata={'unit': 'nJy', 'doc': 'flux'}), t['x'])
for codec in sys.argv[2:]:
    pq.write_table(t, f'{sys.argv[1]}-{codec}', compression=codec, row_group_size=2)`,
      theirs,
      ...codecs,
    )
    for (const codec of codecs) {
      const table = await readParquet(readFileSync(`${theirs}-${codec}`))
      expect([...table.rows()]).toEqual([
        {
          id: 2n ** 62n + 1n,
          x: 0.1,
          s: 'a',
          d: 'a',
          l: [1n, 2n],
          st: { a: 1n },
          t: 1000n,
          f: Float32Array.of(1, 2),
          m: [{ key: 'k', value: 1 }],
          big: 'x',
        },
        {
          id: null,
          x: null,
          s: null,
          d: 'b',
          l: [],
          st: null,
          t: null,
          f: Float32Array.of(3, 4),
          m: [],
          big: null,
        },
        {
          id: -1n,
          x: Number.NaN,
          s: 'b',
          d: 'a',
          l: null,
          st: { a: null },
          t: 3000n,
          f: Float32Array.of(5, 6),
          m: null,
          big: 'y',
        },
      ])
      expect(table.schema.get('x')).toMatchObject({ unit: 'nJy', doc: 'flux' })
    }
  })

  test('nested columns: lists of records with units inside', () => {
    const nested = Catalog.fromColumns([{ name: 'id', type: 'i64' }, spans], {
      id: [1n, 2n, 3n],
      spans: [
        [
          { y: 1, x0: 2 },
          { y: 3, x0: 4 },
        ],
        [],
        null,
      ],
    })
    const at = join(folder, 'nested.parquet')
    writeFileSync(at, writeParquet(nested))
    const found: unknown = JSON.parse(
      python(
        `
import sys, json
import pyarrow.parquet as pq
t = pq.read_table(sys.argv[1])
print(json.dumps([t['spans'].to_pylist(), t.schema.field('spans').type.value_type.field('y').metadata[b'unit'].decode()]))`,
        at,
      ),
    )
    expect(found).toEqual([
      [
        [
          { y: 1, x0: 2 },
          { y: 3, x0: 4 },
        ],
        [],
        null,
      ],
      'pixel',
    ])
  })

  test('Arrow IPC goes both ways', () => {
    const at = join(folder, 'table.arrow')
    writeFileSync(at, tricky.toIpc())
    python(
      `
import sys
import pyarrow as pa
t = pa.ipc.open_stream(sys.argv[1]).read_all()
t.validate(full=True)
with pa.ipc.new_file(sys.argv[1] + '.back', t.schema) as out: out.write_table(t)`,
      at,
    )
    const back = Catalog.fromIpc(readFileSync(`${at}.back`))
    expect([...back.rows()]).toEqual([...tricky.rows()])
    expect(back.schema.get('flux')).toMatchObject({ unit: 'nJy', doc: 'PSF flux' })
  })
})

test('real files have the same rows for us and for pyarrow', async () => {
  for (const name of ['hsc_sourceTable_0034690', 'skycatalogs_galaxy_9683', 'ztf_alerts_20200101_0']) {
    const path = dataPath(`real/parquet/${name}.parquet`)
    const table = await readParquet(readFileSync(path))
    const theirs = JSON.parse(
      python(
        `
import sys, json
import pyarrow as pa, pyarrow.parquet as pq, pyarrow.compute as pc
t = pq.read_table(sys.argv[1])
def facts(c):
    c = c.combine_chunks()
    if pa.types.is_floating(c.type):
        return [c.null_count, pc.sum(pc.if_else(pc.is_finite(c), c, 0)).as_py() or 0]
    if pa.types.is_integer(c.type): return [c.null_count, str(pc.sum(c).as_py() or 0)]
    return [c.null_count, None]
print(json.dumps({n: facts(t[n]) for n in t.column_names}))`,
        path,
      ),
    ) as Record<string, [number, number | string | null]>
    expect(table.schema.names).toEqual(Object.keys(theirs))
    for (const [column, [nulls, sum]] of Object.entries(theirs)) {
      const { values, valid, spec } = table.columnData(column)
      expect([name, column, valid?.reduce((n, v) => n + (1 - v), 0) ?? 0]).toEqual([name, column, nulls])
      if (typeof sum === 'number') {
        const ours = table.f64(column).reduce((s, v) => s + (Number.isFinite(v) ? v : 0), 0)
        // Sums in another order: rounding of float64 over some hundred values, float32 columns summed in double by both.
        expect(Math.abs(ours - sum)).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(sum)))
      } else if (typeof sum === 'string' && spec.shape === undefined) {
        let ours = 0n
        for (let i = 0; i < table.numRows; i++)
          if (valid?.[i] !== 0) ours += BigInt((values as BigInt64Array)[i]!)
        // pyarrow sums modulo 2^64
        expect([column, String(BigInt.asIntN(64, ours))]).toEqual([column, sum])
      }
    }
  }
})

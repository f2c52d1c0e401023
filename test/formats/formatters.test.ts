import { readFileSync } from 'node:fs'
import { bytesSource, concatBytes, type FileWrite, type LogRecord } from '#core'
import type { Formatter } from '#butler'
import {
  defaultFormatters,
  parseJson,
  parseYaml,
  readNpy,
  stringifyJson,
  stringifyYaml,
  writeNpy,
} from '#formats'
import { Box2I, SpherePoint } from '#geom'
import { Background, BackgroundList, Exposure, Image, MaskedImage, PhotoCalib } from '#image'
import { TaskMetadata } from '#pipeline'
import { DiscreteSkyMap, RingsSkyMap } from '#skymap'
import { Catalog, Schema } from '#table'
import { Instant, Timespan } from '#time'
import { expect, test } from 'vitest'
import { dataPath } from '../support/data.ts'
import { aDetector, anExposure, aPsf } from './support/an-exposure.ts'

const formatters = defaultFormatters()

function formatterOf(storageClass: string): Formatter {
  const found = formatters.forKeys([storageClass])
  if (found === undefined) throw new Error(`no formatter for ${storageClass}`)
  return found
}

const bytesOf = (content: FileWrite): Uint8Array =>
  typeof content === 'string'
    ? new TextEncoder().encode(content)
    : content instanceof Uint8Array
      ? content
      : concatBytes(content)

async function throughFile(value: unknown, storageClass: string, options: object = {}): Promise<unknown> {
  const formatter = formatterOf(storageClass)
  const bytes = bytesOf(await formatter.write(value, storageClass))
  return formatter.read(bytesSource(bytes, `x${formatter.extension}`), { storageClass, ...options })
}

test.each([
  ['int', 42],
  ['StructuredDataDict', { a: [1, 2.5, null, true, 'yes', '1:30', 'x: y'], b: { c: 1e-7, d: 1e21, e: '' } }],
  [
    'TaskMetadata',
    {
      scalars: { npix: 1024, big: 2 ** 60 },
      arrays: { flags: ['A', 'B'] },
      metadata: { isr: { scalars: {}, arrays: {}, metadata: {} } },
    },
  ],
  ['Packages', { numpy: '2.1.0', python: '3.13.0', firstlight: '0.1' }],
  ['Config', 'import lsst.ip.isr\nassert type(config)==lsst.ip.isr.IsrTaskConfig\nconfig.doBias=True\n'],
  ['Timespan', Timespan.between(Instant.fromIso('2013-06-17'), null)],
])('%s goes through its file unchanged', async (storageClass, value) => {
  expect(await throughFile(value, storageClass)).toEqual(value)
})

test('whole numbers beyond 2^53 and NaN survive JSON and YAML', () => {
  const value = {
    id: 9007199254740993n,
    small: 12,
    list: [Number.NaN, Number.POSITIVE_INFINITY, -0.5],
    text: 'NaN 12345678901234567890',
  }
  expect(parseJson(stringifyJson(value))).toEqual(value)
  expect(parseYaml(stringifyYaml(value))).toEqual(value)
})

test('task metadata given as a tree are sorted as the real class reads them', async () => {
  const stored = {
    scalars: { a: 1 },
    arrays: { list: ['x', 'y'] },
    metadata: { quantum: { scalars: { ok: true }, arrays: {}, metadata: {} } },
  }
  const tree = { a: 1, list: ['x', 'y'], quantum: { ok: true } }
  expect(await throughFile(tree, 'TaskMetadata')).toEqual(stored)
  const notes = new TaskMetadata()
  for (const [path, value] of [
    ['a', 1],
    ['list', ['x', 'y']],
    ['quantum.ok', true],
  ] as const)
    notes.set(path, value)
  expect(await throughFile(notes, 'TaskMetadata')).toEqual(stored)
})

const cycle: { inner: { again?: unknown } } = { inner: {} }
cycle.inner.again = cycle

test.each([
  [
    'StructuredDataDict',
    { f: new Map([['x', 1]]) },
    "'f' of a StructuredDataDict cannot be stored: it is a Map.",
  ],
  ['StructuredDataDict', { a: [{ g: new Set([1]) }] }, "'a.0.g' of a StructuredDataDict .* a Set"],
  ['StructuredDataDict', { at: new Date(0) }, "'at' .* a Date"],
  ['StructuredDataDict', { none: undefined }, "'none' .* undefined"],
  ['StructuredDataDict', { when: Timespan.all }, "'when' .* a Timespan"],
  ['StructuredDataDict', cycle, "'inner.again' .* the same object as one around it"],
  ['StructuredDataList', [1, undefined], "'1' of a StructuredDataList"],
  ['StructuredDataList', [() => 1], "'0' .* a function"],
  [
    'TaskMetadata',
    { quantum: { a: [1, 'x'] } },
    "'quantum.a' of a TaskMetadata .* a list of number and string",
  ],
  ['TaskMetadata', { quantum: { none: null } }, "'quantum.none' .* null"],
])('%s: what its file would lose is refused with its key (%#)', (storageClass, value, message) => {
  expect(() => formatterOf(storageClass).write(value, storageClass)).toThrowError(
    expect.objectContaining({ code: 'formats/bad-value', message: expect.stringMatching(message) }),
  )
})

test('JSON that is broken is told with its line', () => {
  expect(() => parseJson('{"a": 1,\n"b": NaN,\n"c": }', 'x.json')).toThrowError(/x\.json is not JSON: line 3/)
  expect(() => parseJson('{"a": ', 'x.json')).toThrowError(
    expect.objectContaining({ code: 'formats/bad-file' }),
  )
  expect(() => parseYaml('a: [1, 2', 'x.yaml')).toThrowError(
    expect.objectContaining({ code: 'formats/bad-file' }),
  )
})

test('log records keep time, level, name, message and labels', async () => {
  const records: LogRecord[] = [
    {
      time: Date.UTC(2020, 9, 11, 20, 13),
      level: 'INFO',
      name: 'isr',
      message: 'Applying bias correction.',
      labels: { LABEL: 'isr' },
    },
    {
      time: Date.UTC(2020, 9, 11, 20, 13, 1, 250),
      level: 'VERBOSE',
      name: 'isr.crosstalk',
      message: 'größer',
    },
  ]
  expect(await throughFile(records, 'ButlerLogRecords')).toEqual(records)
  const streamed = (await formatterOf('ButlerLogRecords').write(
    records.slice(0, 1),
    'ButlerLogRecords',
  )) as string
  const line = JSON.stringify((JSON.parse(streamed) as { records: unknown[] }).records[0])
  const source = bytesSource(new TextEncoder().encode(`${line}\n${line}\n###EXTRA###\n{}`), 'x.log')
  expect(await formatterOf('ButlerLogRecords').read(source, { storageClass: 'ButlerLogRecords' })).toEqual([
    records[0],
    records[0],
  ])

  const extra = { exception: { type_name: 'Error', message: 'no stars', metadata: {} } }
  const failed = Object.assign(records, { extra })
  expect(await throughFile(failed, 'ButlerLogRecords')).toHaveProperty('extra', extra)
  const rest = bytesSource(
    new TextEncoder().encode(`${line}\n###EXTRA###\n${JSON.stringify(extra)}`),
    'x.log',
  )
  expect(
    await formatterOf('ButlerLogRecords').read(rest, { storageClass: 'ButlerLogRecords' }),
  ).toHaveProperty('extra', extra)
})

const catalog = Catalog.fromColumns(
  new Schema([
    { name: 'id', type: 'i64', doc: 'source id' },
    { name: 'base_PsfFlux_instFlux', type: 'f64', unit: 'adu' },
    { name: 'base_PsfFlux_flag', type: 'bool' },
  ]),
  {
    id: new BigInt64Array([9007199254740993n, 2n]),
    base_PsfFlux_instFlux: new Float64Array([1.5, Number.NaN]),
    base_PsfFlux_flag: new Uint8Array([0, 1]),
  },
)

test('catalogs: all columns, chosen ones by pattern, and components', async () => {
  const whole = (await throughFile(catalog, 'SourceCatalog')) as Catalog
  expect(whole.schema.names).toEqual(catalog.schema.names)
  expect(whole.get('id', 0)).toBe(9007199254740993n)
  const some = (await throughFile(catalog, 'DataFrame', {
    parameters: { columns: ['id', 'base_*_flag'] },
  })) as Catalog
  expect(some.schema.names).toEqual(['id', 'base_PsfFlux_flag'])
  expect(await throughFile(catalog, 'ArrowAstropy', { component: 'rowcount' })).toBe(2)
  expect(await throughFile(catalog, 'ArrowAstropy', { component: 'columns' })).toEqual(catalog.schema.names)
  expect(((await throughFile(catalog, 'ArrowAstropy', { component: 'schema' })) as Schema).names).toEqual(
    catalog.schema.names,
  )
  await expect(throughFile(catalog, 'DataFrame', { parameters: { columns: 'flux' } })).rejects.toMatchObject({
    code: 'formats/no-column',
  })
  await expect(throughFile(catalog, 'DataFrame', { component: 'wcs' })).rejects.toMatchObject({
    code: 'formats/no-component',
  })
})

test('the objects of an exposure have files of their own', async () => {
  const exposure = anExposure()
  expect(await throughFile(exposure.visitInfo, 'VisitInfo')).toEqual(exposure.visitInfo)
  expect(await throughFile(aDetector(), 'Detector')).toEqual(aDetector())
  expect(await throughFile(new PhotoCalib(1 / 3, 0.01), 'PhotoCalib')).toEqual(new PhotoCalib(1 / 3, 0.01))
  expect(((await throughFile(aPsf(), 'Psf')) as ReturnType<typeof aPsf>).coefficients).toEqual(
    aPsf().coefficients,
  )
  const defects = { boxes: [new Box2I(1, 2, 3, 4), new Box2I(100, 0, 1, 4176)] }
  expect(await throughFile(defects, 'Defects')).toEqual(defects)
  expect(await throughFile({ boxes: [] }, 'Defects')).toEqual({ boxes: [] })
  expect(await throughFile(exposure.image, 'ImageF')).toEqual(exposure.image)
  expect(await throughFile(exposure.mask, 'Mask')).toEqual(exposure.mask)
  expect(await throughFile(exposure.maskedImage, 'MaskedImageF')).toEqual(exposure.maskedImage)
  const read = (await throughFile(exposure, 'ExposureF', {
    parameters: { bbox: new Box2I(1002, 2003, 4, 5) },
  })) as Exposure
  expect(read.image).toEqual(exposure.image.subimage(new Box2I(1002, 2003, 4, 5)))
  expect(await throughFile(exposure, 'ExposureF', { component: 'bbox' })).toEqual(exposure.bbox)
  await expect(throughFile(exposure, 'ExposureF', { parameters: { bbox: 'all' } })).rejects.toMatchObject({
    code: 'formats/bad-value',
  })
})

test('a background list round trips with its style and its cells', async () => {
  const stats = new MaskedImage(
    Image.ofBox(new Box2I(0, 0, 3, 2), Float32Array.from([1, 2, 3, 4, 5, Number.NaN])),
  )
  const list = new BackgroundList([
    new Background(new Box2I(10, 20, 300, 200), stats, {
      interpolation: 'AKIMA_SPLINE',
      undersample: 'REDUCE_INTERP_ORDER',
    }),
    new Background(new Box2I(10, 20, 300, 200), stats, {
      interpolation: 'NATURAL_SPLINE',
      undersample: 'THROW_EXCEPTION',
      approximation: { orderX: 2, orderY: 1, weighting: false },
    }),
  ])
  expect(await throughFile(list, 'Background')).toEqual(list)
  expect(await throughFile(new BackgroundList(), 'Background')).toEqual(new BackgroundList())
})

test('arrays of every type and rank go through .npy', async () => {
  for (const data of [
    new Float32Array([1, Number.NaN, 3, 4, 5, 6]),
    new Float64Array(6),
    new Uint16Array([1, 2, 3, 4, 5, 65535]),
    new BigInt64Array([1n, -2n, 3n, 4n, 5n, 6n]),
  ])
    for (const shape of [[6], [2, 3], [1, 3, 2]])
      expect(await throughFile({ shape, data }, 'NumpyArray')).toEqual({ shape, data })
  const bytes = writeNpy({ shape: [6], data: new Float64Array(6) })
  expect(() => readNpy(bytes.subarray(0, 100))).toThrowError(/cut off/)
  expect(() => readNpy(new Uint8Array(8))).toThrowError(/not a \.npy file/)
})

test('sky maps are stored by their config', async () => {
  const discrete = new DiscreteSkyMap({
    raList: [320.7],
    decList: [-0.3],
    radiusList: [0.2],
    tractOverlap: 0,
    pixelScale: 0.168,
    projection: 'TAN',
  })
  const again = (await throughFile(discrete, 'SkyMap')) as DiscreteSkyMap
  expect(again.tract(0).bbox).toEqual(discrete.tract(0).bbox)
  expect(await again.sha1()).toEqual(await discrete.sha1())
  const rings = (await throughFile(new RingsSkyMap({ numRings: 12 }), 'SkyMap')) as RingsSkyMap
  expect(rings.findTract(SpherePoint.fromDegrees(10, 20)).id).toBe(
    new RingsSkyMap({ numRings: 12 }).findTract(SpherePoint.fromDegrees(10, 20)).id,
  )
  await expect(
    formatterOf('SkyMap').read(bytesSource(new TextEncoder().encode('{"type":"dodeca"}')), {
      storageClass: 'SkyMap',
    }),
  ).rejects.toMatchObject({ code: 'skymap/bad-config' })
})

test('each formatter is found by the name it writes into records', () => {
  for (const key of [
    'ExposureF',
    'ImageF',
    'Mask',
    'Background',
    'SourceCatalog',
    'Config',
    'Packages',
    'TaskMetadata',
    'StructuredDataDict',
    'ButlerLogRecords',
    'SkyMap',
    'NumpyArray',
  ])
    expect(formatters.byName(formatterOf(key).name)).toBe(formatterOf(key))
  expect(formatters.byName('lsst.daf.butler.formatters.yaml.YamlFormatter')).toBe(
    formatterOf('StructuredDataDict'),
  )
  expect(formatters.forKeys(['calexp', 'Nonsense'])).toBeUndefined()
})

test('a value of the wrong kind is refused before anything is written', () => {
  for (const key of [
    'ExposureF',
    'Mask',
    'SourceCatalog',
    'Config',
    'ButlerLogRecords',
    'Background',
    'NumpyArray',
  ])
    expect(() => formatterOf(key).write(3, key), key).toThrowError(
      expect.objectContaining({ code: 'formats/bad-value' }),
    )
})

test('the CFHT source catalogue of the stack reads as a catalog', async () => {
  const source = bytesSource(readFileSync(dataPath('real/cfht-d3-processed/SRC-849375-12.parq')), 'src.parq')
  const found = (await formatterOf('DataFrame').read(source, { storageClass: 'DataFrame' })) as Catalog
  // README: 2 rows and 298 columns.
  expect(found.numRows).toBe(2)
  expect(found.schema.names.length).toBeGreaterThanOrEqual(298)
})

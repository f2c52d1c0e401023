import { describe, expect, test } from 'vitest'
import { configChoiceField, configField, defineConfig, field, freeze, rangeField } from '#config'
import { Header } from '#fits'
import { Angle, Box2I, SpherePoint } from '#geom'
import {
  Background,
  BackgroundList,
  Footprint,
  GaussianPsf,
  Image,
  Mask,
  MaskedImage,
  ndArray,
  PhotoCalib,
  type VisitInfo,
} from '#image'
import { HSC } from '#obs'
import { TaskMetadata } from '#pipeline'
import {
  type ConfigDisplay,
  type ExposureDisplay,
  MIME,
  type RecordDisplay,
  type TableDisplay,
} from '#protocol'
import { Catalog } from '#table'
import { DiscreteSkyMap, SKY_MAP_DEFAULTS } from '#skymap'
import { Instant } from '#time'
import { makeTanWcs } from '#wcs'
import { toBundle, toBundleNow } from '../../kernel/display/bundle.ts'
import { editConfig } from '../../kernel/comm/config-edits.ts'
import { rememberNames } from '../../kernel/display/collection-names.ts'
import { ShownConfig } from '../../kernel/display/config-display.ts'
import { aRepository } from '../support/repository.ts'

const textOf = async (value: unknown): Promise<string> => String((await toBundle(value)).data['text/plain'])
const recordOf = async (value: unknown): Promise<RecordDisplay> => {
  const { data } = await toBundle(value)
  expect(data['text/html']).toContain('<')
  return data[MIME.record] as RecordDisplay
}
const center = SpherePoint.fromDegrees(320.5, -0.25)

describe('every storage class has a display', () => {
  test('WCS: where it points, scale, orientation', async () => {
    const scale = 0.168 / 3600
    const wcs = makeTanWcs({ crpix: { x: 1023.5, y: 2087.5 }, crval: center, cd: [-scale, 0, 0, scale] })
    expect(await textOf(wcs)).toBe(`TAN WCS
  reference    RA 21:22:00.00 Dec −00:15:00.0 (320.50000°, −0.25000°)
  at pixel     (1023.50, 2087.50)
  pixel scale  0.1680″ there
  orientation  y axis 0.000° east of north, east left of north
  CD matrix    [-4.666667e-5, 0, 0, 4.666667e-5] °/px`)
    expect((await recordOf(wcs)).facts).toHaveLength(5)
  })

  test('photometric calibration: the zero point of 27 mag is 10^(0.4 × (31.4 − 27)) nJy a count', async () => {
    const calib = PhotoCalib.fromFluxMag0(10 ** (0.4 * 27))
    expect(await textOf(calib)).toMatch(/57\.5\d* ± 0 nJy per count\n {2}zero point +27\.0000 mag/)
  })

  test('footprint, background: a picture and their numbers', async () => {
    const footprint = new Footprint(Int32Array.of(5, 2, 4, 6, 3, 3), [
      { id: 1, ix: 3, iy: 5, x: 3.2, y: 5.1, value: 40 },
    ])
    const shown = await recordOf(footprint)
    expect(shown.facts[0]).toEqual({ label: 'area', value: '4 px in 2 spans' })
    expect(shown.picture).toMatchObject({ width: 219, height: 146 })
    const cells = new Image(4, 3)
    cells.data.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    const layer = new Background(new Box2I(0, 0, 400, 300), new MaskedImage(cells), {
      interpolation: 'AKIMA_SPLINE',
      undersample: 'REDUCE_INTERP_ORDER',
    })
    const background = await recordOf(new BackgroundList([layer, layer]))
    expect(background.subtitle).toBe('2 layers')
    expect(background.facts[1]?.value).toBe(
      '4 × 3 cells, AKIMA_SPLINE, 1 to 12 counts, over 400 × 300 from (0, 0)',
    )
  })

  test('PSF: its width, its kernel as a picture', async () => {
    const shown = await recordOf(new GaussianPsf(25, 2.5))
    expect(shown).toMatchObject({ title: 'PSF', picture: { alt: 'Kernel' } })
    expect(await textOf(new GaussianPsf(25, 2.5))).toMatch(
      /FWHM +5\.88\d? px\n +sigma +2\.5\d* px\n +kernel +25 × 25 px/,
    )
  })

  test('detector, visit, defects, array: told by their members', async () => {
    const detector = HSC.camera.detector(5)
    expect(await textOf(detector)).toMatch(/^Detector 5: 1_43\n.*amplifier +gain.*\n0 +3\.\d+/s)
    const visit: VisitInfo = {
      id: 903344n,
      exposureTime: 30,
      boresight: center,
      date: Instant.fromIso('2013-06-17T13:39:47', 'utc'),
    }
    expect(await textOf(visit)).toMatch(
      /visit +903344\n {2}date +2013-06-17T13:39:47\.000 UTC\n {2}exposure time +30 s/,
    )
    expect((await recordOf({ boxes: [new Box2I(3, 4, 1, 100)] })).facts).toEqual([
      { label: 'boxes', value: '1' },
      { label: 'pixels', value: '100' },
    ])
    const array = await recordOf(ndArray([2, 3], Float64Array.of(1, 2, 3, 4, 5, 6)))
    expect([array.facts[0]?.value, array.facts[2]?.value]).toEqual(['2 × 3', '1 to 6'])
    expect(array.picture).toMatchObject({ width: 219, height: 146 })
  })

  test('sky map and tract', async () => {
    const map = new DiscreteSkyMap({ ...SKY_MAP_DEFAULTS, raList: [10], decList: [2], radiusList: [0.5] })
    expect(await textOf(map)).toMatch(/^Sky map: discrete\n.*tract 0: RA 00:40:00\.00 Dec \+02:00:00\.0/s)
    expect(await textOf(map.tract(0))).toMatch(/^Tract 0\n {2}center/)
  })

  test('config: its save text, and its fields with their docs', async () => {
    const Config = defineConfig({
      name: 'test.Config',
      fields: { threshold: field('float', { default: 5, doc: 'Lowest S/N.' }) },
    })
    const { data } = await toBundle(Config.make())
    expect(data['text/plain']).toContain('config.threshold=5.0')
    expect(data['text/html']).toContain('threshold <code>5.0</code> <small>Lowest S/N.</small>')
    expect((data[MIME.config] as ConfigDisplay).fields).toEqual([
      {
        ...{ name: 'threshold', path: 'threshold', type: 'float', doc: 'Lowest S/N.' },
        ...{ text: '5.0', preset: '5.0', isChanged: false, optional: false },
      },
    ])
  })

  test('metadata and nested records: a folding tree', async () => {
    const metadata = new TaskMetadata()
    metadata.set('quantum.nRead', 3)
    expect((await toBundle(metadata)).data[MIME.record]).toMatchObject({ title: 'Task metadata' })
    // As `get` gives them.
    expect(await textOf(metadata.toStored())).toBe(`Task metadata
  └─ quantum
     └─ nRead: 3`)
    const nested = { run: { a: 1, b: 2, c: { d: [1, 2, 3] }, e: '<b>' }, name: 'x' }
    const { data } = await toBundle(nested)
    expect(data['text/plain']).toContain("run: { a: 1, b: 2, c: { d: [ 1, 2, 3 ] }, e: '<b>' }")
    expect(data['text/html']).toContain('<b>e</b> &#60;b&#62;')
    expect((data[MIME.record] as RecordDisplay).tree?.[0]).toMatchObject({ label: 'run', note: '4 keys' })
  })

  test('small flat records and lists are left to Node, at once', () => {
    expect(toBundleNow({ a: 1, b: [1, 2] })?.data).toEqual({ 'text/plain': '{ a: 1, b: [ 1, 2 ] }' })
    expect(toBundleNow([1, 2, 3])?.data).toEqual({ 'text/plain': '[ 1, 2, 3 ]' })
  })

  test('log records: a table and how many of each level', async () => {
    const record = { time: 0, level: 'INFO', name: 'isr', message: 'Overscan subtracted' } as const
    expect(await textOf([record, { ...record, level: 'WARNING' }])).toMatch(
      /^time +level +logger +message\n00:00:00\.000 +INFO +isr +Overscan subtracted\n.*\n2 log records: 1 INFO, 1 WARNING$/,
    )
  })

  test('masks say their planes; headers are tables', async () => {
    const mask = new Mask(4, 3)
    mask.data[5] = mask.planes.mask('SAT')
    expect(await textOf(mask)).toMatch(/^Mask: 4 × 3 px from \(0, 0\)\n {2}mask: SAT 1/)
    const planesIn = async (value: unknown) =>
      ((await toBundle(value)).data[MIME.exposure] as ExposureDisplay).mask.length
    expect([await planesIn(mask), await planesIn(new Image(4, 3))]).toEqual([9, 0])
    const header = new Header()
    header.set('OBJECT', 'STRIPE82L', 'Object')
    expect(await textOf(header)).toMatch(/OBJECT +STRIPE82L +Object/)
  })
})

describe('of a repository', () => {
  test('butler, collections, types and dimensions are trees; refs, records and queries are tables', async () => {
    const butler = await aRepository()
    await butler.collections.register('chain', 'CHAINED')
    await butler.collections.redefineChain('chain', ['run/b', 'run/a'])
    await butler.put({ x: 1 }, 'note', { instrument: 'Cam', visit: 1, detector: 2 }, { run: 'run/a' })
    const text = await textOf(butler)
    expect(text).toContain(`└─ chain  (CHAINED)
  │     ├─ run/b  (RUN)
  │     └─ run/a  (RUN, note)`)
    expect(text).toContain('note: StructuredDataDict  (instrument, detector, visit)')
    expect(await textOf(butler.dimensions)).toMatch(
      /^Dimensions: universe daf_butler 8\n.*detector: instrument/s,
    )
    const refs = await toBundle(await butler.queryDatasets('note', { collections: 'run/a' }))
    expect(refs.data['text/plain']).toMatch(/^type +run +id .*\nnote +run\/a .*\n1 dataset$/)
    const records = await toBundle(butler.query().dimensionRecords('detector'))
    expect(records.data['text/plain']).toMatch(/\n3 records$/)
    const table = records.data[MIME.table] as TableDisplay
    expect([table.numRows, table.columns[1]]).toEqual([3, { name: 'id', type: 'i64' }])
    expect(await textOf(await butler.registry.queryDatasetTypes('no*'))).toMatch(/1 dataset type$/)
    expect(await textOf(await butler.collections.queryInfo('run/*'))).toMatch(/2 collections$/)
    const none = butler.query().where("instrument = 'Cam' AND visit = 9").dataIds(['visit'])
    expect(await textOf(none)).toBe('Nothing found.\nNothing has visit = 9.')
  })

  test('a single ref or record is told line by line; names of collections with what they name', async () => {
    const butler = rememberNames(await aRepository())
    const dataId = { instrument: 'Cam', visit: 1, detector: 2 }
    const ref = await butler.put({ x: 1 }, 'note', dataId, { run: 'run/a' })
    expect(await textOf(ref)).toMatch(
      /^Dataset\n {2}type +note\n {2}run +run\/a\n {2}id .*\n(?:.*\n)* {2}detector +2/,
    )
    const [visit] = await butler.queryDimensionRecords('visit', { where: "instrument = 'Cam' AND visit = 1" })
    expect(await textOf(visit)).toMatch(
      /^Record of visit\n(?:.*\n)* {2}timespan .*\n {2}region +Circle within 0\.2 deg/,
    )
    const names = await butler.collections.query()
    expect(names).toContain('run/a')
    expect(await textOf(names)).toMatch(/^name +type +children\n[^]*run\/a +RUN\n[^]*collections$/)
    expect(await textOf(names.slice(0, 1))).toMatch(/^\[ '/)
  })

  test('what stands inside other values is one line: refs, queries, regions, timespans, pixels', async () => {
    const butler = await aRepository()
    const dataId = { instrument: 'Cam', visit: 1, detector: 2 }
    const ref = await butler.put({ x: 1 }, 'note', dataId, { run: 'run/a' })
    const deferred = await butler.getDeferred(ref)
    expect(await textOf(deferred)).toMatch(
      /ref: note@\{instrument: 'Cam', .*\} \[StructuredDataDict\] \(run=run\/a id=/,
    )
    const [visit] = await butler.queryDimensionRecords('visit', { where: "instrument = 'Cam' AND visit = 1" })
    expect(await textOf(visit?.timespan)).toMatch(/^\[2024-02-01T/)
    expect(await textOf(visit?.region)).toBe('Circle within 0.2 deg of (9.8000, +0.0000)')
    expect(await textOf([butler.query(), butler, ref.coordinate.group.universe])).toBe(
      `[ Query of everything, Butler(${butler.root}), daf_butler 8 ]`,
    )
    expect(await textOf({ image: new Image(3, 2) })).toBe('{ image: Image(3 × 2) }')
  })

  test('a text of several lines keeps them', async () => {
    expect(await textOf('a\n`b`')).toBe('`a\n\\`b\\``')
  })
})

test('angles of a second’s rounding make no 60', async () => {
  const wcs = makeTanWcs({
    crpix: { x: 0, y: 0 },
    crval: new SpherePoint(Angle.fromDegrees(14.9999999), Angle.fromDegrees(-0.99999999)),
    cd: [-1e-4, 0, 0, 1e-4],
  })
  expect(await textOf(wcs)).toContain('RA 01:00:00.00 Dec −01:00:00.0')
})

test('angles of a table are told to milliarcseconds', async () => {
  const columns = [
    { name: 'ra', type: 'f64', unit: 'rad' },
    { name: 'mag', type: 'f32' },
  ] as const
  const catalog = Catalog.fromColumns(columns, {
    ra: Float64Array.of(5.597909831234),
    mag: Float32Array.of(21.123456),
  })
  expect(((await toBundle(catalog)).data[MIME.table] as TableDisplay).head).toEqual([
    ['5.59790983', '21.12346'],
  ])
})

test('dates and times of a table are shown as such', async () => {
  const at = (text: string, nanoseconds = 0n) => BigInt(Date.parse(text)) * 1_000_000n + nanoseconds
  const columns = [
    { name: 'day', type: 'timestamp' },
    { name: 'time', type: 'timestamp' },
  ] as const
  const catalog = Catalog.fromColumns(columns, {
    day: BigInt64Array.of(at('2020-01-01'), at('1969-12-31')),
    time: BigInt64Array.of(at('2020-01-01T12:34:56Z', 1500n), at('1969-12-31T23:59:59Z', 1n)),
  })
  const { data } = await toBundle(catalog)
  expect((data[MIME.table] as TableDisplay).head).toEqual([
    ['2020-01-01', '2020-01-01 12:34:56.0000015'],
    ['1969-12-31', '1969-12-31 23:59:59.000000001'],
  ])
  expect(data['text/plain']).toContain('2020-01-01 12:34:56.0000015')
})

describe('the form of a config', () => {
  const Shape = defineConfig({
    name: 'test.Shape',
    fields: { radius: rangeField('float', { min: 0, max: 10, default: 2, doc: 'Radius, pixels' }) },
  })
  const Config = defineConfig({
    name: 'test.Form',
    fields: {
      title: field('str', { doc: 'A name' }),
      shape: configField(Shape, { doc: 'Aperture' }),
      plugin: configChoiceField({ a: Shape, b: Shape }, { default: 'a', doc: 'Plug-in' }),
    },
  })
  const radius = { path: 'shape.radius', text: '3' }

  test('changes are tried on a copy, and come back as lines of a config file or options of a command', () => {
    const config = Config.make()
    const edits = [radius, { path: 'plugin', text: 'b' }, { path: 'title', text: "it's me" }]
    const { overrides, config: shown, problem } = editConfig(new ShownConfig(config), 'id', edits, false)
    expect(overrides).toEqual([
      'config.shape.radius=3.0',
      "config.plugin.name='b'",
      'config.title="it\'s me"',
    ])
    expect(problem).toBeUndefined()
    expect(shown.fields.map(({ isChanged }) => isChanged)).toEqual([true, false, true])
    expect(shown.fields[1]?.parts?.[0]?.fields[0]).toMatchObject({
      ...{ text: '3.0', preset: '2.0', range: '[0.0,10.0)', isChanged: true },
      history: [
        { value: '2.0', where: 'default' },
        { value: '3.0', where: 'form in the workbench' },
      ],
    })
    expect(shown.fields[2]).toMatchObject({
      text: 'b',
      choices: [
        ['a', 'test.Shape'],
        ['b', 'test.Shape'],
      ],
    })
    expect(shown.fields[2]?.parts?.map(({ name, isActive }) => [name, isActive])).toContainEqual(['b', true])
    expect(editConfig(new ShownConfig(config, 'isr'), 'id', edits, false).overrides).toEqual([
      ...['-c isr:shape.radius=3.0', '-c isr:plugin.name=b', String.raw`-c 'isr:title=it'\''s me'`],
    ])
    expect([config.shape.radius, config.plugin.name, config.title]).toEqual([2, 'a', null])
  })

  test('a wrong value is refused with the words of its field, and nothing is applied; what is missing is told', () => {
    const config = Config.make()
    const shown = new ShownConfig(config)
    const wrong = [radius, { path: "plugin['a'].radius", text: '10' }]
    expect(() => editConfig(shown, 'id', wrong, true)).toThrow(
      /^10\.0 is outside of the valid range \[0\.0,10\.0\)$/,
    )
    expect(config.shape.radius).toBe(2)
    expect(editConfig(shown, 'id', [radius], true).problem).toMatch(/'title'.*cannot be None/)
    expect(config.shape.radius).toBe(3)
    expect(() => editConfig(new ShownConfig(freeze(config)), 'id', [radius], true)).toThrow(/frozen/)
    expect(editConfig(shown, 'id', [{ ...radius, text: '4' }], false).overrides).toEqual([
      'config.shape.radius=4.0',
    ])
  })
})

test('looking at a value runs none of its getters, however deep they lie', async () => {
  let runs = 0
  const counter = {
    get next() {
      return ++runs
    },
  }
  expect(await textOf(counter)).toBe('{ next: [Getter] }')
  const { data } = await toBundle({ many: { a: 1, b: 2, c: 3, d: { counter } }, counter })
  expect(data['text/plain']).toContain('[Getter]')
  expect(data['text/html']).toContain('[Getter]')
  expect(runs).toBe(0)
})

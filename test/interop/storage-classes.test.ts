import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Butler } from '#butler'
import { defaultFormatters } from '#formats'
import { Box2I } from '#geom'
import { Background, BackgroundList, Exposure, Image, MaskedImage } from '#image'
import { createNodeButler } from '#platform/node'
import { DiscreteSkyMap } from '#skymap'
import { Catalog } from '#table'
import { Instant, Timespan } from '#time'
import type { SkyWcs } from '#wcs'
import { aDetector, anExposure, aPsf } from '../formats/support/an-exposure.ts'
import { python } from '../support/python.ts'
import { fillDimensions, tempFolder } from '../support/repository.ts'

vi.setConfig({ testTimeout: 120_000 })

const exposure = anExposure()
const catalog = Catalog.fromColumns(
  [
    { name: 'id', type: 'i64' },
    { name: 'flux', type: 'f64', unit: 'nJy' },
    { name: 'name', type: 'string' },
  ],
  { id: BigInt64Array.of(1n, 2n ** 60n + 1n), flux: Float64Array.of(1.5, -2), name: ['a', 'b'] },
)
const tables = Object.fromEntries(
  'DataFrame ArrowAstropy ArrowTable ArrowNumpy ArrowNumpyDict ArrowSchema Catalog SourceCatalog SimpleCatalog ExposureCatalog PeakCatalog'
    .split(' ')
    .map((name) => [name, catalog]),
)

/** A value of every storage class that has a formatter. */
const VALUES: Readonly<Record<string, unknown>> = {
  ...tables,
  int: 42,
  TaskMetadata: { scalars: { n: 1, x: 2.5 }, arrays: { flags: ['A', 'B'] }, metadata: {} },
  Timespan: Timespan.between(Instant.fromIso('2013-06-17'), null),
  MetricMeasurementBundle: { metric: [1, 2.5, null] },
  VisitGeometry: {
    boresight_ra: 1,
    boresight_dec: 2,
    orientation: 3,
    visit_region: '62',
    detector_regions: {},
  },
  StructuredDataDict: { a: [1, 2.5, null, true, 'yes', '1:30'], b: { c: 1e-7, d: '' } },
  StructuredDataList: [1, 'two', { three: 3 }],
  ExposureSummaryStats: { psfSigma: 1.5, ra: 320.75, nPsfStar: 17 },
  PropertySet: { a: 1, b: ['x', 'y'] },
  PropertyList: { a: 1, b: 'x' },
  Packages: { numpy: '2.1.0', python: '3.13.0' },
  ButlerLogRecords: [
    { time: Date.UTC(2020, 9, 11), level: 'INFO', name: 'isr', message: 'größer', labels: { LABEL: 'isr' } },
  ],
  Config: 'import lsst.daf.butler\n# no config of ours is there\n',
  ...Object.fromEntries(
    ['Exposure', 'ExposureF', 'ExposureI', 'ExposureU', 'ExposureD'].map((n) => [n, exposure]),
  ),
  ...Object.fromEntries(['Image', 'ImageF', 'ImageU', 'ImageD'].map((n) => [n, exposure.image])),
  Mask: exposure.mask,
  MaskX: exposure.mask,
  MaskedImage: exposure.maskedImage,
  MaskedImageF: exposure.maskedImage,
  Background: new BackgroundList([
    new Background(new Box2I(10, 20, 300, 200), new MaskedImage(Image.ofBox(new Box2I(0, 0, 3, 2))), {
      interpolation: 'AKIMA_SPLINE',
      undersample: 'REDUCE_INTERP_ORDER',
    }),
  ]),
  Defects: { boxes: [new Box2I(1, 2, 3, 4), new Box2I(100, 0, 1, 4176)] },
  Psf: aPsf(),
  PhotoCalib: exposure.photoCalib,
  VisitInfo: exposure.visitInfo,
  Detector: aDetector(),
  FilterLabel: { physical: 'Cam-R', band: 'r' },
  ApCorr: exposure.apCorrMap,
  Polygon: exposure.validPolygon,
  Wcs: exposure.wcs,
  SkyMap: new DiscreteSkyMap({ raList: [1], decList: [2], radiusList: [0.1] }),
  NumpyArray: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
}

/** Known to no repository by itself. */
const DECLARED = { ExposureD: { inheritsFrom: 'Exposure' }, ImageD: { inheritsFrom: 'Image' } }

test('what is put is got equal, for every storage class that has a formatter; the real Butler gets the same', async () => {
  const keys = defaultFormatters().keys
  expect([...keys].sort()).toEqual(Object.keys(VALUES).sort())
  const root = join(tempFolder(), 'repo')
  const butler = await createNodeButler(root, { run: 'run', seed: { storageClasses: DECLARED } })
  await fillDimensions(butler)
  for (const storageClass of keys) {
    const name = `a${storageClass}`
    await butler.registry.registerDatasetType({ name, dimensions: ['instrument'], storageClass })
    await butler.put(VALUES[storageClass], name, { instrument: 'Cam' })
    expect(await got(butler, name), storageClass).toEqual(plain(VALUES[storageClass]))
  }
  await butler.close()
  const theirs = JSON.parse(python(GET, root).split('\n').at(-2)!) as Readonly<Record<string, unknown>>
  const same = ['int', 'StructuredDataDict', 'StructuredDataList']
  for (const name of [...same, 'TaskMetadata', 'Packages']) expect(theirs[name], name).toEqual(VALUES[name])
  expect(theirs['ButlerLogRecords']).toEqual([['INFO', 'isr', 'größer', { LABEL: 'isr' }]])
  expect(theirs['Timespan']).toEqual(['2013-06-17T00:00:00.000000', null])
  for (const name of ['ArrowTable', 'ArrowAstropy', 'ArrowNumpy', 'ArrowNumpyDict'])
    expect(theirs[name], name).toEqual({ id: [1, 2 ** 60], flux: [1.5, -2], name: ['a', 'b'] })
})

const got = async (butler: Butler, name: string) =>
  plain(await butler.get(name, { instrument: 'Cam' }, { collections: 'run' }))

const hasSky = (value: unknown): value is SkyWcs =>
  typeof value === 'object' && value !== null && 'pixelToSky' in value

/** What can be compared by its members. */
function plain(value: unknown): unknown {
  if (value instanceof DiscreteSkyMap) return value.config
  if (value instanceof Exposure) {
    const { maskedImage, visitInfo, filter, bbox, wcs } = value
    return { maskedImage, visitInfo, filter, bbox, sky: wcs?.pixelToSky(1010.25, 2030) }
  }
  if (hasSky(value)) return value.pixelToSky(1010.25, 2030)
  // Fields and PSFs by their numbers, whatever class holds these.
  return JSON.parse(
    JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)),
  ) as unknown
}

/** Those whose Python classes are on PyPI, as JSON; NumPy arrays are a format of our own. */
const GET = `
import json, sys, warnings
warnings.simplefilter("ignore")
from lsst.daf.butler import Butler
b = Butler.from_config(sys.argv[1], collections="run")
def get(name, **more):
    return b.get("a" + name, instrument="Cam", **more)
def columns(name):
    table = get(name)
    if name == "ArrowTable":
        return table.to_pydict()
    names = getattr(table, "colnames", None) or (list(table) if isinstance(table, dict) else table.dtype.names)
    return {n: table[n].tolist() for n in names}
out = {name: get(name) for name in ("int", "StructuredDataDict", "StructuredDataList")}
out["TaskMetadata"] = get("TaskMetadata").model_dump()
out["Packages"] = dict(get("Packages"))
out["ButlerLogRecords"] = [[r.levelname, r.name, r.message, r.MDC] for r in get("ButlerLogRecords")]
span = get("Timespan")
out["Timespan"] = [span.begin.isot, span.end]
for name in ("ArrowTable", "ArrowAstropy", "ArrowNumpy", "ArrowNumpyDict"):
    out[name] = columns(name)
print(json.dumps(out))
`

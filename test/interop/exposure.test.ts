import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Box2I, SpherePoint } from '#geom'
import { writeExposureFits } from '#formats'
import { afterAll, expect, test } from 'vitest'
import { anExposure } from '../formats/support/an-exposure.ts'
import { python } from '../support/python.ts'

const folder = mkdtempSync(join(tmpdir(), 'firstlight-exposure-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What astropy sees in the file. */
const LOOK = `
import json, sys, warnings
from astropy.io import fits
from astropy.wcs import WCS
import numpy as np
path, pixels = sys.argv[1], json.loads(sys.argv[2])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    with fits.open(path, checksum=True) as f:
        f.verify('warn')
        names = [h.name for h in f]
        out = {'names': names, 'sky': {}}
        for n in ('IMAGE', 'MASK', 'VARIANCE'):
            w = WCS(f[n].header, key=' ')
            out['sky'][n] = [[float(v) for v in w.all_pix2world(x, y, 0)] for x, y in pixels]
        a = WCS(f['IMAGE'].header, key='A')
        out['first'] = [float(v) for v in a.wcs_pix2world(0, 0, 0)]
        image, mask, variance = (f[n].data for n in ('IMAGE', 'MASK', 'VARIANCE'))
        out['dtypes'] = [str(d.dtype.newbyteorder('=')) for d in (image, mask, variance)]
        out['image'] = [float(image[j, i]) for i, j in [(0, 0), (17, 30), (59, 39)]]
        out['nan'] = bool(np.isnan(image[0, 5]))
        out['variance'] = [float(variance.min()), float(variance.max())]
        out['planes'] = {k: v for k, v in f['MASK'].header.items() if k.startswith('MP_')}
        out['saturated'] = int(((mask >> f['MASK'].header['MP_SAT']) & 1).sum())
        out['crosstalk'] = int(((mask >> f['MASK'].header['MP_CROSSTALK']) & 1).sum())
        out['unit'] = [f['IMAGE'].header.get('BUNIT'), f['VARIANCE'].header.get('BUNIT')]
        out['object'] = f[0].header['OBJECT']
        out['expid'] = str(f[0].header['EXPID'])
        out['gain'] = [float(g) for g in f['DETECTOR'].data['gain']]
        out['exposureId'] = str(f['VISITINFO'].data['exposureId'][0])
out['warnings'] = [str(w.message) for w in caught]
print(json.dumps(out))
`

interface Seen {
  names: string[]
  sky: Record<string, [number, number][]>
  first: [number, number]
  dtypes: string[]
  image: number[]
  nan: boolean
  variance: [number, number]
  planes: Record<string, number>
  saturated: number
  crosstalk: number
  unit: string[]
  object: string
  expid: string
  gain: number[]
  exposureId: string
  warnings: string[]
}

const PIXELS = [0, 13.5, 59].flatMap((x) => [0, 20.25, 39].map((y) => [x, y] as const))

/** astropy tells about SIP beside the linear WCS 'A' on standard output before the answer. */
const look = (script: string, path: string, pixels: readonly (readonly [number, number])[]): Seen =>
  JSON.parse(python(script, path, JSON.stringify(pixels)).trim().split('\n').at(-1)!) as Seen

test.each(['none', 'mask', 'lossless', 'lossy'] as const)(
  'astropy reads our exposure files, packed %s',
  (compression) => {
    const exposure = anExposure()
    const path = join(folder, `exposure-${compression}.fits`)
    writeFileSync(path, writeExposureFits(exposure, { compression }))
    const seen = look(LOOK, path, PIXELS)
    expect(seen.names).toEqual([
      'PRIMARY',
      'IMAGE',
      'MASK',
      'VARIANCE',
      'VISITINFO',
      'DETECTOR',
      'FILTER',
      'PHOTOCALIB',
      'PSF',
      'APCORR',
      'VALIDPOLYGON',
      'SUMMARYSTATS',
    ])
    expect(seen.warnings).toEqual([])
    expect(seen.dtypes).toEqual(['float32', 'int32', 'float32'])
    for (const plane of ['IMAGE', 'MASK', 'VARIANCE'])
      PIXELS.forEach(([x, y], i) => {
        const [ra, dec] = seen.sky[plane]![i]!
        const ours = exposure.wcs!.pixelToSky(1000 + x, 2000 + y)
        // The issue asks for 1e-6°; both sides are double precision.
        expect(ours.separation(SpherePoint.fromDegrees(ra, dec)).degrees).toBeLessThan(1e-10)
      })
    expect(seen.first).toEqual([1000, 2000])
    expect(seen.planes).toEqual(
      Object.fromEntries(exposure.mask.planes.names.map((n) => [`MP_${n}`, exposure.mask.bit(n)])),
    )
    expect(seen.saturated).toBe(30)
    expect(seen.crosstalk).toBe(18)
    expect(seen.unit).toEqual(['adu', 'adu**2'])
    expect(seen.object).toBe('STRIPE82L')
    expect(seen.gain).toEqual([3.1, 3.2])
    expect([seen.expid, seen.exposureId]).toEqual(['9007199254740993', '9007199254740993'])
    const at = (x: number, y: number): number => exposure.image.get(1000 + x, 2000 + y)
    // σ/16 with σ = 10 for the lossy form, exact otherwise.
    const tolerance = compression === 'lossy' ? 0.75 : 0
    ;[at(0, 0), at(17, 30), at(59, 39)].forEach((v, i) =>
      expect(Math.abs(v - seen.image[i]!)).toBeLessThanOrEqual(tolerance),
    )
    expect(seen.nan).toBe(true)
    expect(seen.variance).toEqual([100, 100])
  },
)

test('the WCS agrees over a whole frame, to 1e-6 degree and much better', () => {
  const exposure = anExposure(new Box2I(0, 0, 2048, 64))
  const path = join(folder, 'wide.fits')
  writeFileSync(path, writeExposureFits(exposure))
  const pixels = Array.from({ length: 50 }, (_, i) => [(i * 2047) / 49, (i * 37) % 64] as const)
  const seen = look(LOOK.replace('[(0, 0), (17, 30), (59, 39)]', '[(0, 0)]'), path, pixels)
  pixels.forEach(([x, y], i) => {
    const [ra, dec] = seen.sky['IMAGE']![i]!
    expect(exposure.wcs!.pixelToSky(x, y).separation(SpherePoint.fromDegrees(ra, dec)).degrees).toBeLessThan(
      1e-10,
    )
  })
})

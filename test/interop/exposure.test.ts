import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Box2I, SpherePoint } from '#geom'
import { type Compression, writeExposureFits } from '#formats'
import type { Exposure } from '#image'
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

def look(path, pixels):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        with fits.open(path, checksum=True) as f:
            f.verify('warn')
            out = {'names': [h.name for h in f], 'sky': {}}
            for n in ('IMAGE', 'MASK', 'VARIANCE'):
                w = WCS(f[n].header, key=' ')
                out['sky'][n] = [[float(v) for v in w.all_pix2world(x, y, 0)] for x, y in pixels]
            out['first'] = [float(v) for v in WCS(f['IMAGE'].header, key='A').wcs_pix2world(0, 0, 0)]
            image, mask, variance = (f[n].data for n in ('IMAGE', 'MASK', 'VARIANCE'))
            out['dtypes'] = [str(d.dtype.newbyteorder('=')) for d in (image, mask, variance)]
            out['image'] = [float(image[int(y), int(x)]) for x, y in pixels]
            out['nan'] = bool(np.isnan(image[0, 5]))
            out['variance'] = [float(variance.min()), float(variance.max())]
            planes = f['MASK'].header
            out['planes'] = {k: v for k, v in planes.items() if k.startswith('MP_')}
            out['saturated'] = int(((mask >> planes['MP_SAT']) & 1).sum())
            out['crosstalk'] = int(((mask >> planes['MP_CROSSTALK']) & 1).sum())
            out['unit'] = [f['IMAGE'].header.get('BUNIT'), f['VARIANCE'].header.get('BUNIT')]
            out['object'] = f[0].header['OBJECT']
            out['expid'] = str(f[0].header['EXPID'])
            out['gain'] = [float(g) for g in f['DETECTOR'].data['gain']]
            out['exposureId'] = str(f['VISITINFO'].data['exposureId'][0])
    out['warnings'] = [str(w.message) for w in caught]
    return out

print(json.dumps([look(path, json.loads(sys.argv[1])) for path in sys.argv[2:]]))
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

/** astropy tells about SIP beside the linear WCS 'A' on standard output before the answer. */
const look = (pixels: readonly (readonly [number, number])[], ...paths: readonly string[]): Seen[] =>
  JSON.parse(
    python(LOOK, JSON.stringify(pixels), ...paths)
      .trim()
      .split('\n')
      .at(-1)!,
  ) as Seen[]

const written = (name: string, exposure: Exposure, compression: Compression): string => {
  const path = join(folder, `${name}-${compression}.fits`)
  writeFileSync(path, writeExposureFits(exposure, { compression }))
  return path
}

function expectSameSky(
  exposure: Exposure,
  found: Seen,
  pixels: readonly (readonly [number, number])[],
): void {
  for (const plane of ['IMAGE', 'MASK', 'VARIANCE'])
    pixels.forEach(([x, y], i) => {
      const [ra, dec] = found.sky[plane]![i]!
      const ours = exposure.wcs!.pixelToSky(exposure.bbox.x0 + x, exposure.bbox.y0 + y)
      // The issue asks for 1e-6°; both sides are double precision.
      expect(ours.separation(SpherePoint.fromDegrees(ra, dec)).degrees).toBeLessThan(1e-10)
    })
}

test('astropy reads our exposure files, however they are packed', () => {
  const exposure = anExposure()
  const pixels = [0, 13.5, 59].flatMap((x) => [0, 20.25, 39].map((y) => [x, y] as const))
  const forms = ['none', 'mask', 'lossless', 'lossy'] as const
  const files = look(pixels, ...forms.map((form) => written('exposure', exposure, form)))
  files.forEach((seen, form) => {
    expect(seen.names.slice(0, 8)).toEqual([
      'PRIMARY',
      'IMAGE',
      'MASK',
      'VARIANCE',
      'VISITINFO',
      'DETECTOR',
      'FILTER',
      'PHOTOCALIB',
    ])
    expect(seen.names.slice(8)).toEqual(['PSF', 'APCORR', 'VALIDPOLYGON', 'SUMMARYSTATS'])
    expect(seen.warnings).toEqual([])
    expect(seen.dtypes).toEqual(['float32', 'int32', 'float32'])
    expectSameSky(exposure, seen, pixels)
    expect(seen.first).toEqual([1000, 2000])
    const planes = exposure.mask.planes.names.map((n) => [`MP_${n}`, exposure.mask.bit(n)] as const)
    expect(seen.planes).toEqual(Object.fromEntries(planes))
    expect([seen.saturated, seen.crosstalk]).toEqual([30, 18])
    expect(seen.unit).toEqual(['adu', 'adu**2'])
    expect(seen.object).toBe('STRIPE82L')
    expect(seen.gain).toEqual([3.1, 3.2])
    expect([seen.expid, seen.exposureId]).toEqual(['9007199254740993', '9007199254740993'])
    // Steps are σ/16 with σ = 10, a fifth more for its estimate; the other forms are exact.
    const tolerance = forms[form] === 'lossy' ? 0.75 : 0
    pixels.forEach(([x, y], i) => {
      const ours = exposure.image.get(1000 + Math.floor(x), 2000 + Math.floor(y))
      expect(Math.abs(ours - seen.image[i]!)).toBeLessThanOrEqual(tolerance)
    })
    expect(seen.nan).toBe(true)
    expect(seen.variance).toEqual([100, 100])
  })
})

test('the WCS agrees over a whole CCD, to 1e-6 degree and much better', () => {
  const exposure = anExposure(new Box2I(0, 0, 2048, 16))
  const pixels = Array.from({ length: 50 }, (_, i) => [(i * 2047) / 49, (i * 7) % 16] as const)
  const [seen] = look(pixels, written('wide', exposure, 'mask'))
  expectSameSky(exposure, seen!, pixels)
})

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { openFits, readTable } from '#fits'
import { Angle, SpherePoint } from '#geom'
import { HSC, toTangent } from '#obs'
import { expect, test } from 'vitest'
import { dataPath } from '../support/data.ts'

const column = (table: Awaited<ReturnType<typeof readTable>>, name: string) =>
  Array.from(table.column(name).data as ArrayLike<number | bigint>, Number)

test('every amplifier has the boxes and values of the real camera description', async () => {
  expect(HSC.camera.detectors).toHaveLength(112)
  for (const detector of HSC.camera.detectors) {
    const bytes = readFileSync(dataPath(`real/hsc-camera/${detector.name}.fits`))
    const table = await readTable((await openFits(bytes)).hdu(1))
    const box = (name: string, amp: number) => {
      const at = (part: string) => column(table, `${name}_${part}`)[amp]
      return [at('min_x'), at('min_y'), at('extent_x'), at('extent_y')]
    }
    detector.amplifiers.forEach((amp, i) => {
      const of = (b: { x0: number; y0: number; width: number; height: number }) => [
        b.x0,
        b.y0,
        b.width,
        b.height,
      ]
      expect(of(amp.bbox)).toEqual(box('bbox', i))
      expect(of(amp.rawBBox)).toEqual(box('raw_bbox', i))
      expect(of(amp.rawDataBBox)).toEqual(box('raw_databbox', i))
      expect(of(amp.rawSerialOverscanBBox)).toEqual(box('raw_horizontaloverscanbbox', i))
      expect(of(amp.rawParallelOverscanBBox)).toEqual(box('raw_verticaloverscanbbox', i))
      expect(of(amp.rawPrescanBBox)).toEqual(box('raw_prescanbbox', i))
      // Our table keeps three decimals of the gain.
      expect(Math.abs(amp.gain - column(table, 'gain')[i]!)).toBeLessThan(0.00051)
      expect(amp.readNoise / amp.gain).toBeCloseTo(column(table, 'readnoise')[i]!, 6)
      expect(amp.saturation).toBe(column(table, 'saturation')[i])
      expect(amp.linearityType).toBe((table.column('linearity_type').data as readonly string[])[i])
      expect(Math.abs(amp.linearityCoeffs[0]! - column(table, 'linearity_coeffs')[4 * i]!)).toBeLessThan(
        6e-11,
      )
    })
  }
})

test('chip corners of a real visit fall where camera and optics put them, 0.4 arcsec rms', async () => {
  const bytes = gunzipSync(readFileSync(dataPath('real/hsc-visit-summaries/visitSummary_17900.fits.gz')))
  const file = await openFits(bytes)
  const table = await readTable(file.hdu(1))
  const visit = await readTable(file.hdu('VisitInfo'))
  const [ra0, dec0] = [column(visit, 'boresightradec_ra')[0]!, column(visit, 'boresightradec_dec')[0]!]
  const boresight = SpherePoint.fromRadians(ra0, dec0)
  const rotation = Angle.fromRadians(column(visit, 'boresightrotangle')[0]!)
  const [ids, ra, dec] = [column(table, 'id'), column(table, 'raCorners'), column(table, 'decCorners')]
  const corners = [
    [-0.5, -0.5],
    [2047.5, -0.5],
    [2047.5, 4175.5],
    [-0.5, 4175.5],
  ] as const
  const pairs = ids.flatMap((id, row) => {
    const wcs = HSC.camera.wcs(id, { boresight, rotation })
    return corners.map(([x, y], k) => {
      const [ours, theirs] = [
        toTangent(boresight, wcs.pixelToSky(x, y)),
        toTangent(boresight, SpherePoint.fromDegrees(ra[4 * row + k]!, dec[4 * row + k]!)),
      ]
      return { ours, d: { xi: theirs.xi - ours.xi, eta: theirs.eta - ours.eta } }
    })
  })
  // Pointing, rotation and scale (filter, refraction) of that night are not the camera's: taken out by a similarity.
  const n = pairs.length
  const mean = (f: (p: (typeof pairs)[number]) => number) => pairs.reduce((s, p) => s + f(p), 0) / n
  const [tx, ty] = [mean((p) => p.d.xi), mean((p) => p.d.eta)]
  const square = mean((p) => p.ours.xi ** 2 + p.ours.eta ** 2)
  const a = mean((p) => p.ours.xi * (p.d.xi - tx) + p.ours.eta * (p.d.eta - ty)) / square
  const b = mean((p) => p.ours.xi * (p.d.eta - ty) - p.ours.eta * (p.d.xi - tx)) / square
  const rms = Math.sqrt(
    mean(
      ({ ours, d }) =>
        (d.xi - tx - a * ours.xi + b * ours.eta) ** 2 + (d.eta - ty - a * ours.eta - b * ours.xi) ** 2,
    ) / 2,
  )
  expect(ids).toHaveLength(103)
  expect(Math.hypot(tx, ty) * 206265).toBeLessThan(60)
  expect(Math.abs(a)).toBeLessThan(1e-3)
  // The optics were fitted to the other visit; corners are known to 0.3″ (their WCSs end there).
  expect(rms * 206265).toBeLessThan(0.45)
})

test('pixel to sky and back, and the FITS form of the camera WCS', () => {
  const pointing = { boresight: SpherePoint.fromDegrees(320.5, 0.2), rotation: Angle.fromDegrees(270) }
  for (const id of [0, 5, 49, 100]) {
    const wcs = HSC.camera.wcs(id, pointing)
    const back = wcs.skyToPixel(wcs.pixelToSky(12.3, 4100.7))
    expect(Math.hypot(back.x - 12.3, back.y - 4100.7)).toBeLessThan(1e-7)
    // East is left when north is up: the determinant of CD is negative.
    const [a, b, c, d] = wcs.cdMatrixAt(1000, 2000)
    expect(a * d - b * c).toBeLessThan(0)
    expect(wcs.pixelScaleAt(1000, 2000).arcseconds).toBeGreaterThan(0.155)
    expect(wcs.pixelScaleAt(1000, 2000).arcseconds).toBeLessThan(0.169)
  }
})

test('unknown detectors are named with the nearest', () => {
  expect(() => HSC.camera.detector('1_4')).toThrow(/HSC has no detector 1_4/)
  expect(() => HSC.camera.detector(112)).toThrow(/no detector 112/)
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { defaultContext } from '#core'
import { openFits } from '#fits'
import { SpherePoint } from '#geom'
import { median } from '#math'
import { readGenericFrame } from '#obs'
import { openNodeSource } from '#platform/node'
import { makeMasters, measureFrame, reduceFrame } from '#tasks'
import { dataPath } from '../support/data.ts'

const frame = async (kind: string) => {
  const path = `real/huntsman-raw/${kind}_0.fits.gz`
  return readGenericFrame(await openFits(await openNodeSource(dataPath(path))), path)
}

/** SkyMapper sources with a g magnitude: right ascension and declination in degrees, g. */
function refcat(): readonly (readonly [ra: number, dec: number, g: number])[] {
  const [head = '', ...lines] = readFileSync(dataPath('real/huntsman-raw/refcat.csv'), 'utf8')
    .trim()
    .split('\n')
  const names = head.split(',')
  const [ra, dec, g] = ['raj2000', 'dej2000', 'g_psf'].map((name) => names.indexOf(name))
  return lines
    .map((line) => line.split(','))
    .map((cells) => [Number(cells[ra!]), Number(cells[dec!]), Number(cells[g!] || 'NaN')] as const)
}

test('the 15 catalogue stars in the Huntsman frame are found within a pixel after reduction', async () => {
  const masters = makeMasters(
    { bias: [await frame('bias')], dark: [await frame('dark')], flat: [await frame('flat')] },
    defaultContext(),
  )
  const reduced = reduceFrame(await frame('science'), masters, defaultContext())
  const { exposure, sources } = measureFrame(reduced)
  const [x, y] = [sources.f64('x'), sources.f64('y')]
  const distance = (i: number, star: { x: number; y: number }) => Math.hypot(x[i]! - star.x, y[i]! - star.y)
  const wanted = refcat()
    .filter(([, , g]) => g > 11.9 && g < 16)
    .map(([ra, dec, g]) => ({ g, ...exposure.wcs!.skyToPixel(SpherePoint.fromDegrees(ra, dec)) }))
    .filter((star) => star.x > 0 && star.y > 0 && star.x < 799 && star.y < 799)
  expect(wanted.length).toBe(15)
  const offsets = wanted.map((star) => {
    const nearest = x.reduce((best, _, i) => (distance(i, star) < distance(best, star) ? i : best), 0)
    return { dx: x[nearest]! - star.x, dy: y[nearest]! - star.y }
  })
  // The header's own pointing is off by (1.1, −0.2) px: sep on the same frame with astropy's WCS finds the same shift.
  const shift = { dx: median(offsets.map((o) => o.dx)), dy: median(offsets.map((o) => o.dy)) }
  expect(shift.dx).toBeCloseTo(1.15, 0)
  expect(shift.dy).toBeCloseTo(-0.2, 0)
  const distances = offsets.map(({ dx, dy }) => Math.hypot(dx - shift.dx, dy - shift.dy))
  expect(Math.max(...distances)).toBeLessThanOrEqual(1)
  expect(sources.numRows).toBeGreaterThan(80)
  expect(sources.numRows).toBeLessThan(300)
})

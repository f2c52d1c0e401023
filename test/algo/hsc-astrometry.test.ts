import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { matchNearest, solveAstrometry } from '#algo'
import { openFits, readTable } from '#fits'
import { median } from '#math'
import { readParquet } from '#table'
import { type SkyWcs, wcsFromHeader } from '#wcs'
import { dataPath } from '../support/data.ts'

/**
 * Visit 1180 of the Hyper Suprime-Cam survey: measured stars with the raw headers' WCS, and Gaia DR2.
 * The headers are 0.1″ to 1″ off.
 */
const FOLDER = dataPath('real/hsc-astrometry-1180')
const ARCSEC = Math.PI / 180 / 3600
/** From Gaia's 2015.5 back to the exposure. */
const YEARS = (56744.29 - 57388.5) / 365.25

async function gaia() {
  const all = await readParquet(new Uint8Array(readFileSync(`${FOLDER}/gaia_refCat.parquet`)))
  const [ra, dec, flux] = [all.f64('coord_ra'), all.f64('coord_dec'), all.f64('phot_g_mean_flux')]
  const [pmRa, pmDec, error] = [all.f64('pm_ra'), all.f64('pm_dec'), all.f64('coord_raErr')]
  const rows = [...ra.keys()]
    .filter((i) => Number.isFinite(ra[i]! + flux[i]!))
    .sort((a, b) => flux[b]! - flux[a]!)
  const moved = (v: number, pm: number) => v + (Number.isFinite(pm) ? pm * YEARS : 0)
  return {
    ra: Float64Array.from(rows, (i) => moved(ra[i]!, pmRa[i]! / Math.cos(dec[i]!))),
    dec: Float64Array.from(rows, (i) => moved(dec[i]!, pmDec[i]!)),
    errorArcsec: Float64Array.from(rows, (i) => error[i]! / ARCSEC),
  }
}

type References = Awaited<ReturnType<typeof gaia>>

async function detector(file: string, all: References) {
  const fits = await openFits(new Uint8Array(readFileSync(`${FOLDER}/${file}`)))
  const table = await readTable(fits.hdu(1))
  const column = (name: string) => Float64Array.from(table.column(name).data as Float32Array)
  const [x, y, error] = [column('x'), column('y'), column('xErr')]
  // There are no fluxes: the better a centre is known, the brighter the star.
  const rows = [...x.keys()].filter((i) => error[i]! < 0.3).sort((a, b) => error[a]! - error[b]!)
  const take = (values: Float64Array) => Float64Array.from(rows, (i) => values[i]!)
  const wcs = wcsFromHeader(fits.hdu(0).header)
  const pixels = wcs.skyToPixelArrays(all.ra, all.dec)
  const near = [...pixels.x.keys()].filter(
    (i) => pixels.x[i]! > -300 && pixels.x[i]! < 2348 && pixels.y[i]! > -300 && pixels.y[i]! < 4476,
  )
  const refs = (values: Float64Array) => Float64Array.from(near, (i) => values[i]!)
  return {
    wcs,
    sources: { x: take(x), y: take(y), error: take(error) },
    references: { ra: refs(all.ra), dec: refs(all.dec), errorArcsec: refs(all.errorArcsec) },
  }
}

test('real HSC detectors find their Gaia stars by patterns and fit them to 20 mas', async () => {
  const all = await gaia()
  const files = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.fits'))
    .sort()
    .filter((_, k) => k % 2 === 0)
  const distances = { before: [] as number[], after: [] as number[] }
  for (const file of files) {
    const { sources, references, wcs } = await detector(file, all)
    // All pairs within 2″ of each, those that the fit left out too.
    const near = (w: SkyWcs) => {
      const pixels = w.skyToPixelArrays(references.ra, references.dec)
      return median(matchNearest(sources, pixels, 2 / 0.168).map((pair) => pair.distance * 0.168))
    }
    distances.before.push(near(wcs))
    const matcher = { minMatchedPairs: 8, numPointsForShape: 4, numPointsForShapeAttempt: 8 }
    distances.after.push(near(solveAstrometry(sources, references, wcs, { matcher, numRejIter: 3 }).wcs))
  }
  expect(files).toHaveLength(26)
  expect(median(distances.before)).toBeGreaterThan(0.3)
  // Gaia's errors and the centres' are a few mas; the air adds 10–20 in 270 s.
  expect(median(distances.after)).toBeLessThan(0.025)
  // Each has 15–25 stars that Gaia knows; where the header is off by an arcsecond the patterns mistake some.
  expect(distances.after.filter((d) => d < 0.06).length).toBeGreaterThanOrEqual(22)
})

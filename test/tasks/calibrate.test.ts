import { beforeAll, expect, test } from 'vitest'
import { defaultContext, formatShort, makeLogger } from '#core'
import { Angle } from '#geom'
import { clippedStats } from '#math'
import { makeRefcat, PS1, SIM_TINY, Sky, TINY_SURVEY } from '#sim'
import type { Catalog } from '#table'
import {
  CalibrateConfig,
  type Calibrated,
  type CalibrateInputs,
  calibrate,
  CharacterizeImageConfig,
  characterizeImage,
  srcSchema,
  standaloneContext,
} from '#tasks'
import { type Reduced, simulateAndReduce } from '../support/simulated-isr.ts'
import { identical } from '../support/statistics.ts'

const SEED = 'truth'
const FIELD_RADIUS = Angle.fromDegrees(0.06)
const ids = { expId: 200401n, bits: 32 }
const visit = TINY_SURVEY[0]!
const lines: string[] = []

let reduced: Reduced
let inputs: CalibrateInputs
let result: Calibrated

function run(
  change: (config: CalibrateConfig) => void = () => {},
  from: CalibrateInputs = inputs,
): Calibrated {
  const config = CalibrateConfig.make()
  config.astrometry.value.matcher.value.minMatchedPairs = 8
  change(config)
  lines.length = 0
  const log = makeLogger('calibrate', (record) => lines.push(formatShort(record)))
  return calibrate(from, ids, standaloneContext('calibrate', config, defaultContext({ log })))
}

beforeAll(async () => {
  reduced = await simulateAndReduce({ camera: SIM_TINY, visit, detector: 1, seed: SEED }, '2014-05-01')
  const config = CharacterizeImageConfig.make()
  const context = standaloneContext('characterizeImage', config, defaultContext())
  const { characterized, sourceCat, backgroundModel } = characterizeImage(reduced.postIsr, ids, context)
  const sky = new Sky(SEED, SIM_TINY.density)
  const { boresight } = visit.pointing
  const shards = [...makeRefcat(PS1, sky, boresight, FIELD_RADIUS, SEED).values()]
  inputs = {
    exposure: characterized,
    background: backgroundModel,
    icSourceCat: sourceCat,
    astromRefCat: shards,
    photoRefCat: shards,
  }
  result = run()
})

test('logs what the stack does, in its order', () => {
  const shape = (line: string) => line.replace(/-?\d+(\.\d+)?/g, '#').trim()
  expect(lines.map(shape)).toEqual([
    'calibrate.detection INFO: Detected # positive peaks in # footprints and # negative peaks in # footprints to # sigma',
    'calibrate.detection INFO: Resubtracting the background after object detection',
    'calibrate.skySources INFO: Added # of # requested sky sources (#%)',
    'calibrate.measurement INFO: Measuring # sources (# parents, # children)',
    'calibrate.applyApCorr INFO: Applying aperture corrections to # instFlux fields',
    'calibrate.astromRefObjLoader INFO: Loaded # reference objects',
    'calibrate.astrometry INFO: Purged # sources, leaving # good sources',
    'calibrate.astrometry INFO: Matched and fit WCS in # iterations; found # matches with scatter = # +- # arcsec',
    'calibrate.photoRefObjLoader INFO: Loaded # reference objects',
    'calibrate.photoCal.match.sourceSelection INFO: Selected #/# sources',
    'calibrate.photoCal.match.referenceSelection INFO: Selected #/# references',
    'calibrate.photoCal INFO: Magnitude zero point: # +/- # from # stars',
    'calibrate INFO: Photometric zero-point: #',
  ])
})

test('image and background add up to what came in', () => {
  const [before, after] = [inputs.background.image()!, result.outputBackground.image()!]
  const [a, b] = [inputs.exposure.image.data, result.outputExposure.image.data]
  let worst = 0
  for (let i = 0; i < a.length; i++)
    worst = Math.max(worst, Math.abs(a[i]! + before.data[i]! - b[i]! - after.data[i]!))
  // float32 sums of numbers of some hundred.
  expect(worst).toBeLessThan(1e-3)
  expect(result.outputBackground.entries.length).toBe(inputs.background.entries.length + 1)
})

test('the WCS is the true one and the zero point the camera’s', () => {
  const { wcs, photoCalib, metadata } = result.outputExposure
  const [x, y] = [256, 256]
  const before = inputs.exposure.wcs!.pixelToSky(x, y).separation(reduced.truth.wcs.pixelToSky(x, y))
  expect(before.arcseconds).toBeGreaterThan(0.9)
  const off = wcs!.pixelToSky(x, y).separation(reduced.truth.wcs.pixelToSky(x, y)).arcseconds
  // Some 20 references of 20–40 mas an axis: 10 mas in the middle; three of these.
  expect(off).toBeLessThan(0.03)
  const zeroPoint = 2.5 * Math.log10(photoCalib!.fluxMag0)
  // 26.8 and 30 s, a transparency of 1 ± 0.02, and what the 12-pixel aperture misses (1 %).
  expect(Math.abs(zeroPoint - 26.8 - 2.5 * Math.log10(30))).toBeLessThan(0.07)
  expect(metadata.getNumber('MAGZERO')).toBeCloseTo(zeroPoint - 2.5 * Math.log10(30), 6)
  expect(metadata.getNumber('MAGZERO_NOBJ')).toBe(
    result.outputCat.bool('calib_photometry_used').reduce((a, b) => a + b, 0),
  )
})

test('the catalog has the columns it said it would, ids of the exposure, and places by the new WCS', () => {
  const { outputCat: src, outputExposure } = result
  const config = CalibrateConfig.make()
  expect(src.schema.names).toEqual(srcSchema(config, inputs.icSourceCat.schema).names)
  expect(src.schema.columns.filter((c) => c.doc === undefined)).toEqual([])
  expect(src.i64('id')[0]).toBe((ids.expId << 32n) | 1n)
  const sky = outputExposure.wcs!.pixelToSkyArrays(src.f64('slot_Centroid_x'), src.f64('slot_Centroid_y'))
  expect(identical(src.f64('coord_ra'), sky.ra)).toBe(true)
  const count = (name: string) => src.bool(name).reduce((a, b) => a + b, 0)
  expect(count('calib_detected')).toBeGreaterThan(0.9 * inputs.icSourceCat.numRows)
  expect(count('calib_psf_used')).toBe(inputs.icSourceCat.bool('calib_psf_used').reduce((a, b) => a + b, 0))
  expect(count('detect_isPrimary') + count('sky_source')).toBe(src.numRows)
})

test('sky objects measure nothing, to the error they state', () => {
  const { outputCat: src } = result
  const sky = [...src.bool('sky_source').entries()].filter(([, v]) => v === 1).map(([row]) => row)
  expect(sky.length).toBeGreaterThan(60)
  const [flux, error] = [src.f64('base_PsfFlux_instFlux'), src.f64('base_PsfFlux_instFluxErr')]
  const pulls = Float64Array.from(sky, (row) => flux[row]! / error[row]!)
  const { mean, stdev } = clippedStats(pulls, { nSigma: 4, nIter: 3 })
  // Faint galaxies lift the mean, and sixty places know the width to 10 %.
  expect(Math.abs(mean)).toBeLessThan(0.6)
  expect(Math.abs(stdev - 1)).toBeLessThan(0.35)
})

test('matches name both sides; the denormalized form has the columns of both', () => {
  const { matches, matchesDenormalized } = run((c) => {
    c.doWriteMatchesDenormalized = true
  })
  expect(matches!.numRows).toBe(result.outputCat.bool('calib_astrometry_used').reduce((a, b) => a + b, 0))
  const known = new Set(inputs.astromRefCat!.flatMap((shard: Catalog) => [...shard.i64('id')]))
  expect([...matches!.i64('first')].every((id) => known.has(id))).toBe(true)
  expect(Math.max(...matches!.f64('distance')) * 206264.8).toBeLessThan(0.3)
  expect([...matchesDenormalized!.i64('src_id')]).toEqual([...matches!.i64('second')])
  expect([...matchesDenormalized!.i64('ref_id')]).toEqual([...matches!.i64('first')])
  expect(matchesDenormalized!.schema.get('ref_coord_ra').unit).toBe('rad')
})

test('without a match it fails and says why, or warns and goes on where that is allowed', () => {
  const elsewhere = makeRefcat(
    PS1,
    new Sky('other', SIM_TINY.density),
    visit.pointing.boresight,
    FIELD_RADIUS,
    'other',
  )
  const lost = { ...inputs, astromRefCat: [...elsewhere.values()] }
  expect(() => run(undefined, lost)).toThrowError(
    /No pattern of the \d+ sources and \d+ reference objects fits/,
  )
  const done = run((c) => {
    c.requireAstrometry = false
    c.requirePhotoCal = false
  }, lost)
  expect(lines.some((line) => line.includes('WARN: Unable to perform astrometric calibration'))).toBe(true)
  expect(done.outputExposure.wcs).toBe(inputs.exposure.wcs)
  expect(done.outputCat.schema.names).toEqual(result.outputCat.schema.names)
})

test('a band that the reference catalog does not have is named, with those it has', () => {
  expect(() =>
    run((c) => {
      c.astromRefObjLoader.value.anyFilterMapsToThis = 'u'
    }),
  ).toThrowError(/no 'u_flux'; it has g_flux, r_flux/)
})

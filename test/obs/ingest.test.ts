import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Butler, recordInput } from '#butler'
import { toHex } from '#core'
import { Header, imageHdu, writeFits } from '#fits'
import {
  defineVisits,
  HSC,
  ingestRaws,
  registerInstrument,
  registerSkyMap,
  skyMapAround,
  TinyCam,
  updateDimensionRegions,
  updateExposuresFromRaws,
} from '#obs'
import { createNodeButler, nodeFiles } from '#platform/node'
import { rawFileBytes, SIM_TINY, simulateFrame, TINY_SURVEY } from '#sim'
import type { SkyWcs } from '#wcs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { square } from '../support/repository.ts'

const scratch = mkdtempSync(join(tmpdir(), 'ingest-'))
const path = (name: string) => join(scratch, name)
let butler: Butler
let count = 0

beforeAll(() => {
  for (const visit of TINY_SURVEY.slice(0, 2))
    for (const detector of [0, 1]) {
      const spec = { camera: SIM_TINY, visit, detector, seed: 'ingest' }
      writeFileSync(path(`${visit.id}_${detector}.fits`), rawFileBytes(spec, simulateFrame(spec).raw))
    }
})
afterAll(() => rmSync(scratch, { recursive: true }))
beforeEach(async () => {
  butler = await createNodeButler(path(`repo${count++}`))
  await registerInstrument(butler, TinyCam)
  return () => butler.close()
})

const ALL = ['1002_0.fits', '1002_1.fits', '1004_0.fits', '1004_1.fits'].map(path)
const ingest = (paths: readonly string[], options = {}) =>
  ingestRaws(butler, nodeFiles, paths, { transfer: 'copy', ...options })
const exposures = () => butler.queryDimensionRecords('exposure', { explain: false })

test('raws enter with their records, and read back with wcs, filter and detector', async () => {
  const report = await ingest(ALL)
  expect(report.ingested).toHaveLength(4)
  expect(report.exposures).toEqual([1002, 1004])
  const [record] = await exposures()
  expect(record?.fields).toMatchObject({
    obs_id: 'TINY001002',
    physical_filter: 'Tiny-R',
    group: '1002',
    day_obs: 20140501,
    exposure_time: 30,
    tracking_ra: 150,
    observation_type: 'science',
    has_simulated: true,
  })
  const id = { instrument: 'TinyCam', exposure: 1004, detector: 1 }
  const options = { collections: 'TinyCam/raw/all' }
  expect(await butler.get('raw.detector', id, options)).toMatchObject({ name: 'T_01' })
  expect(await butler.get('raw.filter', id, options)).toEqual({ physical: 'Tiny-R', band: 'r' })
})

test('ids come from the data ID and the run, so that sites agree', async () => {
  const [first] = (await ingest([ALL[0]!])).ingested
  const other = await createNodeButler(path('twin'))
  await registerInstrument(other, TinyCam)
  const [second] = (await ingestRaws(other, nodeFiles, [ALL[0]!], { transfer: 'copy' })).ingested
  await other.close()
  expect(first?.id).toBe(second?.id)
  expect(first?.id[14]).toBe('5')
})

test('a truncated raw is named and nothing is ingested', async () => {
  const whole = await nodeFiles.readBytes(ALL[1]!)
  writeFileSync(path('cut.fits'), whole.subarray(0, whole.length >> 1))
  await expect(ingest([ALL[0]!, path('cut.fits')])).rejects.toMatchObject({
    code: 'obs/ingest-failed',
    message: expect.stringMatching(/1 of 2 files cannot be ingested; nothing was\.\n.*cut\.fits.*announces/s),
  })
  expect(await exposures()).toHaveLength(0)
})

test('a raw of another instrument is named with both instruments', async () => {
  await expect(ingest([ALL[0]!], { instrument: HSC })).rejects.toThrow(
    /1002_0\.fits: this raw belongs to TinyCam, not to HSC/,
  )
  const alien = new Header([
    ['INSTRUME', 'MegaPrime'],
    ['TELESCOP', 'CFHT'],
  ])
  const frame = imageHdu({ data: new Uint16Array(64), width: 8, height: 8, header: alien })
  writeFileSync(path('alien.fits'), writeFits([frame]))
  await expect(ingest([path('alien.fits')])).rejects.toThrow(
    /alien\.fits: no instrument known.*MegaPrime \/ CFHT/,
  )
  expect(await exposures()).toHaveLength(0)
})

test('raws of an instrument that was not registered are refused with the cure', async () => {
  const bare = await createNodeButler(path('bare'))
  await expect(ingestRaws(bare, nodeFiles, [ALL[0]!], { transfer: 'copy' })).rejects.toMatchObject({
    code: 'obs/unregistered-instrument',
    hint: expect.stringContaining('register-instrument'),
  })
  await bare.close()
})

test('good files go in alone when asked for, and again only when skipped', async () => {
  writeFileSync(path('junk.fits'), 'no FITS at all')
  const report = await ingest([path('junk.fits'), ALL[2]!], { keepGoing: true })
  expect(report.failed.map((f) => f.path)).toEqual([path('junk.fits')])
  expect(report.ingested).toHaveLength(1)
  await expect(ingest([ALL[2]!])).rejects.toThrow(
    /1004_0\.fits: exposure 1004, detector 0 of TinyCam is in .TinyCam\/raw\/all. already/,
  )
  expect(await ingest([ALL[2]!, ALL[3]!], { skipExisting: true })).toMatchObject({ skipped: 1 })
})

test('visits are one to one with science exposures; regions hold the chips', async () => {
  await ingest(ALL)
  expect(await defineVisits(butler, TinyCam)).toEqual([1002, 1004])
  expect(await defineVisits(butler, TinyCam)).toEqual([])
  const regions = await butler.queryDimensionRecords('visit_detector_region', {
    where: "instrument = 'TinyCam' AND visit = 1002",
  })
  const pointing = TINY_SURVEY[0]!.pointing
  for (const record of regions) {
    const wcs = TinyCam.camera.wcs(Number(record.get('detector')), pointing)
    for (const [x, y] of [
      [0, 0],
      [511, 511],
      [256, 700],
    ] as const)
      expect(record.region?.containsVector(wcs.pixelToSky(x, y).toVector())).toBe(true)
    expect(record.region?.containsVector(wcs.pixelToSky(256, 900).toVector())).toBe(false)
  }
  const [visit] = await butler.queryDimensionRecords('visit', {
    where: "instrument = 'TinyCam' AND visit = 1002",
  })
  expect(visit?.region?.containsVector(pointing.boresight.toVector())).toBe(true)
  expect(await butler.queryDimensionRecords('visit_system')).toHaveLength(1)
})

const visitsOf = async (element: string) =>
  (await butler.queryDimensionRecords(element, { where: "instrument = 'TinyCam'", explain: false })).map(
    (record) => record.fields,
  )

test('snaps of a sequence are visits each, and one together by counter', async () => {
  await ingest(ALL)
  for (const [index, record] of (await exposures()).entries()) {
    const snap = {
      seq_num: 7 + index,
      seq_start: 7,
      seq_end: 8,
      azimuth: 359 + 2 * index,
      day_obs: record.get('day_obs'),
    }
    await butler.registry.syncDimensionData('exposure', { ...recordInput(record), ...snap }, { update: true })
  }
  const options = { grouping: 'one-to-one-and-by-counter' } as const
  // The first snap gives its number to the sequence and has a 9 before its own.
  expect(await defineVisits(butler, TinyCam, options)).toEqual([91002, 1004, 1002])
  expect(await defineVisits(butler, TinyCam, options)).toEqual([])
  const members = (await visitsOf('visit_system_membership')).map((m) => [m['visit_system'], m['visit']])
  expect(members.toSorted()).toEqual([
    [0, 1004],
    [0, 91002],
    [2, 1002],
  ])
  const pairs = (await visitsOf('visit_definition')).filter((d) => d['visit'] === 1002)
  expect(pairs.map((d) => d['exposure'])).toEqual([1002, 1004])
  const [first, second] = await exposures()
  const visit = (
    await butler.queryDimensionRecords('visit', { where: "instrument = 'TinyCam' AND visit = 1002" })
  )[0]!
  expect(visit.get('exposure_time')).toBe(
    Number(first!.get('exposure_time')) + Number(second!.get('exposure_time')),
  )
  // 359° and 1° on both sides of north.
  expect(Math.abs(Math.sin((Number(visit.get('azimuth')) * Math.PI) / 180))).toBeLessThan(1e-12)
  expect([visit.timespan!.begin, visit.timespan!.end]).toEqual([
    first!.timespan!.begin,
    second!.timespan!.end,
  ])
})

test('exposures of a group are one visit, numbered by the digits of its name', async () => {
  await ingest(ALL)
  await butler.registry.syncDimensionData('group', { instrument: 'TinyCam', name: 'g-77' })
  for (const record of await exposures())
    await butler.registry.syncDimensionData(
      'exposure',
      { ...recordInput(record), group: 'g-77' },
      { update: true },
    )
  expect(await defineVisits(butler, TinyCam, { grouping: 'by-group-metadata' })).toEqual([77])
  expect((await visitsOf('visit_system')).map((v) => [v['id'], v['name']])).toEqual([
    [1, 'by-group-metadata'],
  ])
  expect((await visitsOf('visit')).map((v) => v['name'])).toEqual(['g-77'])
})

const here = { collections: ['TinyCam/raw/all'] }

test('exposure records are as the headers of their raws say again', async () => {
  await ingest(ALL)
  const [record] = await exposures()
  const wrong = { ...recordInput(record!), target_name: 'elsewhere', tracking_ra: 1 }
  await butler.registry.syncDimensionData('exposure', wrong, { update: true })
  const update = (where: string) => updateExposuresFromRaws(butler, TinyCam, { where, ...here })
  await expect(update(' ')).rejects.toThrow('Which exposures are to be updated is not said.')
  expect(await update('exposure > 1002')).toEqual([])
  expect(await update('exposure IN (1002, 1004) OR exposure = 1002')).toEqual([1002])
  expect((await exposures())[0]!.fields).toEqual(record!.fields)
})

test('fitted geometries go into the records of visits, their detectors and exposures', async () => {
  await ingest(ALL)
  await defineVisits(butler, TinyCam)
  await butler.registry.registerDatasetType({
    name: 'visit_geometry',
    dimensions: ['instrument', 'visit'],
    storageClass: 'VisitGeometry',
  })
  const region = square(150, 2, 0.1)
  const id = { instrument: 'TinyCam', visit: 1004 }
  const encoded = toHex(region.encode())
  const geometry = {
    boresight_ra: 150.25,
    boresight_dec: 2.5,
    orientation: 12,
    visit_region: encoded,
    detector_regions: { 1: encoded },
  }
  await butler.collections.register('fit')
  await butler.put(geometry, 'visit_geometry', id, { run: 'fit' })
  expect(await updateDimensionRegions(butler, TinyCam, { collections: ['fit'] })).toEqual([1004])
  const of = async (element: string, where: string) => {
    const found = await butler.queryDimensionRecords(element, { where: `instrument='TinyCam' AND ${where}` })
    return found.map((record) => record.region?.encode() ?? record.fields)
  }
  expect(await of('exposure', 'exposure=1004')).toMatchObject([
    { tracking_ra: 150.25, tracking_dec: 2.5, sky_angle: 12, target_name: 'TINY-FIELD' },
  ])
  expect(await of('visit', 'visit=1004')).toEqual([region.encode()])
  const regions = await of('visit_detector_region', 'visit=1004')
  expect([regions[0], regions[1]]).toEqual([expect.not.objectContaining(region.encode()), region.encode()])
  await butler.pruneDatasets(await butler.queryDatasets('visit_geometry', { collections: 'fit' }), {
    disassociate: true,
    unstore: true,
    purge: true,
  })
  await butler.put({ ...geometry, visit_region: 'q' }, 'visit_geometry', id, { run: 'fit' })
  const bad = updateDimensionRegions(butler, TinyCam, { collections: ['fit'] })
  await expect(bad).rejects.toThrow("is no visit geometry: 'visit_region' is missing or of another kind")
})

test('a sky map goes around the images that are there, after the tracts of another', async () => {
  await ingest(ALL)
  const options = { ...here, datasetType: 'raw', config: { pixelScale: 0.2 } }
  const map = await skyMapAround(butler, TinyCam, options)
  expect(map.config).toMatchObject({ pixelScale: 0.2, tractOverlap: 0 })
  const tract = map.tract(0)
  for (const exposure of [1002, 1004])
    for (const detector of [0, 1]) {
      const wcs = await butler.get<SkyWcs>('raw.wcs', { instrument: 'TinyCam', exposure, detector }, here)
      const { x, y } = tract.wcs.skyToPixel(wcs.pixelToSky(10, 10))
      expect(tract.bbox.contains({ x: Math.round(x), y: Math.round(y) })).toBe(true)
    }
  await registerSkyMap(butler, 'one', map)
  const two = await skyMapAround(butler, TinyCam, { ...options, before: 'one', borderSize: 0.5 })
  expect(two.config.radiusList).toEqual([map.config.radiusList[0], map.config.radiusList[0]! + 0.5])
  const none = skyMapAround(butler, TinyCam, { ...options, collections: ['skymaps'] })
  await expect(none).rejects.toThrow('There is no raw of TinyCam in skymaps')
})

import { Header } from '#fits'
import { HSC, instrumentOf } from '#obs'
import { expect, test } from 'vitest'
import { expectedOf, realHeader } from './header-files.ts'

const REAL = 'fitsheader-hsc.yaml'

test('a real HSC header translates as the stack translates it', () => {
  const info = HSC.translateHeader(realHeader(REAL))
  const expected = expectedOf(REAL)
  const quantity = (key: string) => (expected[key] as { value: number }).value
  expect(info).toMatchObject({
    telescope: expected['telescope'],
    instrument: expected['instrument'],
    exposureId: expected['exposure_id'],
    visitId: expected['visit_id'],
    observationId: expected['observation_id'],
    exposureGroup: expected['exposure_group'],
    observationCounter: expected['observation_counter'],
    groupCounter: [expected['group_counter_start'], expected['group_counter_end']],
    observationType: expected['observation_type'],
    observationReason: expected['observation_reason'],
    observingDay: expected['observing_day'],
    detectorNum: expected['detector_num'],
    detectorName: expected['detector_name'],
    detectorUniqueName: expected['detector_unique_name'],
    detectorSerial: expected['detector_serial'],
    detectorExposureId: expected['detector_exposure_id'],
    physicalFilter: expected['physical_filter'],
    target: expected['object'],
    scienceProgram: expected['science_program'],
    hasSimulatedContent: expected['has_simulated_content'],
    exposureTimeSec: quantity('exposure_time'),
    darkTimeSec: quantity('dark_time'),
    temperatureK: quantity('temperature'),
    pressureHpa: quantity('pressure'),
    relativeHumidity: expected['relative_humidity'],
    focusZMm: quantity('focus_z'),
  })
})

test('times, pointing and rotation of a real HSC header', () => {
  const info = HSC.translateHeader(realHeader(REAL))
  expect(info.begin.toIso('utc', 3)).toBe('2013-11-02T06:15:55.908')
  expect(info.end.toIso('utc', 3)).toBe('2013-11-02T06:16:27.928')
  expect(info.trackingRadec?.ra.degrees).toBeCloseTo(320.749925, 9)
  expect(info.trackingRadec?.dec.degrees).toBeCloseTo(0.500019444444, 9)
  expect(info.boresightRotation?.degrees).toBe(270)
  expect(info.altitude?.degrees).toBeCloseTo(63.04359233, 9)
})

test('the pointing of a real header puts the chip where its own WCS does, within the error of a linear WCS', () => {
  const header = realHeader(REAL)
  const info = HSC.translateHeader(header)
  const wcs = HSC.camera.wcs(info.detectorNum, {
    boresight: info.trackingRadec!,
    rotation: info.boresightRotation!,
  })
  // Stored frames are mirrored left to right; CRPIX counts from 1 in the trimmed chip.
  const [x, y] = [2048 - header.requireNumber('CRPIX1'), header.requireNumber('CRPIX2') - 1]
  const there = wcs.pixelToSky(x, y)
  // The archive's scale is 0.8 % off over 4400 pixels, 18 pixels of 0.17″ at the reference point.
  expect(there.separation(info.trackingRadec!).arcseconds).toBeLessThan(4)
  const [cd11, cd12, cd21, cd22] = wcs.cdMatrixAt(1023.5, 2087.5)
  expect(-cd11).toBeCloseTo(header.requireNumber('CD1_1'), 6)
  expect(cd12).toBeCloseTo(header.requireNumber('CD1_2'), 6)
  expect(-cd21).toBeCloseTo(header.requireNumber('CD2_1'), 6)
  expect(cd22).toBeCloseTo(header.requireNumber('CD2_2'), 6)
})

const edited = (cards: Readonly<Record<string, string | number>>): Header => {
  const header = realHeader(REAL)
  for (const [key, value] of Object.entries(cards)) header.set(key, value)
  return header
}

test.each([
  ['HSCA90334400', 'HSCA90334405', 903344],
  ['HSCB00123400', 'HSCB00123405', 1001234],
  ['HSCE00904024', 'HSCE00904024', 904024],
  ['HSCA00000000', 'HSCA90334513', 903344],
  ['HSCA00000000', 'HSCA90334413', 903344],
])('EXP-ID %s with FRAMEID %s is exposure %i', (expId, frameId, exposure) => {
  expect(HSC.translateHeader(edited({ 'EXP-ID': expId, FRAMEID: frameId })).exposureId).toBe(exposure)
})

test('detector numbers of the commissioning days are mapped', () => {
  const early = { MJD: 55927 + 400.3, 'DET-ID': 112 }
  expect(HSC.translateHeader(edited(early)).detectorNum).toBe(106)
  expect(HSC.translateHeader(edited({ ...early, MJD: 55927 + 406.3 })).detectorNum).toBe(112)
})

test('filter aliases give the registry name', () => {
  expect(HSC.translateHeader(edited({ FILTER01: 'W-S-R+' })).physicalFilter).toBe('HSC-R')
})

test('a malformed EXP-ID names file and card', () => {
  expect(() => HSC.translateHeader(edited({ 'EXP-ID': 'SUPA0001' }), 'night/a.fits')).toThrow(
    /night\/a\.fits: card EXP-ID should be like HSCA90334400.*found 'SUPA0001'/,
  )
  const header = realHeader(REAL).delete('EXPTIME')
  expect(() => HSC.translateHeader(header, 'b.fits')).toThrow(/b\.fits: card EXPTIME.*missing/)
})

test.each([
  'fitsheader-decam.yaml',
  'fitsheader-megaprime.yaml',
  'fitsheader-suprimecam-CORR40535770.yaml',
  'fitsheader-sdss-fpC-006377-g4-0399.yaml',
])('%s is not taken for HSC', (name) => {
  expect(instrumentOf(realHeader(name))).toBeUndefined()
})

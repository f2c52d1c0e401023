import { readdirSync } from 'node:fs'
import { genericFilter, genericVisitInfo, HSC, instrumentOf } from '#obs'
import { Instant } from '#time'
import { expect, test } from 'vitest'
import { dataPath } from '../support/data.ts'
import { expectedOf, realHeader } from './header-files.ts'

const names = readdirSync(dataPath('real/headers'), { recursive: true })
  .map(String)
  .filter((name) => /\.(yaml|json)$/.test(name) && !/^(visit_info\.yaml|expected\.json)$/.test(name))

/** Headers whose night was edited for the upstream tests; their DATE-OBS was not. */
const EDITED = ['comCamSim-CC_S_20240321', 'lsstCam-faked-future']

/** Headers of a night when the clock stood at 1970; their translator takes the date from the file name. */
const UNSET = ['latiss-AT_O_20191104', 'latiss-AT_O_20191118']

const night = (yyyymmdd: number): Instant => {
  const text = String(yyyymmdd)
  return Instant.fromIso(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}T12:00:00`, 'utc')
}

test('there are headers of eight cameras and more', () => {
  expect(names.length).toBeGreaterThanOrEqual(38)
})

test.each(names)('exposure time, date and filter of %s are read as its own translator reads them', (name) => {
  const header = realHeader(name)
  const expected = expectedOf(name)
  const info = genericVisitInfo(header)
  const exposureTime = expected['exposure_time'] as { readonly value: number } | undefined
  // Rubin's translators give the shutter's actual time, up to 1 ms more than EXPTIME.
  if (exposureTime !== undefined) expect(Math.abs(info.exposureTime! - exposureTime.value)).toBeLessThan(2e-3)
  const day = expected['observing_day']
  if (UNSET.some((part) => name.includes(part))) expect(info.date).toBeUndefined()
  else if (typeof day === 'number' && !EDITED.some((part) => name.includes(part))) {
    expect(info.date).toBeDefined()
    // An observing day runs from noon to noon somewhere on Earth.
    expect(Math.abs(info.date!.secondsSince(night(day)))).toBeLessThan(1.5 * 86_400)
  }
  const filter = String(expected['physical_filter'] ?? '')
  if (/^[ugrizy](_\d+|\.MP\d+|$)/.test(filter)) {
    const found = genericFilter(header)
    if (found !== undefined) expect(found.band).toBe(filter[0])
  }
})

test('only the HSC header is taken for an instrument of ours', () => {
  expect(names.filter((name) => instrumentOf(realHeader(name)) !== undefined)).toEqual([
    'fitsheader-hsc.yaml',
  ])
  expect(instrumentOf(realHeader('fitsheader-hsc.yaml'))).toBe(HSC)
})

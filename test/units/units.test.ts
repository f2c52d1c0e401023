import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  areCompatible,
  areEqual,
  conversionFactor,
  formatUnit,
  makeUnit,
  parseUnit,
  tryParseUnit,
} from '#units'

const convert = (value: number, from: string, to: string): number =>
  value * conversionFactor(parseUnit(from), parseUnit(to))

describe('reading units', () => {
  test.each([
    ['nJy', 'nJy'],
    ['pixel**2', 'pixel2'],
    ['pixel^2', 'pixel2'],
    ['nJy / electron', 'nJy / electron'],
    ['nJy.electron**-1', 'nJy / electron'],
    ['erg/s/cm**2', 'erg / (s cm2)'],
    ['erg s-1 cm-2', 'erg / (s cm2)'],
    ['erg / (s cm2)', 'erg / (s cm2)'],
    ['m.s-1', 'm / s'],
    ['electron^(1/2)', 'electron(1/2)'],
    ['sqrt(electron)', 'electron(1/2)'],
    ['1/pix', '1 / pix'],
    ['10**-16 W', '1e-16 W'],
    ['', ''],
    ['1', ''],
    ['%', '%'],
  ])('%s prints as %s', (text, plain) => {
    expect(formatUnit(parseUnit(text))).toBe(plain)
  })

  test('a misspelt symbol is named with the nearest one', () => {
    expect(() => parseUnit('arcsek')).toThrow(
      expect.objectContaining({ code: 'units/bad-unit', hint: "Did you mean 'arcsec'?" }),
    )
    expect(() => parseUnit('erg / (s cm2')).toThrow(/parenthesis is not closed/)
    expect(() => parseUnit('nJy /')).toThrow(/something is missing/)
    expect(tryParseUnit('furlong')).toBeUndefined()
  })

  test('prefixes belong only to units that take them', () => {
    expect(tryParseUnit('mdeg')).toBeUndefined()
    expect(tryParseUnit('kmin')).toBeUndefined()
    expect(tryParseUnit('kpix')).toBeUndefined()
  })
})

describe('converting', () => {
  test.each([
    [1, 'deg', 'arcsec', 3600],
    [1, 'rad', 'deg', 57.29577951308232],
    [1, 'Jy', 'nJy', 1e9],
    [1, 'W / (m2 Hz)', 'Jy', 1e26],
    [1, 'erg / (s cm2 Hz)', 'Jy', 1e23],
    [1, 'yr', 'd', 365.25],
    [1, 'mas/yr', 'arcsec/cy', 0.1],
    [5000, 'Angstrom', 'nm', 500],
    [1, 'AU', 'km', 149597870.7],
    [1, 'ct/s', 'count/min', 60],
  ])('%d %s in %s is %d', (value, from, to, wanted) => {
    expect(convert(value, from, to) / wanted).toBeCloseTo(1, 14)
  })

  test('what is counted differently does not convert without a gain or zero point', () => {
    for (const [a, b] of [
      ['adu', 'electron'],
      ['mag', 'nJy'],
      ['count', 'photon'],
      ['pixel', 'arcsec'],
    ] as const) {
      expect(areCompatible(parseUnit(a), parseUnit(b))).toBe(false)
      expect(() => convert(1, a, b)).toThrow(expect.objectContaining({ code: 'units/incompatible' }))
    }
  })

  test('equal units are told however they are spelt', () => {
    expect(areEqual(parseUnit('adu'), parseUnit('DN'))).toBe(true)
    expect(areEqual(parseUnit('pix'), parseUnit('pixel'))).toBe(true)
    expect(areEqual(parseUnit('3600 arcsec'), parseUnit('deg'))).toBe(true)
    expect(areEqual(parseUnit('Jy'), parseUnit('mJy'))).toBe(false)
  })
})

test('every unit prints in every style to a text that reads back equal', () => {
  const symbol = fc.constantFrom(
    'nJy',
    'adu',
    'electron',
    'pixel',
    'arcsec',
    'deg',
    'km',
    's',
    'mag',
    'count',
    'Angstrom',
  )
  const power = fc.constantFrom(-3, -2, -1, -0.5, 0.5, 1, 2, 3)
  const scale = fc.constantFrom(1, 1000, 1e-16, 2.5)
  fc.assert(
    fc.property(scale, fc.array(fc.record({ symbol, power }), { maxLength: 4 }), (by, factors) => {
      const unit = makeUnit(by, factors)
      for (const style of ['vounit', 'fits', 'plain'] as const)
        expect(areEqual(parseUnit(formatUnit(unit, style)), unit)).toBe(true)
    }),
  )
})

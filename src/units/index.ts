/**
 * units: what a number counts. Nouns: Unit, a product of symbols to powers with its worth in base units; the text forms of
 * FITS, VOUnit and astropy. Parse, print, compare, convert. `adu`, `electron`, `count`, `pixel` and `mag` are dimensions
 * of their own: only a gain or a zero point turns one into another, and that is not known here. In the Rubin stack
 * this is astropy.units; texts in columns (`nJy`, `pixel**2`) and in BUNIT stay texts until someone asks.
 */
export { parseUnit, tryParseUnit } from './parse.ts'
export {
  areCompatible,
  areEqual,
  conversionFactor,
  DIMENSIONLESS,
  divideUnits,
  formatUnit,
  makeUnit,
  multiplyUnits,
  powerOfUnit,
  type Unit,
  type UnitFactor,
  type UnitStyle,
} from './unit.ts'
export type { UnitErrorCode } from './errors.ts'

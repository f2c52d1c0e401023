import { unitError } from './errors.ts'
import { type Base, BASES, lookUp } from './known-units.ts'

/** A symbol to a power, as written: `electron` to −1. */
export interface UnitFactor {
  readonly symbol: string
  readonly power: number
}

/** A unit as its text has it, and what it is worth in base units. */
export interface Unit {
  /** The number before the symbols; 1 as a rule. */
  readonly scale: number
  readonly factors: readonly UnitFactor[]
  /** In base units: scale and all factors multiplied out. */
  readonly value: number
  /** Powers of the base units, none of them 0. */
  readonly bases: Partial<Readonly<Record<Base, number>>>
}

export const DIMENSIONLESS: Unit = { scale: 1, factors: [], value: 1, bases: {} }

/** From symbols that are known; powers of equal symbols are added. */
export function makeUnit(scale: number, factors: readonly UnitFactor[]): Unit {
  const merged = new Map<string, number>()
  for (const { symbol, power } of factors) merged.set(symbol, (merged.get(symbol) ?? 0) + power)
  const kept = [...merged].filter(([, power]) => power !== 0).map(([symbol, power]) => ({ symbol, power }))
  let value = scale
  const bases: Partial<Record<Base, number>> = {}
  for (const { symbol, power } of kept) {
    const definition = lookUp(symbol)
    if (definition === undefined) throw unitError('units/bad-unit', `'${symbol}' is no unit.`)
    value *= definition.factor ** power
    for (const base of BASES) {
      const sum = (bases[base] ?? 0) + (definition.bases[base] ?? 0) * power
      if (sum === 0) delete bases[base]
      else bases[base] = sum
    }
  }
  return { scale, factors: kept, value, bases }
}

export const multiplyUnits = (a: Unit, b: Unit): Unit =>
  makeUnit(a.scale * b.scale, [...a.factors, ...b.factors])

export const powerOfUnit = (unit: Unit, power: number): Unit =>
  makeUnit(
    unit.scale ** power,
    unit.factors.map((f) => ({ symbol: f.symbol, power: f.power * power })),
  )

export const divideUnits = (a: Unit, b: Unit): Unit => multiplyUnits(a, powerOfUnit(b, -1))

/** Whether values in one can be given in the other. */
export const areCompatible = (a: Unit, b: Unit): boolean =>
  BASES.every((base) => Math.abs((a.bases[base] ?? 0) - (b.bases[base] ?? 0)) < 1e-12)

/** Whether they are the same however spelt: `deg` and `3600 arcsec`, `adu` and `DN`. */
export const areEqual = (a: Unit, b: Unit): boolean =>
  areCompatible(a, b) && Math.abs(a.value - b.value) <= 1e-12 * Math.abs(a.value)

/** Multiply a value in `from` by this to have it in `to`. @throws 'units/incompatible' */
export function conversionFactor(from: Unit, to: Unit): number {
  if (areCompatible(from, to)) return from.value / to.value
  throw unitError('units/incompatible', `${formatUnit(from)} cannot be given in ${formatUnit(to)}.`)
}

/** `vounit`: `nJy.electron**-1`; `fits`: `nJy electron**-1`; `plain`: `nJy / electron`, as astropy prints it. */
export type UnitStyle = 'vounit' | 'fits' | 'plain'

/** The text of a unit; the empty string for a plain number. */
export function formatUnit(unit: Unit, style: UnitStyle = 'plain'): string {
  const { scale, factors } = unit
  if (style !== 'plain') {
    const parts = factors.map(({ symbol, power }) => symbol + formatPower(power, '**'))
    return [...(scale === 1 ? [] : [formatScale(scale, style)]), ...parts].join(
      style === 'vounit' ? '.' : ' ',
    )
  }
  const above = factors.filter((f) => f.power > 0).map((f) => f.symbol + formatPower(f.power, ''))
  const below = factors.filter((f) => f.power < 0).map((f) => f.symbol + formatPower(-f.power, ''))
  const numerator = [...(scale === 1 ? [] : [String(scale)]), ...above].join(' ')
  if (below.length === 0) return numerator
  return `${numerator === '' ? '1' : numerator} / ${below.length === 1 ? below[0] : `(${below.join(' ')})`}`
}

/** FITS allows powers of ten only. */
function formatScale(scale: number, style: UnitStyle): string {
  const exponent = Math.log10(scale)
  return style === 'fits' && Number.isInteger(exponent) ? `10**${exponent}` : String(scale)
}

function formatPower(power: number, operator: '**' | ''): string {
  if (power === 1) return ''
  if (Number.isInteger(power)) return `${operator}${power}`
  for (const denominator of [2, 3, 4, 5])
    if (Math.abs(power * denominator - Math.round(power * denominator)) < 1e-12)
      return `${operator}(${Math.round(power * denominator)}/${denominator})`
  return `${operator}(${power})`
}

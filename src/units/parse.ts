import { closest } from '#core'
import { unitError } from './errors.ts'
import { knownSymbols, lookUp } from './known-units.ts'
import { DIMENSIONLESS, divideUnits, makeUnit, multiplyUnits, powerOfUnit, type Unit } from './unit.ts'

/**
 * Read a unit in the forms of FITS 4.0 §4.3, VOUnit 1.1 and astropy: `nJy`, `pixel**2`, `erg/s/cm2`, `m.s-1`,
 * `10**-16 erg / (s cm2)`, `electron^(1/2)`. The empty string and `1` are a plain number.
 * @throws 'units/bad-unit' naming the place and the nearest symbol
 */
export function parseUnit(text: string): Unit {
  const reader = new Reader(text)
  const unit = reader.atEnd() ? DIMENSIONLESS : product(reader)
  if (!reader.atEnd()) throw reader.error(`'${reader.rest()}' is not understood`)
  return unit
}

/** As parseUnit, undefined for what is no unit: units of foreign files are labels first. */
export function tryParseUnit(text: string): Unit | undefined {
  try {
    return parseUnit(text)
  } catch {
    return undefined
  }
}

class Reader {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
    this.skipBlanks()
  }

  skipBlanks(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
  }

  atEnd(): boolean {
    return this.at >= this.text.length
  }

  rest(): string {
    return this.text.slice(this.at)
  }

  /** Take what matches here, blanks behind it too. */
  take(pattern: RegExp): string | undefined {
    const match = new RegExp(pattern.source, 'y')
    match.lastIndex = this.at
    const found = match.exec(this.text)?.[0]
    if (found === undefined) return undefined
    this.at += found.length
    return found
  }

  error(why: string, hint?: string) {
    return unitError('units/bad-unit', `The unit '${this.text}' cannot be read: ${why}.`, {
      data: { unit: this.text, at: this.at },
      ...(hint !== undefined && { hint }),
    })
  }
}

/** Factors by blanks, `.`, `*`; a `/` divides by the one factor behind it. */
function product(reader: Reader): Unit {
  let unit = factor(reader)
  for (;;) {
    const start = reader.at
    reader.skipBlanks()
    if (reader.atEnd() || reader.text[reader.at] === ')') return unit
    if (reader.take(/\//) !== undefined) {
      reader.skipBlanks()
      unit = divideUnits(unit, factor(reader))
      continue
    }
    if (reader.take(/[.*·]/) === undefined && start === reader.at)
      throw reader.error(`'${reader.rest()}' is not understood`)
    reader.skipBlanks()
    unit = multiplyUnits(unit, factor(reader))
  }
}

function factor(reader: Reader): Unit {
  if (reader.take(/sqrt\s*\(/) !== undefined) return powerOfUnit(inParentheses(reader), 0.5)
  if (reader.take(/\(/) !== undefined) return powerOfUnit(inParentheses(reader), power(reader))
  const number = reader.take(/\d+(\.\d+)?([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?/)
  if (number !== undefined) return makeUnit(Number(number) ** power(reader), [])
  const symbol = reader.take(/[A-Za-zµ%_]+/)
  if (symbol === undefined)
    throw reader.error(
      reader.atEnd() ? 'something is missing at its end' : `'${reader.rest()}' is not understood`,
    )
  if (lookUp(symbol) === undefined) {
    const guess = closest(symbol, knownSymbols)
    throw reader.error(`'${symbol}' is no unit`, guess === undefined ? undefined : `Did you mean '${guess}'?`)
  }
  return makeUnit(1, [{ symbol, power: power(reader) }])
}

function inParentheses(reader: Reader): Unit {
  reader.skipBlanks()
  const unit = product(reader)
  reader.skipBlanks()
  if (reader.take(/\)/) === undefined) throw reader.error('a parenthesis is not closed')
  return unit
}

/** `**2`, `^-1`, `2`, `-1`, `(1/2)`; 1 when none stands here. */
function power(reader: Reader): number {
  const start = reader.at
  reader.skipBlanks()
  const marked = reader.take(/\*\*|\^/) !== undefined
  if (!marked) reader.at = start
  else reader.skipBlanks()
  const fraction = reader.take(/\(\s*[+-]?\d+(\.\d+)?\s*(\/\s*\d+\s*)?\)/)
  if (fraction !== undefined) {
    const [above = '1', below = '1'] = fraction.slice(1, -1).split('/')
    return Number(above) / Number(below)
  }
  const plain = reader.take(marked ? /[+-]?\d+(\.\d+)?/ : /[+-]?\d+/)
  if (plain !== undefined) return Number(plain)
  if (marked) throw reader.error('a power is missing')
  return 1
}

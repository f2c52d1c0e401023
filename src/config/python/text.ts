import { PyError, typeError } from './errors.ts'
import { repr } from './repr.ts'
import { numberOf, PyFloat, PyTuple, type PyValue, typeNameOf } from './values.ts'

/** `str()`: a text as it is, everything else as its repr. */
export const textOf = (value: PyValue): string => (typeof value === 'string' ? value : repr(value))

/** `text % values` with `%s %r %d %i %f %g` of no width and at most a precision. */
export function formatPercent(text: string, given: PyValue): string {
  const values = given instanceof PyTuple ? [...given.items] : [given]
  const out = text.replace(
    /%(?:(%)|(?:\.(\d+))?([a-zA-Z])|([^]?))/g,
    (_all, percent, digits, kind, other) => {
      if (percent !== undefined) return '%'
      if (other !== undefined || values.length === 0)
        throw typeError('not enough arguments for format string')
      return oneValue(String(kind), digits as string | undefined, values.shift() ?? null)
    },
  )
  if (values.length > 0) throw typeError('not all arguments converted during string formatting')
  return out
}

function oneValue(kind: string, digits: string | undefined, value: PyValue): string {
  if (kind === 's' && digits === undefined) return textOf(value)
  if (kind === 'r' && digits === undefined) return repr(value)
  const number = numberOf(value)
  if (number === undefined) throw typeError(`%${kind} format: a number is required, not ${typeNameOf(value)}`)
  if ((kind === 'd' || kind === 'i') && digits === undefined) return String(Math.trunc(number))
  if (kind === 'f') return number.toFixed(Number(digits ?? 6))
  throw new PyError('ValueError', `the format %${kind} is not understood here`)
}

/** `'{} {0} {name}'.format(…)` without format specifications. */
export function formatBraces(
  text: string,
  positional: readonly PyValue[],
  named: ReadonlyMap<string, PyValue>,
): string {
  let next = 0
  return text.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (piece: string, inner?: string) => {
    if (piece === '{{' || piece === '}}') return piece[0] ?? ''
    if (inner === undefined) throw new PyError('ValueError', `Single '${piece}' encountered in format string`)
    const value =
      inner === '' ? positional[next++] : /^\d+$/.test(inner) ? positional[Number(inner)] : named.get(inner)
    if (value === undefined)
      throw new PyError('IndexError', `nothing is given for the replacement {${inner}}`)
    return textOf(value)
  })
}

/** `float(text)`; undefined when the text is no number. */
export function floatOfText(text: string): PyFloat | undefined {
  const word = text.trim().toLowerCase()
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(word)
  if (special !== null)
    return new PyFloat(special[2] === 'nan' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity)
  return /^[+-]?(\d(_?\d)*\.?(\d(_?\d)*)?|\.\d(_?\d)*)(e[+-]?\d(_?\d)*)?$/.test(word)
    ? new PyFloat(Number(word.replaceAll('_', '')))
    : undefined
}

/** Nine digits are 4 mas in an angle of 360 degrees and 1e-5 px on any detector; more would not be read. */
const DIGITS = 9
/** What nearly every float fits in: sign, point, nine digits and the zero before a fraction. */
export const FLOAT_CHARS = 12

/** A cell as text: 64-bit integers exact, floats with up to nine digits, or the seven that 32 bits hold. */
export function formatCell(value: unknown, isFloat32 = false): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return formatNumber(value, isFloat32 ? 7 : DIGITS)
  if (typeof value === 'bigint' || typeof value === 'boolean' || typeof value === 'string')
    return String(value)
  if (value instanceof Date) return value.toISOString()
  if (ArrayBuffer.isView(value) || Array.isArray(value))
    return `[${listed(value as ArrayLike<unknown>, isFloat32)}]`
  if (isIterable(value)) return `[${listed([...value], isFloat32)}]`
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item))
}

const MAX_LISTED = 8

function listed(values: ArrayLike<unknown>, isFloat32: boolean): string {
  const shown = Array.from({ length: Math.min(values.length, MAX_LISTED) }, (_, i) =>
    formatCell(values[i], isFloat32),
  )
  return shown.join(', ') + (values.length > MAX_LISTED ? `, … ${values.length}` : '')
}

function formatNumber(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value)
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1) return String(Number(value.toFixed(digits)))
  return size >= 1 && size < 1e9
    ? String(Number(value.toPrecision(digits)))
    : value.toExponential(Math.min(6, digits - 1))
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value

import { Complex, PyFloat, PyObject, PySet, PyTuple } from './values.ts'

/** Python's repr of a float: `1.0`, `1e-08`, `1e+16`, `nan`, `inf`. */
export function reprFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [mantissa = '', exponent = '+0'] = value.toExponential().split('e')
    return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
  }
  const text = String(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

/** Python's repr of a string: single quotes unless only they occur inside. */
export function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let out = quote
  for (const c of text) {
    if (c === quote || c === '\\') out += `\\${c}`
    else if (c === '\n') out += '\\n'
    else if (c === '\r') out += '\\r'
    else if (c === '\t') out += '\\t'
    else if (c < ' ' || c === '\x7f') out += `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`
    else out += c
  }
  return out + quote
}

const reprComplex = ({ re, im }: Complex): string => {
  const short = (x: number) => reprFloat(x).replace(/\.0$/, '')
  return re === 0 && !Object.is(re, -0) ? `${short(im)}j` : `(${short(re)}${im < 0 ? '' : '+'}${short(im)}j)`
}

const reprTuple = ({ items }: PyTuple, asFloat: boolean): string =>
  `(${items.map((item) => repr(item, asFloat)).join(', ')}${items.length === 1 ? ',' : ''})`

function reprObject(value: PyObject): string {
  const plain = value.plain()
  if (plain !== undefined) return repr(plain)
  return typeof value.identity === 'string' ? value.identity : `<${value.typeName}>`
}

/** Python's repr of a config value; `asFloat` prints plain numbers as floats. */
export function repr(value: unknown, asFloat = false): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return asFloat || !Number.isInteger(value) ? reprFloat(value) : String(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return reprString(value)
  if (value instanceof PyFloat) return reprFloat(value.value)
  if (value instanceof Complex) return reprComplex(value)
  if (Array.isArray(value)) return `[${value.map((item) => repr(item, asFloat)).join(', ')}]`
  if (value instanceof PyTuple) return reprTuple(value, asFloat)
  if (value instanceof PySet)
    return value.size === 0 ? 'set()' : `{${Array.from(value, (item) => repr(item, asFloat)).join(', ')}}`
  if (value instanceof PyObject) return reprObject(value)
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return `{${entries.map(([k, v]) => `${repr(k)}: ${repr(v, asFloat)}`).join(', ')}}`
}

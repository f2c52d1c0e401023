import { PyError, typeError } from './errors.ts'
import {
  isDict,
  isList,
  keyOf,
  numberOf,
  PyObject,
  PySet,
  PyTuple,
  type PyValue,
  setKey,
  typeNameOf,
} from './values.ts'

/** Most items that one value may have: a text cannot make the reader run out of memory. */
const MOST_ITEMS = 1_000_000

export function checkSize(size: number): void {
  if (size > MOST_ITEMS) throw new PyError('OverflowError', `${size} items are more than ${MOST_ITEMS}`)
}

/** The plain list, dict or set that a config's own container stands for; other values as they are. */
export const plainOf = (value: PyValue): PyValue =>
  value instanceof PyObject ? (value.plain() ?? value) : value

/** The items of a value, as `for` sees them: keys of a dict, characters of a text. */
export function itemsOf(value: PyValue): readonly PyValue[] {
  const plain = plainOf(value)
  if (isList(plain)) return plain
  if (plain instanceof PyTuple) return plain.items
  if (plain instanceof PySet) return [...plain]
  if (isDict(plain)) return [...plain.keys()]
  if (typeof plain === 'string') return [...plain]
  throw typeError(`'${typeNameOf(value)}' object is not iterable`)
}

/** `len()`; undefined for what has no length. */
export function lengthOf(value: PyValue): number | undefined {
  const plain = plainOf(value)
  if (typeof plain === 'string') return [...plain].length
  if (plain instanceof PyTuple) return plain.items.length
  if (isList(plain)) return plain.length
  return plain instanceof PySet || isDict(plain) ? plain.size : undefined
}

export function isTrue(value: PyValue): boolean {
  if (value === null) return false
  const number = numberOf(value)
  return number === undefined ? lengthOf(value) !== 0 : number !== 0
}

/** `==`: numbers by value whatever their type, containers item by item and kind by kind. */
export function equal(left: PyValue, right: PyValue): boolean {
  const [a, b] = [plainOf(left), plainOf(right)]
  if (isList(a) && isList(b)) return sameItems(a, b)
  if (a instanceof PyTuple && b instanceof PyTuple) return sameItems(a.items, b.items)
  // A list of a config equals every sequence of the same items.
  if (a !== left && isList(a) && b instanceof PyTuple) return sameItems(a, b.items)
  if (b !== right && isList(b) && a instanceof PyTuple) return sameItems(a.items, b)
  if (a instanceof PySet && b instanceof PySet)
    return a.size === b.size && [...a].every((item) => b.has(item))
  if (isDict(a) && isDict(b)) return a.size === b.size && [...a].every(([k, v]) => hasEntry(b, k, v))
  if (isUnhashable(a) || isUnhashable(b)) return false
  const number = numberOf(a)
  return number !== undefined && Number.isNaN(number) ? false : keyOf(a) === keyOf(b)
}

const isUnhashable = (value: PyValue): boolean =>
  isList(value) || isDict(value) || value instanceof PySet || (value instanceof PyTuple && !isPlainKey(value))

function isPlainKey(value: PyTuple): boolean {
  return value.items.every((item) => !isUnhashable(plainOf(item)))
}

const sameItems = (a: readonly PyValue[], b: readonly PyValue[]): boolean =>
  a.length === b.length && a.every((item, i) => equal(item, b[i] ?? null))

function hasEntry(dict: ReadonlyMap<PyValue, PyValue>, key: PyValue, value: PyValue): boolean {
  const wanted = keyOf(key)
  return [...dict].some(([k, v]) => keyOf(k) === wanted && equal(v, value))
}

/** A copy that shares no list, dict or set with the original. */
export function copyOf(value: PyValue): PyValue {
  if (isList(value)) return value.map(copyOf)
  if (value instanceof PyTuple) return new PyTuple(value.items.map(copyOf))
  if (value instanceof PySet) return new PySet(value)
  if (!isDict(value)) return value
  const copy = new Map<PyValue, PyValue>()
  for (const [key, item] of value) setKey(copy, key, copyOf(item))
  return copy
}

/** A position in a sequence from a Python index, negative ones from its end. */
export function indexOf(key: PyValue, length: number, what: string): number {
  if (typeof key !== 'number' && typeof key !== 'boolean')
    throw typeError(`${what} indices must be integers or slices, not ${typeNameOf(key)}`)
  const index = Number(key) < 0 ? Number(key) + length : Number(key)
  if (index < 0 || index >= length) throw new PyError('IndexError', `${what} index out of range`)
  return index
}

import { formatError } from '../errors.ts'

/** Throws `formats/bad-value`, naming the key, for a value that a text file would not give back: it would be lost without a word. */
export function requirePlain(value: unknown, storageClass: string): void {
  check(value, [], [], (key, what, hint) => badKey(storageClass, key, what, hint))
}

/** A surrogate without its other half: UTF-8 has none, and the real Butler cannot read such a file. */
const HALF = /\p{Surrogate}/u

type Refuse = (key: string, what: string, hint?: string) => Error

export function badKey(storageClass: string, key: string, what: string, hint?: string): Error {
  const where = key === '' ? `a ${storageClass}` : `'${key}' of a ${storageClass}`
  return formatError(
    'bad-value',
    `${where[0]!.toUpperCase()}${where.slice(1)} cannot be stored: it is ${what}.`,
    hint === undefined ? {} : { hint },
  )
}

function check(value: unknown, keys: readonly string[], above: readonly object[], refuse: Refuse): void {
  const key = keys.join('.')
  if (value === undefined) throw refuse(key, 'undefined', 'Use null for no value, or leave the key out.')
  if (typeof value === 'function' || typeof value === 'symbol') throw refuse(key, `a ${typeof value}`)
  if (typeof value === 'string' && HALF.test(value))
    throw refuse(key, 'a text with half a character (a lone surrogate)', 'Use text.toWellFormed().')
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  if (above.includes(value)) throw refuse(key, 'the same object as one around it')
  const cure = CURES.find(([type]) => value instanceof type)
  if (cure !== undefined) throw refuse(key, `a ${cure[0].name}`, cure[1])
  const inside = [...above, value]
  if (Array.isArray(value)) {
    // Not forEach: that passes holes by.
    for (let i = 0; i < value.length; i++) check(value[i], [...keys, String(i)], inside, refuse)
    return
  }
  const json = jsonOf(value)
  if (json !== value) return check(json, keys, inside, refuse)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw refuse(key, `a ${value.constructor.name}`, 'Give its parts as plain data.')
  for (const [name, member] of Object.entries(value)) check(member, [...keys, name], inside, refuse)
}

/** What a value says it is in JSON; itself when it says nothing. */
export const jsonOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
    ? (value.toJSON as () => unknown)()
    : value

const CURES: readonly (readonly [type: new (...args: never) => object, hint: string])[] = [
  [Map, 'Use Object.fromEntries(map).'],
  [Set, 'Use [...set].'],
  [Date, 'Use date.toISOString().'],
  [ArrayBuffer, 'Use a list of numbers.'],
]

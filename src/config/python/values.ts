import type { Where } from '../errors.ts'
import { PyError, typeError } from './errors.ts'

/** A number written with a point or an exponent: keeps `2.0` apart from `2`, which int fields refuse. */
export class PyFloat {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** A complex number, `re + im j`. */
export class Complex {
  readonly re: number
  readonly im: number
  constructor(re: number, im: number) {
    this.re = re
    this.im = im
  }
}

/** A tuple: a sequence that is no list. */
export class PyTuple {
  readonly items: readonly PyValue[]
  constructor(items: readonly PyValue[]) {
    this.items = items
  }
  [Symbol.iterator](): Iterator<PyValue> {
    return this.items[Symbol.iterator]()
  }
}

/** A set, in order of insertion; `1`, `1.0` and `True` are one item, as in Python. */
export class PySet {
  readonly #items = new Map<string, PyValue>()

  constructor(items: Iterable<PyValue> = []) {
    for (const item of items) this.add(item)
  }
  get size(): number {
    return this.#items.size
  }
  add(item: PyValue): void {
    const key = keyOf(item)
    if (!this.#items.has(key)) this.#items.set(key, item)
  }
  has(item: PyValue): boolean {
    return this.#items.has(keyOf(item))
  }
  delete(item: PyValue): boolean {
    return this.#items.delete(keyOf(item))
  }
  clear(): void {
    this.#items.clear()
  }
  [Symbol.iterator](): Iterator<PyValue> {
    return this.#items.values()
  }
}

/** What is given to a call: positional and named arguments, and the place of the call for histories. */
export interface Arguments {
  readonly positional: readonly PyValue[]
  readonly named: ReadonlyMap<string, PyValue>
  readonly where: Where
  /** What a call wants done when the statement is over. */
  readonly later: PyObject[]
}

/** `[start:stop:step]`, null where a part is left out. */
export interface Slice {
  readonly start: PyValue
  readonly stop: PyValue
  readonly step: PyValue
}

/** Something that expressions reach and that is no plain value: a config, a function, an imported name. */
export abstract class PyObject {
  /** As messages name its type. */
  abstract readonly typeName: string

  /** Undefined where there is no such attribute. */
  attribute(_name: string): PyValue | undefined {
    return undefined
  }
  setAttribute(name: string, _value: PyValue, _where: Where): void {
    throw new PyError('AttributeError', `'${this.typeName}' object has no attribute '${name}' to set`)
  }
  deleteAttribute(name: string, _where: Where): void {
    throw new PyError('AttributeError', `attribute '${name}' of '${this.typeName}' cannot be deleted`)
  }
  item(_key: PyValue): PyValue {
    throw typeError(`'${this.typeName}' object is not subscriptable`)
  }
  setItem(_key: PyValue, _value: PyValue, _where: Where): void {
    throw typeError(`'${this.typeName}' object does not support item assignment`)
  }
  setSlice(_slice: Slice, _value: PyValue, _where: Where): void {
    throw typeError(`'${this.typeName}' object does not support slice assignment`)
  }
  deleteItem(_key: PyValue, _where: Where): void {
    throw typeError(`'${this.typeName}' object does not support item deletion`)
  }
  call(_given: Arguments): PyValue {
    throw typeError(`'${this.typeName}' object is not callable`)
  }
  /** `target op= value` of things that change in place; undefined where there is no such thing. */
  augment(_operator: string, _value: PyValue, _where: Where): boolean {
    return false
  }
  /** The list, dict or set it stands for in comparisons, loops and `len`. */
  plain(): PyValue | undefined {
    return undefined
  }
  /** Two objects with the same identity are the same to `is` and `==`. */
  get identity(): unknown {
    return this
  }
}

/** What an expression evaluates to: None is null, an int a number, a list an array, a dict a Map. */
export type PyValue =
  | null
  | boolean
  | number
  | string
  | PyFloat
  | Complex
  | PyTuple
  | PySet
  | PyObject
  | readonly PyValue[]
  | ReadonlyMap<PyValue, PyValue>

export type PyDict = Map<PyValue, PyValue>

export const isList = (value: unknown): value is PyValue[] => Array.isArray(value)
export const isDict = (value: unknown): value is PyDict => value instanceof Map

/** The number that an int, a float or a bool is; undefined for everything else. */
export const numberOf = (value: PyValue): number | undefined =>
  typeof value === 'number' || typeof value === 'boolean'
    ? Number(value)
    : value instanceof PyFloat
      ? value.value
      : undefined

/** Text that is equal for values that Python holds for equal; throws for lists, dicts and sets. */
export function keyOf(value: PyValue): string {
  const number = numberOf(value)
  if (number !== undefined) return `n${number + 0}`
  if (typeof value === 'string') return `s${value}`
  if (value === null) return 'None'
  if (value instanceof PyTuple) return JSON.stringify(value.items.map(keyOf))
  if (value instanceof Complex) return value.im === 0 ? `n${value.re + 0}` : `c${value.re},${value.im}`
  if (value instanceof PyObject && value.plain() === undefined) {
    const { identity } = value
    return typeof identity === 'string' ? `o${identity}` : `o#${serialOf(identity)}`
  }
  throw typeError(`unhashable type: '${typeNameOf(value)}'`)
}

const serials = new WeakMap<WeakKey, number>()
let nextSerial = 0
function serialOf(identity: unknown): number {
  const known = serials.get(identity as WeakKey) ?? nextSerial++
  serials.set(identity as WeakKey, known)
  return known
}

/** The key of a dict that is equal to `key`; undefined when there is none. */
export function findKey(dict: ReadonlyMap<PyValue, PyValue>, key: PyValue): PyValue | undefined {
  const wanted = keyOf(key)
  if (typeof key === 'string') return dict.has(key) ? key : undefined
  return [...dict.keys()].find((k) => typeof k !== 'string' && keyOf(k) === wanted)
}

export function setKey(dict: PyDict, key: PyValue, value: PyValue): void {
  dict.set(findKey(dict, key) ?? key, value)
}

/** The name Python gives to the type of a value, for messages. */
export function typeNameOf(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'string') return 'str'
  if (value instanceof PyFloat) return 'float'
  if (value instanceof Complex) return 'complex'
  if (value instanceof PyTuple) return 'tuple'
  if (value instanceof PySet) return 'set'
  if (value instanceof PyObject) return value.typeName
  if (Array.isArray(value)) return 'list'
  return value instanceof Map || Object.getPrototypeOf(value) === Object.prototype ? 'dict' : 'object'
}

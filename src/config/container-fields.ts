import type { Field, Tolerance } from './config-state.ts'
import { FieldValidationError, type Where } from './errors.ts'
import { PyFloat } from './python-literal.ts'
import { pythonType, repr } from './python-repr.ts'
import {
  type FieldOptions,
  type Optional,
  refusal,
  sameScalar,
  saveScalar,
  scalar,
  type ScalarName,
  type ScalarTypes,
} from './scalar-fields.ts'

export interface ListOptions<T> extends Omit<FieldOptions<readonly T[]>, 'check'> {
  readonly length?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly itemCheck?: (item: T) => boolean | string
  readonly listCheck?: (items: readonly T[]) => boolean | string
}

/** A list of one scalar type; reading it gives a frozen array: assign a new one to change it. */
export function listField<K extends ScalarName, const O extends ListOptions<ScalarTypes[K]>>(
  type: K,
  options: O,
): Field<Optional<readonly ScalarTypes[K][], O>> {
  type T = ScalarTypes[K]
  const { length, minLength = length, maxLength = length } = options
  const accept = (raw: unknown, name: string, where: Where): readonly T[] | null => {
    if (raw === null || raw === undefined) return null
    const fail = (reason: string): never => {
      throw new FieldValidationError(name, reason, where)
    }
    if (!isIterable(raw) || raw instanceof Map)
      return fail(`Value ${repr(raw)} is of incorrect type ${pythonType(raw)}. Expected a sequence`)
    const items = Array.from(raw, (item, i) => {
      const value = scalar(type, item, `${name}[${i}]`, where)
      const reason = refusal(options.itemCheck?.(value), value)
      return reason === undefined
        ? value
        : fail(`Item at position ${i} with value ${repr(value)} is not valid: ${reason}`)
    })
    const n = items.length
    if (length !== undefined && n !== length) fail(`Required list length=${length}, got length=${n}`)
    if (minLength !== undefined && n < minLength)
      fail(`Minimum allowed list length=${minLength}, got length=${n}`)
    if (maxLength !== undefined && n > maxLength)
      fail(`Maximum allowed list length=${maxLength}, got length=${n}`)
    const reason = refusal(options.listCheck?.(items), items)
    return reason === undefined ? Object.freeze(items) : fail(reason)
  }
  type V = Optional<readonly T[], O>
  const asFloat = type === 'float'
  return {
    kind: 'list',
    doc: options.doc,
    optional: options.optional ?? false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: `list of ${type}`,
    start: (name) => accept(options.default ?? null, name, { source: 'default' }) as V,
    accept: (raw, _current, name, where) => accept(raw, name, where) as V,
    save: (value, path) => saveScalar(path, options.doc, repr(value, asFloat)),
    compare: (a, b, path, tolerance) => compareLists(a as List, b as List, path, tolerance, asFloat),
  }
}

type List = readonly unknown[] | null

function compareLists(a: List, b: List, path: string, tolerance: Tolerance, asFloat: boolean): string[] {
  if (a === null || b === null) return a === b ? [] : [`${path}: ${repr(a, asFloat)} != ${repr(b, asFloat)}`]
  if (a.length !== b.length) return [`${path}: ${repr(a, asFloat)} != ${repr(b, asFloat)}`]
  return a.flatMap((item, i) =>
    sameScalar(item, b[i], tolerance)
      ? []
      : [`${path}[${i}]: ${repr(item, asFloat)} != ${repr(b[i], asFloat)}`],
  )
}

export interface DictOptions<K, V> extends Omit<FieldOptions<never>, 'check' | 'default'> {
  readonly default?: ReadonlyMap<K, V> | Readonly<Record<string, V>> | null
  readonly keyCheck?: (key: K) => boolean | string
  readonly itemCheck?: (item: V) => boolean | string
  readonly dictCheck?: (items: ReadonlyMap<K, V>) => boolean | string
}

/** A map between scalar types, in order of insertion; assign a Map or a plain object to change it. */
export function dictField<
  K extends 'str' | 'int',
  V extends ScalarName,
  const O extends DictOptions<ScalarTypes[K], ScalarTypes[V]>,
>(keyType: K, itemType: V, options: O): Field<Optional<ReadonlyMap<ScalarTypes[K], ScalarTypes[V]>, O>> {
  type Dict = ReadonlyMap<ScalarTypes[K], ScalarTypes[V]>
  const accept = (raw: unknown, name: string, where: Where): Dict | null => {
    if (raw === null || raw === undefined) return null
    const fail = (reason: string): never => {
      throw new FieldValidationError(name, reason, where)
    }
    const entries = entriesOf(raw, keyType === 'int')
    if (entries === undefined)
      return fail(`Value ${repr(raw)} is of incorrect type ${pythonType(raw)}. Expected a dict`)
    const out = new Map<ScalarTypes[K], ScalarTypes[V]>()
    for (const [rawKey, rawItem] of entries) {
      const key = scalar(keyType, rawKey, name, where)
      const item = scalar(itemType, rawItem, `${name}[${repr(rawKey)}]`, where)
      const reason = refusal(options.keyCheck?.(key), key) ?? refusal(options.itemCheck?.(item), item)
      if (reason !== undefined) fail(`Item at key ${repr(key)} is not valid: ${reason}`)
      out.set(key, item)
    }
    const reason = refusal(options.dictCheck?.(out), out)
    return reason === undefined ? out : fail(reason)
  }
  type R = Optional<Dict, O>
  const asFloat = itemType === 'float'
  return {
    kind: 'dict',
    doc: options.doc,
    optional: options.optional ?? false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: `dict of ${keyType} to ${itemType}`,
    start: (name) => accept(options.default ?? null, name, { source: 'default' }) as R,
    accept: (raw, _current, name, where) => accept(raw, name, where) as R,
    save: (value, path) => saveScalar(path, options.doc, repr(value, asFloat)),
    compare: (a, b, path, tolerance) =>
      compareDicts(a as Dict | null, b as Dict | null, path, tolerance, asFloat),
  }
}

function compareDicts(
  a: ReadonlyMap<unknown, unknown> | null,
  b: ReadonlyMap<unknown, unknown> | null,
  path: string,
  tolerance: Tolerance,
  asFloat: boolean,
): string[] {
  const sameKeys = a !== null && b !== null && a.size === b.size && [...a.keys()].every((k) => b.has(k))
  if (!sameKeys) return a === b ? [] : [`${path}: ${repr(a, asFloat)} != ${repr(b, asFloat)}`]
  return [...a].flatMap(([key, item]) =>
    sameScalar(item, b.get(key), tolerance)
      ? []
      : [`${path}[${repr(key)}]: ${repr(item, asFloat)} != ${repr(b.get(key), asFloat)}`],
  )
}

function entriesOf(raw: unknown, intKeys: boolean): (readonly [unknown, unknown])[] | undefined {
  if (raw instanceof Map) return [...raw]
  if (typeof raw !== 'object' || raw === null || isIterable(raw) || raw instanceof PyFloat) return undefined
  return Object.entries(raw).map(([k, v]) => [intKeys && /^-?\d+$/.test(k) ? Number(k) : k, v] as const)
}

const isIterable = (raw: unknown): raw is Iterable<unknown> =>
  typeof raw === 'object' && raw !== null && Symbol.iterator in raw

import { type Field, type Owner, stateOf, type Tolerance } from '../config-state.ts'
import { FieldValidationError, type Where } from '../errors.ts'
import { repr } from '../python/repr.ts'
import { type PyDict, typeNameOf } from '../python/values.ts'
import { DictView } from '../views/dict-view.ts'
import { readonlyDict } from './readonly-dict.ts'
import {
  docOf,
  type FieldOptions,
  type Optional,
  pythonOf,
  refusal,
  sameScalar,
  savedText,
  saveScalar,
  scalar,
  type ScalarName,
  type ScalarTypes,
} from './scalar.ts'

export interface DictOptions<K, V> extends Omit<FieldOptions<never>, 'check' | 'default'> {
  readonly default?: ReadonlyMap<K, V> | Readonly<Record<string, V>> | null
  readonly keyCheck?: (key: K) => boolean | string
  readonly itemCheck?: (item: V) => boolean | string
  readonly dictCheck?: (items: ReadonlyMap<K, V>) => boolean | string
}

/** A map between scalar types, in order of insertion; assign a new Map or a plain object to change it. */
export function dictField<
  K extends 'str' | 'int',
  V extends ScalarName,
  const O extends DictOptions<ScalarTypes[K], ScalarTypes[V]>,
>(keyType: K, itemType: V, options: O): Field<Optional<ReadonlyMap<ScalarTypes[K], ScalarTypes[V]>, O>> {
  type Dict = ReadonlyMap<ScalarTypes[K], ScalarTypes[V]>
  const accept = (raw: unknown, { name }: Owner, where: Where): Dict | null => {
    if (raw === null || raw === undefined) return null
    const fail = (reason: string): never => {
      throw new FieldValidationError(name, reason, where)
    }
    const entries = entriesOf(raw, keyType === 'int')
    if (entries === undefined)
      return fail(`Value ${repr(raw)} is of incorrect type ${typeNameOf(raw)}. Expected a dict`)
    const out = new Map<ScalarTypes[K], ScalarTypes[V]>()
    for (const [rawKey, rawItem] of entries) {
      const key = scalar(keyType, rawKey, name, where)
      const item = scalar(itemType, rawItem, `${name}[${repr(rawKey)}]`, where)
      const reason = refusal(options.keyCheck?.(key), key) ?? refusal(options.itemCheck?.(item), item)
      if (reason !== undefined) fail(`Item at key ${repr(key)} is not valid: ${reason}`)
      out.set(key, item)
    }
    const reason = refusal(options.dictCheck?.(out), out)
    return reason === undefined ? readonlyDict(out) : fail(reason)
  }
  type R = Optional<Dict, O>
  const asFloat = itemType === 'float'
  return {
    kind: 'dict',
    doc: options.doc,
    optional: options.optional ?? false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: `dict of ${keyType} to ${itemType}`,
    start: (owner) => accept(options.default ?? null, owner, { source: 'default' }) as R,
    accept: (raw, _current, owner, where) => accept(raw, owner, where) as R,
    save: (value, path) => saveScalar(path, docOf(options), savedText(value, asFloat)),
    view: (value, owner) => (value === null ? null : new DictView(owner, () => entriesFor(owner, itemType))),
    compare: (a, b, path, tolerance) =>
      compareDicts(a as Dict | null, b as Dict | null, path, tolerance, asFloat),
  }
}

function entriesFor({ config, name }: Owner, itemType: ScalarName): PyDict {
  const dict = stateOf(config).values.get(name) as ReadonlyMap<string | number, unknown> | null
  return new Map([...(dict ?? [])].map(([key, item]) => [key, pythonOf(itemType, item)]))
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
  if (typeof raw !== 'object' || raw === null || Object.getPrototypeOf(raw) !== Object.prototype)
    return undefined
  return Object.entries(raw).map(([k, v]) => [intKeys && /^-?\d+$/.test(k) ? Number(k) : k, v] as const)
}

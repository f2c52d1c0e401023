import { type Field, type Owner, stateOf, type Tolerance } from '../config-state.ts'
import { FieldValidationError, type Where } from '../errors.ts'
import { repr } from '../python/repr.ts'
import { typeNameOf } from '../python/values.ts'
import { ListView } from '../views/list-view.ts'
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
  const accept = (raw: unknown, owner: Owner, where: Where): readonly T[] | null => {
    const { name } = owner
    if (raw === null || raw === undefined) return null
    const fail = (reason: string): never => {
      throw new FieldValidationError(name, reason, where)
    }
    if (!isIterable(raw) || raw instanceof Map)
      return fail(`Value ${repr(raw)} is of incorrect type ${typeNameOf(raw)}. Expected a sequence`)
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
    start: (owner) => accept(options.default ?? null, owner, { source: 'default' }) as V,
    accept: (raw, _current, owner, where) => accept(raw, owner, where) as V,
    save: (value, path) => saveScalar(path, docOf(options), savedText(value, asFloat)),
    view: (value, owner) =>
      value === null
        ? null
        : new ListView(owner, () =>
            ((stateOf(owner.config).values.get(owner.name) ?? []) as readonly T[]).map((item) =>
              pythonOf(type, item),
            ),
          ),
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

const isIterable = (raw: unknown): raw is Iterable<unknown> =>
  typeof raw === 'object' && raw !== null && Symbol.iterator in raw

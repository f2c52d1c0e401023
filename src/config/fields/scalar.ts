import type { Field, FieldKind, Owner, SavedField, Tolerance } from '../config-state.ts'
import { FieldValidationError, type Where } from '../errors.ts'
import { repr } from '../python/repr.ts'
import { Complex, PyFloat, type PyValue, typeNameOf } from '../python/values.ts'

export interface ScalarTypes {
  str: string
  bool: boolean
  int: number
  float: number
  complex: Complex
}
export type ScalarName = keyof ScalarTypes

export interface FieldOptions<T> {
  readonly doc: string
  readonly default?: T | null
  /** May be None. Without a default, a field that is not optional must be set before `validate`. */
  readonly optional?: boolean
  /** Refuse a value: return false, or the reason. */
  readonly check?: (value: T) => boolean | string
  /** Why not to use it any more; setting it warns. */
  readonly deprecated?: string
}

/** `T`, or `T | null` when the options say optional. */
export type Optional<T, O> = O extends { readonly optional: true } ? T | null : T

/** Convert to a scalar type: int widens to float, a bool is no int, nothing else converts. */
export function scalar<K extends ScalarName>(
  type: K,
  raw: unknown,
  name: string,
  where: Where,
): ScalarTypes[K] {
  const value = convert(type, raw)
  if (value === undefined) {
    const shown = typeof raw === 'string' ? raw : repr(raw)
    const reason = `Value ${shown} is of incorrect type ${typeNameOf(raw)}. Expected type ${type}`
    throw new FieldValidationError(name, reason, where)
  }
  return value as ScalarTypes[K]
}

function convert(type: ScalarName, raw: unknown): string | boolean | number | Complex | undefined {
  switch (type) {
    case 'str':
      return typeof raw === 'string' ? raw : undefined
    case 'bool':
      return typeof raw === 'boolean' ? raw : undefined
    case 'int':
      return typeof raw === 'number' && Number.isInteger(raw) ? raw : undefined
    case 'float':
      return raw instanceof PyFloat ? raw.value : typeof raw === 'number' ? raw : undefined
    case 'complex':
      return raw instanceof Complex ? raw : undefined
  }
}

/** A plain value: `field('bool', { default: true, doc: 'Subtract the dark?' })`. */
export const field = <K extends ScalarName, const O extends FieldOptions<ScalarTypes[K]>>(
  type: K,
  options: O,
): Field<Optional<ScalarTypes[K], O>> => makeScalar('scalar', type, options, () => undefined)

export interface RangeOptions extends FieldOptions<number> {
  readonly min?: number
  readonly max?: number
  /** Default true. */
  readonly inclusiveMin?: boolean
  /** Default false. */
  readonly inclusiveMax?: boolean
}

/** A number between bounds; the upper one is excluded unless `inclusiveMax`. */
export function rangeField<const O extends RangeOptions>(
  type: 'int' | 'float',
  options: O,
): Field<Optional<number, O>> {
  const { min = -Infinity, max = Infinity, inclusiveMin = true, inclusiveMax = false } = options
  if (min > max) throw new RangeError(`min = ${min} is greater than max = ${max}`)
  const range = `${inclusiveMin ? '[' : '('}${repr(min, type === 'float')},${repr(max, type === 'float')}${inclusiveMax ? ']' : ')'}`
  const made = makeScalar<number, Optional<number, O>>('range', type, options, (value) => {
    const inside = (inclusiveMin ? value >= min : value > min) && (inclusiveMax ? value <= max : value < max)
    return inside ? undefined : `${repr(value, type === 'float')} is outside of the valid range ${range}`
  })
  return { ...made, range }
}

export interface ChoiceOptions<T> extends FieldOptions<T> {
  /** Each allowed value with what it means. */
  readonly allowed: Readonly<Record<string, string>>
}

type Chosen<K extends ScalarName, O extends ChoiceOptions<ScalarTypes[K]>> = K extends 'str'
  ? Extract<keyof O['allowed'], string>
  : ScalarTypes[K]

/** One of a few values; the property's type is their union. */
export function choiceField<K extends 'str' | 'int', const O extends ChoiceOptions<ScalarTypes[K]>>(
  type: K,
  options: O,
): Field<Optional<Chosen<K, O>, O>> {
  const allowed = Object.keys(options.allowed)
  const made = makeScalar<ScalarTypes[K], Optional<Chosen<K, O>, O>>('choice', type, options, (value) =>
    allowed.includes(String(value))
      ? undefined
      : `Value ${value} is not allowed; it may be one of ${allowed.map((a) => (type === 'str' ? repr(a) : a)).join(', ')}`,
  )
  return { ...made, choices: () => options.allowed }
}

function makeScalar<T, V>(
  kind: FieldKind,
  type: ScalarName,
  options: FieldOptions<T>,
  refuse: (value: T) => string | undefined,
): Field<V> {
  const accept = (raw: unknown, { name }: Owner, where: Where): unknown => {
    if (raw === null || raw === undefined) return null
    const value = scalar(type, raw, name, where) as T
    const reason = refuse(value) ?? refusal(options.check?.(value), value)
    if (reason !== undefined) throw new FieldValidationError(name, reason, where)
    return value
  }
  return {
    kind,
    doc: options.doc,
    optional: options.optional ?? false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: type,
    start: (owner) => accept(options.default, owner, { source: 'default' }) as V,
    accept: (raw, _current, owner, where) => accept(raw, owner, where) as V,
    save: (value, path) =>
      isDisused(options, value) ? {} : saveScalar(path, docOf(options), savedText(value, type === 'float')),
    view: (value) => pythonOf(type, value),
    compare: (a, b, path, tolerance) =>
      sameScalar(a, b, tolerance)
        ? []
        : [`${path}: ${repr(a, type === 'float')} != ${repr(b, type === 'float')}`],
  }
}

/** The doc with why not to use the field any more, as saved files have it. */
export const docOf = ({ doc, deprecated }: { readonly doc: string; readonly deprecated?: string }): string =>
  deprecated === undefined ? doc : `${doc} Deprecated: ${deprecated}`

/** Deprecated and never set: saved files leave it out, so that they outlive the field. */
const isDisused = <T>({ deprecated, default: start }: FieldOptions<T>, value: unknown): boolean =>
  deprecated !== undefined && value === (start ?? null)

/** A value of a scalar type as expressions see it: floats apart from ints. */
export const pythonOf = (type: ScalarName, value: unknown): PyValue =>
  type === 'float' && typeof value === 'number' ? new PyFloat(value) : ((value ?? null) as PyValue)

/** The reason a `check` gave, if it refused. */
export function refusal(answer: boolean | string | undefined, value: unknown): string | undefined {
  if (typeof answer === 'string') return answer
  return answer === false ? `Value ${repr(value)} is not a valid value` : undefined
}

/** Doc comment and assignment of the save form. */
export function saveScalar(path: string, doc: string, text: string): SavedField {
  return { before: [`# ${doc.replaceAll('\n', '\n# ')}`, `${path}=${text}`, ''] }
}

/** The repr of a value with its non-finite numbers as Python reads them back. */
export function savedText(value: unknown, asFloat = false): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return `float('${repr(value)}')`
  if (Array.isArray(value)) return `[${value.map((item) => savedText(item, asFloat)).join(', ')}]`
  if (!(value instanceof Map)) return repr(value, asFloat)
  return `{${[...value].map(([k, v]) => `${repr(k)}: ${savedText(v, asFloat)}`).join(', ')}}`
}

/** Equal within tolerance; NaN equals NaN. */
export function sameScalar(a: unknown, b: unknown, { rtol, atol }: Tolerance): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return Object.is(a, b) || a === b || Math.abs(a - b) <= atol + rtol * Math.abs(b)
  if (a instanceof Complex && b instanceof Complex)
    return sameScalar(a.re, b.re, { rtol, atol }) && sameScalar(a.im, b.im, { rtol, atol })
  return a === b
}

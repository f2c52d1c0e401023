import type { Field, FieldKind, SavedField, Tolerance } from './config-state.ts'
import { FieldValidationError, type Where } from './errors.ts'
import { Complex, PyFloat } from './python-literal.ts'
import { pythonLiteral, pythonType, repr } from './python-repr.ts'

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

/** Convert to a scalar type as the anchor does: int widens to float, a bool is no int, nothing else converts. */
export function scalar<K extends ScalarName>(
  type: K,
  raw: unknown,
  name: string,
  where: Where,
): ScalarTypes[K] {
  const value = convert(type, raw)
  if (value === undefined) {
    const shown = typeof raw === 'string' ? raw : repr(raw)
    const reason = `Value ${shown} is of incorrect type ${pythonType(raw)}. Expected type ${type}`
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
      if (raw instanceof Complex) return raw
      if (raw instanceof PyFloat) return new Complex(raw.value, 0)
      return typeof raw === 'number' ? new Complex(raw, 0) : undefined
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
  const accept = (raw: unknown, _current: unknown, name: string, where: Where): unknown => {
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
    start: (name) => accept(options.default, null, name, { source: 'default' }) as V,
    accept: (raw, current, name, where) => accept(raw, current, name, where) as V,
    save: (value, path) => saveScalar(path, options.doc, repr(value, type === 'float')),
    compare: (a, b, path, tolerance) =>
      sameScalar(a, b, tolerance)
        ? []
        : [`${path}: ${repr(a, type === 'float')} != ${repr(b, type === 'float')}`],
  }
}

/** The reason a `check` gave, if it refused. */
export function refusal(answer: boolean | string | undefined, value: unknown): string | undefined {
  if (typeof answer === 'string') return answer
  return answer === false ? `Value ${repr(value)} is not a valid value` : undefined
}

/** Doc comment and assignment of the save form. */
export function saveScalar(path: string, doc: string, text: string): SavedField {
  return { before: [`# ${doc.replaceAll('\n', '\n# ')}`, `${path}=${pythonLiteral(text)}`, ''] }
}

/** Equal within tolerance; NaN equals NaN. */
export function sameScalar(a: unknown, b: unknown, { rtol, atol }: Tolerance): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return Object.is(a, b) || a === b || Math.abs(a - b) <= atol + rtol * Math.abs(b)
  if (a instanceof Complex && b instanceof Complex)
    return sameScalar(a.re, b.re, { rtol, atol }) && sameScalar(a.im, b.im, { rtol, atol })
  return a === b
}

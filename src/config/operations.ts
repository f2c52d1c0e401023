import {
  type Config,
  DEFAULT,
  type Field,
  fieldOf,
  type HistoryEntry,
  type NestedConfig,
  Note,
  stateOf,
  type Tolerance,
} from './config-state.ts'
import { FieldValidationError, formatWhere, type Where } from './errors.ts'
import { repr } from './python/repr.ts'

/** Each field of a config with its present value, in order of declaration. */
export function fieldsOf(config: Config): readonly { name: string; field: Field; value: unknown }[] {
  const { configClass, values } = stateOf(config)
  return Object.entries(configClass.fields).map(([name, field]) => ({ name, field, value: values.get(name) }))
}

/** Forbid further changes, here and in nested configs. */
export function freeze<C extends Config>(config: C): C {
  stateOf(config).frozen = true
  for (const { field, value } of fieldsOf(config))
    for (const { config: inner } of nested(field, value)) freeze(inner)
  return config
}

const nested = (field: Field, value: unknown): readonly NestedConfig[] => field.nested?.(value) ?? []

/** Check a whole config: required values present, cross-field checks, nested ones. Throws FieldValidationError. */
export function validate(config: Config, path = ''): void {
  for (const { name, field, value } of fieldsOf(config)) {
    const full = path === '' ? name : `${path}.${name}`
    if (value === null && !field.optional)
      throw new FieldValidationError(full, 'Required value cannot be None', setAt(config, name))
    finish(field, value, full, setAt(config, name))
    for (const { suffix, config: inner, active } of nested(field, value))
      if (active) validate(inner, `${full}${suffix}`)
  }
  const { configClass } = stateOf(config)
  configClass.validate(config)
}

/** Where a field got its value; undefined where nobody set it. */
function setAt(config: Config, field: string): Where | undefined {
  const where = historyOf(config, field).at(-1)?.where
  return where?.source === DEFAULT.source ? undefined : where
}

function finish(field: Field, value: unknown, path: string, where: Where | undefined): void {
  try {
    field.finish?.(value, path)
  } catch (error) {
    if (where === undefined || !(error instanceof FieldValidationError)) throw error
    throw new FieldValidationError(error.field, error.reason, where)
  }
}

const DEFAULT_TOLERANCE: Tolerance = { rtol: 1e-8, atol: 1e-8 }

/**
 * How two configs differ, one `path: a != b` a field: empty when they are equal. NaN equals NaN; registry entries
 * that neither selects are not looked at.
 */
export function compareConfigs(a: Config, b: Config, path = '', tolerance = DEFAULT_TOLERANCE): string[] {
  const [left, right] = [stateOf(a).configClass, stateOf(b).configClass]
  if (left !== right && left.name !== right.name) return [`${path}: ${left.name} != ${right.name}`]
  return fieldsOf(a).flatMap(({ name, field, value }) => {
    const other = stateOf(b).values.get(name)
    const full = path === '' ? name : `${path}.${name}`
    const own = field.compare(value, other, full, tolerance)
    if (own.length > 0) return own
    const others = new Map(nested(field, other).map((n) => [n.suffix, n]))
    return nested(field, value).flatMap(({ suffix, config, active }) => {
      const pair = others.get(suffix)
      return active && pair !== undefined
        ? compareConfigs(config, pair.config, `${full}${suffix}`, tolerance)
        : []
    })
  })
}

/** Every assignment a field saw, oldest first. */
export const historyOf = (config: Config, field: string): readonly HistoryEntry[] =>
  stateOf(config).history.get(field) ?? []

/** A field's history as lines: value, then where it was set. */
export function formatHistory(config: Config, field: string): string {
  const asFloat = /float/.test(fieldOf(stateOf(config).configClass, field)?.typeName ?? '')
  const entries = historyOf(config, field).map(
    ({ value, where }) =>
      [value instanceof Note ? value.text : repr(value, asFloat), formatWhere(where)] as const,
  )
  if (entries.length === 0) return ''
  const width = Math.max(...entries.map(([value]) => value.length))
  return entries.map(([value, where]) => `${value.padEnd(width)} ${where}`).join('\n')
}

/** What is to be said of deprecated fields that were set after the config was made, nested ones too. */
export function deprecationsOf(config: Config, path = ''): readonly string[] {
  return fieldsOf(config).flatMap(({ name, field, value }) => {
    const full = path === '' ? name : `${path}.${name}`
    const own = field.deprecated === undefined ? [] : historyOf(config, name).slice(1)
    const warnings = own
      .filter(({ where }) => where.source !== 'default')
      .map(
        ({ where }) =>
          `Config field ${stateOf(config).configClass.name}.${full} is deprecated: ${field.deprecated} (set by ${formatWhere(where)})`,
      )
    const inner = nested(field, value).flatMap((n) => deprecationsOf(n.config, `${full}${n.suffix}`))
    return [...warnings, ...inner]
  })
}

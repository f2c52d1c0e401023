import { type Config, type Field, type Member, type NestedConfig, stateOf } from './config-state.ts'
import { assignField, missing } from './define-config.ts'
import type { Where } from './errors.ts'
import { repr } from './python-repr.ts'

/** One step into a config: an attribute name, or a key in square brackets. */
export type Step = { readonly attribute: string } | { readonly key: string | number }

/** Something that a path leads to. */
export interface Slot {
  /** The nested config at the end of the path, if that is what is there. */
  readonly config?: Config
  /** The field at the end of the path. */
  readonly field?: Field
  get(): unknown
  set(raw: unknown, where: Where): void
  /** Remove a dict item; undefined where that has no meaning. */
  readonly remove?: (where: Where) => void
}

/** `connections.outputExposure`, `ref['ps1'].radius` as steps. */
export function parsePath(path: string): readonly Step[] {
  const steps: Step[] = []
  for (const [, attribute, key] of path.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    if (attribute !== undefined) steps.push({ attribute })
    else
      steps.push({
        key: /^-?\d+$/.test(key ?? '') ? Number(key) : (key ?? '').replace(/^(['"])(.*)\1$/, '$2'),
      })
  }
  return steps
}

export const formatSteps = (steps: readonly Step[]): string =>
  steps
    .map((s) => ('attribute' in s ? `.${s.attribute}` : `[${repr(s.key)}]`))
    .join('')
    .replace(/^\./, '')

/** Follow a path from a config. Throws `config/unknown-field` naming the class where it ends. */
export function locate(config: Config, steps: readonly Step[]): Slot {
  const [first, ...rest] = steps
  if (first === undefined) return { config, get: () => config, set: () => refuse(config, '') }
  if (!('attribute' in first)) return refuse(config, formatSteps([first]))
  const { configClass, values } = stateOf(config)
  const name = first.attribute
  const field = configClass.fields[name]
  if (field === undefined) throw missing(configClass.name, name, Object.keys(configClass.fields))
  const value = values.get(name)
  if (rest.length === 0) return fieldSlot(config, name, field)
  return below(config, name, field, value, rest)
}

function fieldSlot(config: Config, name: string, field: Field): Slot {
  const only = plain(field.nested?.(stateOf(config).values.get(name)) ?? [])
  return {
    field,
    ...(only !== undefined && { config: only }),
    get: () => stateOf(config).values.get(name),
    set: (raw, where) => assignField(config, name, raw, where),
  }
}

const plain = (nested: readonly NestedConfig[]): Config | undefined =>
  nested[0]?.suffix === '' ? nested[0].config : undefined

function below(config: Config, name: string, field: Field, value: unknown, rest: readonly Step[]): Slot {
  const [step, ...more] = rest as [Step, ...Step[]]
  const key = 'attribute' in step ? step.attribute : step.key
  const inner = plain(field.nested?.(value) ?? [])
  const isField =
    inner !== undefined && 'attribute' in step && step.attribute in stateOf(inner).configClass.fields
  const member = isField ? undefined : field.member?.(value, key, name)
  if (member !== undefined)
    return memberSlot(member, more, () => refuse(config, `${name}.${formatSteps(rest)}`))
  if (inner !== undefined && 'attribute' in step) return locate(inner, rest)
  if (more.length === 0 && 'key' in step && (field.kind === 'list' || field.kind === 'dict'))
    return itemSlot(config, name, value, step.key)
  return refuse(config, `${name}${'key' in step ? '' : '.'}${formatSteps(rest)}`)
}

function memberSlot(member: Member, more: readonly Step[], fail: () => never): Slot {
  if ('config' in member) return locate(member.config, more)
  if (more.length > 0) return fail()
  return member
}

function itemSlot(config: Config, name: string, value: unknown, key: string | number): Slot {
  const change = (edit: (copy: Map<unknown, unknown> | unknown[]) => void, where: Where): void => {
    const copy = value instanceof Map ? new Map(value) : [...(value as readonly unknown[])]
    edit(copy)
    assignField(config, name, copy, where)
  }
  const index = (list: readonly unknown[]): number =>
    Number(key) < 0 ? list.length + Number(key) : Number(key)
  return {
    get: () =>
      value instanceof Map
        ? (value as ReadonlyMap<unknown, unknown>).get(key)
        : (value as readonly unknown[])[index(value as unknown[])],
    set: (raw, where) =>
      change(
        (copy) => void (copy instanceof Map ? copy.set(key, raw) : copy.splice(index(copy), 1, raw)),
        where,
      ),
    remove: (where) =>
      change((copy) => void (copy instanceof Map ? copy.delete(key) : copy.splice(index(copy), 1)), where),
  }
}

function refuse(config: Config, rest: string): never {
  throw missing(stateOf(config).configClass.name, rest, [])
}

/** Read by path: a field's value or a nested config. */
export const getPath = (config: Config, path: string): unknown => locate(config, parsePath(path)).get()

/** Assign by path; `raw` is a TypeScript value or a parsed literal. */
export const setPath = (config: Config, path: string, raw: unknown, where: Where): void =>
  locate(config, parsePath(path)).set(raw, where)

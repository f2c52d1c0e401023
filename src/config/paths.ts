import { missing } from './assign.ts'
import { type Config, type Field, fieldOf, stateOf } from './config-state.ts'
import type { Where } from './errors.ts'
import { PyError } from './python/errors.ts'
import { itemAt } from './python/items.ts'
import { repr } from './python/repr.ts'
import { PyFloat, PyObject, type PyValue } from './python/values.ts'
import { ConfigView } from './views/config-view.ts'

/** One step into a config: an attribute name, or a key in square brackets. */
export type Step = { readonly attribute: string } | { readonly key: string | number }

/** Something that a path leads to. */
export interface Slot {
  /** The field at the end of the path. */
  readonly field?: Field
  /** The end of the path is an item of a list or dict. */
  readonly isItem: boolean
  get(): unknown
  set(raw: unknown, where: Where): void
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

const formatSteps = (steps: readonly Step[]): string =>
  steps
    .map((s) => ('attribute' in s ? `.${s.attribute}` : `[${repr(s.key)}]`))
    .join('')
    .replace(/^\./, '')

/** Follow a path from a config. Throws `config/unknown-field` naming the class where it ends. */
export function locate(config: Config, steps: readonly Step[]): Slot {
  const path = [...steps]
  const last = path.pop()
  if (last === undefined) throw missing(stateOf(config).configClass.name, '', [])
  const run = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw error instanceof PyError ? unknown(config, steps) : error
    }
  }
  const parent = path.reduce<PyValue>(
    (value, step) => run(() => below(value, step) ?? fail(value, step, config, steps)),
    new ConfigView(config),
  )
  if ('key' in last)
    return {
      isItem: !(run(() => itemIfThere(parent, last.key)) instanceof ConfigView),
      get: () => run(() => plain(itemAt(parent, last.key))),
      set: (raw, where) =>
        run(() => objectOf(parent, config, steps).setItem(last.key, raw as PyValue, where)),
    }
  const name = last.attribute
  const field = fieldOfView(parent, name)
  if (field === undefined && below(parent, last) === undefined) fail(parent, last, config, steps)
  return {
    ...(field && { field }),
    isItem: false,
    get: () =>
      field && parent instanceof ConfigView
        ? stateOf(parent.config).values.get(name)
        : plain(below(parent, last)),
    set: (raw, where) => run(() => objectOf(parent, config, steps).setAttribute(name, raw as PyValue, where)),
  }
}

const below = (value: PyValue, step: Step): PyValue | undefined =>
  'key' in step
    ? itemAt(value, step.key)
    : value instanceof PyObject
      ? value.attribute(step.attribute)
      : undefined

/** A missing key of a dict is no error before it is read. */
function itemIfThere(value: PyValue, key: string | number): PyValue | undefined {
  try {
    return itemAt(value, key)
  } catch (error) {
    if (error instanceof PyError) return undefined
    throw error
  }
}

const fieldOfView = (value: PyValue, name: string): Field | undefined =>
  value instanceof ConfigView ? fieldOf(stateOf(value.config).configClass, name) : undefined

function objectOf(value: PyValue, config: Config, steps: readonly Step[]): PyObject {
  if (value instanceof PyObject) return value
  throw unknown(config, steps)
}

function fail(value: PyValue, step: Step, config: Config, steps: readonly Step[]): never {
  if (!(value instanceof ConfigView) || 'key' in step) throw unknown(config, steps)
  const { name, fields } = stateOf(value.config).configClass
  throw missing(name, step.attribute, Object.keys(fields))
}

const unknown = (config: Config, steps: readonly Step[]): Error =>
  missing(stateOf(config).configClass.name, formatSteps(steps), [])

const plain = (value: PyValue | undefined): unknown =>
  value instanceof ConfigView ? value.config : value instanceof PyFloat ? value.value : value

/** Read by path: a field's value or a nested config. */
export const getPath = (config: Config, path: string): unknown => locate(config, parsePath(path)).get()

/** Assign by path; `raw` is a TypeScript value or a parsed literal. */
export const setPath = (config: Config, path: string, raw: unknown, where: Where): void =>
  locate(config, parsePath(path)).set(raw, where)

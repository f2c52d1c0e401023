import { didYouMean } from '#core'
import { CODE, type Config, fieldOf, Note, type Owner, remember, stateOf } from './config-state.ts'
import { frozenConfig, unknownField, type Where } from './errors.ts'

let source: Where = CODE

/** Run code whose plain assignments are remembered as coming from `where`. */
export function withSource<T>(where: Where, run: () => T): T {
  const before = source
  source = where
  try {
    return run()
  } finally {
    source = before
  }
}

/** Where assignments by code are said to come from just now. */
export const codeSource = (): Where => source

/** Assign one field of a config: checks, converts, remembers. */
export function assignField(config: Config, name: string, raw: unknown, where: Where): void {
  const state = stateOf(config)
  const field = fieldOf(state.configClass, name)
  if (field === undefined) throw missing(state.configClass.name, name, Object.keys(state.configClass.fields))
  checkOpen({ config, name })
  const value = field.accept(raw, state.values.get(name), { config, name }, where)
  state.values.set(name, value)
  remember(state, name, field.shown === undefined ? value : field.shown(value), where)
}

/** Refuse changes of a frozen config. */
export function checkOpen({ config, name }: Owner): void {
  if (stateOf(config).frozen) throw frozenConfig(name)
}

/** Remember a change that a field's value made to itself. */
export const note = ({ config, name }: Owner, text: string, where: Where): void =>
  remember(stateOf(config), name, new Note(text), where)

/** Assign every field of another config of the same class. */
export function assignAll(config: Config, other: Config, where: Where): void {
  if (config === other) return
  for (const [name, value] of stateOf(other).values) assignField(config, name, value, where)
}

export const missing = (className: string, name: string, known: readonly string[]): Error =>
  unknownField(className, name, didYouMean(name, known))

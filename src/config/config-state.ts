import type { Where } from './errors.ts'
import type { PyValue } from './python/values.ts'

/** Key of a config's hidden state; everything else on a config is a declared field. */
export const STATE: unique symbol = Symbol('config state')

/** An instance of a config class. Its fields are plain properties; see `freeze`, `validate`, `setPath`, `saveConfig`. */
export interface Config {
  readonly [STATE]: ConfigState
}

export interface ConfigState {
  readonly configClass: AnyConfigClass
  readonly values: Map<string, unknown>
  readonly history: Map<string, HistoryEntry[]>
  frozen: boolean
  /** Of actions: the name of the field that holds it. */
  identity?: string
}

/** One assignment: what was set (a Note where it is no value), from where. */
export interface HistoryEntry {
  readonly value: unknown
  readonly where: Where
}

export const stateOf = (config: Config): ConfigState => config[STATE]
export const isConfig = (value: unknown): value is Config =>
  typeof value === 'object' && value !== null && STATE in value

/** What a history says of a change that is no assignment of a value: `retarget(target=…)`. */
export class Note {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A field of one config: what its value must ask before it changes itself. */
export interface Owner {
  readonly config: Config
  readonly name: string
}

/** A field name with the config it belongs to, e.g. `['ref'].threshold` of a registry field. */
export interface NestedConfig {
  /** What stands between the field's path and the nested path: `` (plain) or `['name']`. */
  readonly suffix: string
  readonly config: Config
  /** What the save form says before the fields: how the config comes to be there. */
  readonly before?: readonly string[]
  /** False for registry entries that are not selected: neither validated nor compared. */
  readonly active: boolean
}

/** The lines a field adds to the save form around those of its nested configs. */
export interface SavedField {
  readonly before?: readonly string[]
  readonly after?: readonly string[]
  readonly imports?: readonly string[]
}

/**
 * One declared field of kind `kind`. `Value` is what reading the property gives. Implementations are in the
 * `*-fields.ts` files; callers use their constructors.
 */
export interface Field<Value = unknown> {
  readonly kind: FieldKind
  /** What it is, with unit, and what raising it does; compulsory, shown by `--show config` and in forms. */
  readonly doc: string
  readonly optional: boolean
  readonly deprecated?: string
  /** As messages name it: `float`, `list of str`. */
  readonly typeName: string
  /** Allowed values with what they mean, as they are typed: of choices, and the entries that may be selected. */
  readonly choices?: () => Readonly<Record<string, string>>
  /** Several of the choices at once. */
  readonly multiple?: boolean
  /** Bounds of a range field, `[0.0,10.0)`. */
  readonly range?: string
  /** The value a new config starts with. */
  start(owner: Owner): Value
  /** Check and convert what is assigned; throws FieldValidationError. Nested configs are copied, never shared. */
  accept(raw: unknown, current: Value, owner: Owner, where: Where): Value
  /** Checks that need the finished config; throws FieldValidationError. */
  finish?(value: Value, name: string): void
  nested?(value: Value): readonly NestedConfig[]
  /** Own text of the save form; scalar fields have nothing else. */
  save(value: Value, path: string): SavedField
  /** Differences of the field's own value as `path: a != b`; nested configs are compared by the caller. */
  compare(a: Value, b: Value, path: string, tolerance: Tolerance): readonly string[]
  /** A value of its own for a copy of the config; values that never change are shared. */
  copy?(value: Value, owner: Owner, copyInner: <C extends Config>(config: C) => C): Value
  /** How expressions see the value. */
  view(value: Value, owner: Owner): PyValue
  /** What a history shows of the value; the value itself unless said. */
  shown?(value: Value): unknown
}

export type FieldKind =
  | 'scalar'
  | 'range'
  | 'choice'
  | 'list'
  | 'dict'
  | 'config'
  | 'configurable'
  | 'config-choice'
  | 'config-dict'
  | 'action'
  | 'action-struct'

export interface Tolerance {
  readonly rtol: number
  readonly atol: number
}

export type Fields = Readonly<Record<string, Field>>

/** The instance type of a set of fields. */
export type ConfigOf<F extends Fields> = Config & { -readonly [K in keyof F]: ValueOf<F[K]> }
export type ValueOf<F> = F extends { start(owner: Owner): infer V } ? V : never

/** A declared config class: makes instances, knows its fields in order. */
export interface ConfigClass<C extends Config = Config> {
  /** Dotted Python path, e.g. `lsst.ip.isr.IsrTaskConfig`: the identity that saved files assert. */
  readonly name: string
  /** The class it extends. */
  readonly base?: AnyConfigClass
  readonly fields: Readonly<Record<string, Field>>
  /** A new instance: field defaults, then setDefaults. */
  make(where?: Where): C
  setDefaults(config: C): void
  validate(config: C): void
}

/** Any config class, where its instance type does not matter. */
export type AnyConfigClass = ConfigClass

/** Something configured by a config class: a task, a plug-in. `className` is its dotted Python path. */
export interface ConfigTarget<K extends AnyConfigClass = AnyConfigClass> {
  readonly className: string
  readonly config: K
}

/** Instance type of a config class. */
export type InstanceOf<K> = K extends { make(where?: Where): infer C } ? C : never

export const DEFAULT: Where = { source: 'default' }
export const CODE: Where = { source: 'assignment' }

/** Append to a field's history. */
export function remember(state: ConfigState, field: string, value: unknown, where: Where): void {
  const entries = state.history.get(field)
  if (entries === undefined) state.history.set(field, [{ value, where }])
  else entries.push({ value, where })
}

/** The declared field of a name; undefined for every other name, `constructor` too. */
export const fieldOf = ({ fields }: AnyConfigClass, name: string): Field | undefined =>
  Object.hasOwn(fields, name) ? fields[name] : undefined

/** Is a config class another one or made from it by `extendConfig`? */
export const derivesFrom = (configClass: AnyConfigClass | undefined, base: AnyConfigClass): boolean =>
  configClass !== undefined && (configClass === base || derivesFrom(configClass.base, base))

/** Module part of a dotted path: `lsst.ip.isr` of `lsst.ip.isr.IsrTaskConfig`. */
export const moduleOf = (name: string): string => name.split('.').slice(0, -1).join('.')

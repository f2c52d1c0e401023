import { didYouMean } from '#core'
import {
  type AnyConfigClass,
  type Config,
  type Field,
  type InstanceOf,
  isConfig,
  moduleOf,
  stateOf,
} from './config-state.ts'
import { FieldValidationError, type Where } from './errors.ts'
import { pythonType, repr } from './python-repr.ts'
import { scalar } from './scalar-fields.ts'

/** Something configured by a config class: a task, a plug-in. `className` is its dotted Python path. */
export interface ConfigTarget<K extends AnyConfigClass = AnyConfigClass> {
  readonly className: string
  readonly config: K
}

interface NestedOptions<C> {
  readonly doc: string
  /** Change the defaults of the nested config, before the owner's setDefaults. */
  readonly default?: (config: C) => void
  readonly check?: (config: C) => boolean | string
  readonly deprecated?: string
}

/** A nested config of one class. */
export function configField<K extends AnyConfigClass>(
  configClass: K,
  options: NestedOptions<InstanceOf<K>>,
): Field<InstanceOf<K>> {
  type C = InstanceOf<K>
  return {
    kind: 'config',
    doc: options.doc,
    optional: false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: configClass.name,
    start: () => prepared(configClass, options.default),
    accept: (raw, _current, name, where) => instanceFor(configClass, raw, name, where) as C,
    finish: (value, name) => checkNested(options.check?.(value), name),
    nested: (value) => [{ suffix: '', config: value as Config, active: true }],
    save: () => ({ imports: [moduleOf(configClass.name)] }),
    compare: () => [],
    copy: (value, copyInner) => copyInner(value as Config) as InstanceOf<K>,
  }
}

function prepared<K extends AnyConfigClass>(
  configClass: K,
  change?: (config: InstanceOf<K>) => void,
): InstanceOf<K> {
  const config = configClass.make({ source: 'default' }) as InstanceOf<K>
  change?.(config)
  return config
}

function checkNested(answer: boolean | string | undefined, name: string): void {
  if (answer === undefined || answer === true) return
  throw new FieldValidationError(name, answer === false ? 'its check refused it' : answer)
}

function instanceFor(configClass: AnyConfigClass, raw: unknown, name: string, where: Where): Config {
  if (raw === configClass) return configClass.make(where)
  if (isConfig(raw) && stateOf(raw).configClass === configClass) return raw
  const found = isConfig(raw) ? stateOf(raw).configClass.name : pythonType(raw)
  const reason = `Value ${isConfig(raw) ? found : repr(raw)} is of incorrect type ${found}. Expected ${configClass.name}`
  throw new FieldValidationError(name, reason, where)
}

/** The value of a configurable field: which target, and the target's config. */
export class Configurable<T extends ConfigTarget = ConfigTarget> {
  /** The chosen target; change it by `retarget`. */
  target: T
  /** The target's config. */
  value: InstanceOf<T['config']>

  constructor(target: T) {
    this.target = target
    this.value = target.config.make({ source: 'default' }) as InstanceOf<T['config']>
  }

  /** Choose another target; its config starts from its defaults. */
  retarget(target: T): void {
    if (stateOf(this.value as Config).frozen)
      throw new FieldValidationError('retarget', 'the config is frozen')
    this.target = target
    this.value = target.config.make({ source: 'retarget' }) as InstanceOf<T['config']>
  }
}

/** A subtask or plug-in that can be exchanged: `config.measurement.value.threshold`, `.retarget(Other)`. */
export function configurableField<T extends ConfigTarget>(
  target: T,
  options: NestedOptions<InstanceOf<T['config']>>,
): Field<Configurable<T>> {
  const start = (): Configurable<T> => {
    const made = new Configurable(target)
    options.default?.(made.value)
    return made
  }
  return {
    kind: 'configurable',
    doc: options.doc,
    optional: false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: `configurable ${target.className}`,
    start,
    accept: (raw, current, name, where) => {
      if (raw instanceof Configurable) return raw as Configurable<T>
      current.value = instanceFor(current.target.config, raw, name, where) as InstanceOf<T['config']>
      return current
    },
    finish: (value, name) => checkNested(options.check?.(value.value), name),
    nested: (value) => [{ suffix: '', config: value.value as Config, active: true }],
    save: (value, path) => ({
      imports: [moduleOf(value.target.className), moduleOf(value.target.config.name)],
      ...(value.target.className !== target.className && {
        before: [
          `${path}.retarget(target=${value.target.className}, ConfigClass=${value.target.config.name})`,
          '',
        ],
      }),
    }),
    compare: (a, b, path) =>
      a.target.className === b.target.className
        ? []
        : [`${path}.target: ${a.target.className} != ${b.target.className}`],
    copy: (value, copyInner) => {
      const copied = new Configurable(value.target)
      copied.value = copyInner(value.value as Config) as InstanceOf<T['config']>
      return copied
    },
    member: (value, key) =>
      key === 'value'
        ? { config: value.value as Config }
        : key === 'target'
          ? { get: () => value.target.className, set: () => undefined }
          : undefined,
  }
}

/** The value of a choice field: named configs, of which one (`name`) or several (`names`) are selected. */
export class ConfigChoice<
  Map extends Readonly<Record<string, AnyConfigClass>> = Record<string, AnyConfigClass>,
> {
  readonly types: () => Map
  readonly entries: { [K in keyof Map]?: InstanceOf<Map[K]> } = {}
  /** The selected name of a single choice. */
  name: Extract<keyof Map, string> | null = null
  /** The selected names of a multiple choice, in order. */
  names: readonly Extract<keyof Map, string>[] = []

  constructor(types: () => Map) {
    this.types = types
  }

  /** The config of an entry, selected or not, made at its first use. */
  get<K extends Extract<keyof Map, string>>(name: K): InstanceOf<Map[K]> {
    const type = this.types()[name]
    if (type === undefined)
      throw new FieldValidationError(name, `no such entry.${didYouMean(name, Object.keys(this.types()))}`)
    const known: InstanceOf<Map[K]> | undefined = this.entries[name]
    if (known !== undefined) return known
    const made = type.make({ source: 'default' }) as InstanceOf<Map[K]>
    this.entries[name] = made
    return made
  }

  /** The configs of what is selected. */
  get active(): readonly InstanceOf<Map[Extract<keyof Map, string>]>[] {
    const names = this.name === null ? this.names : [this.name]
    return names.map((name) => this.get(name))
  }
}

interface ChoiceFieldOptions {
  readonly doc: string
  /** Name, or names of a multiple choice. */
  readonly default?: string | readonly string[] | null
  readonly multi?: boolean
  readonly optional?: boolean
  readonly deprecated?: string
}

/** One (or with `multi` several) of a map of named config classes; entries not selected keep their values too. */
export function configChoiceField<Map extends Readonly<Record<string, AnyConfigClass>>>(
  types: Map | (() => Map),
  options: ChoiceFieldOptions,
): Field<ConfigChoice<Map>> {
  const { multi = false, optional = false } = options
  const typesOf = typeof types === 'function' ? types : () => types
  type Name = Extract<keyof Map, string>
  const select = (choice: ConfigChoice<Map>, raw: unknown, name: string, where: Where): void => {
    const known = (value: unknown): Name => {
      const text = scalar('str', value, name, where)
      if (!(text in typesOf())) {
        const reason = `Unknown key '${text}'.${didYouMean(text, Object.keys(typesOf()))}`
        throw new FieldValidationError(name, reason, where)
      }
      return text as Name
    }
    if (multi) choice.names = Array.isArray(raw) ? raw.map(known) : [known(raw)]
    else choice.name = raw === null ? null : known(raw)
  }
  return {
    kind: 'config-choice',
    doc: options.doc,
    optional,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: multi ? 'names of configs' : 'name of a config',
    start: (name) => {
      const choice = new ConfigChoice<Map>(typesOf)
      if (options.default !== undefined && options.default !== null)
        select(choice, options.default, name, { source: 'default' })
      return choice
    },
    accept: (raw, current, name, where) => {
      if (raw instanceof ConfigChoice) return raw as ConfigChoice<Map>
      select(current, raw, name, where)
      return current
    },
    finish: (value, name) => {
      if (!optional && !multi && value.name === null)
        throw new FieldValidationError(name, 'Required value cannot be None')
    },
    nested: (value) =>
      Object.entries(value.entries).map(([key, config]) => ({
        suffix: `[${repr(key)}]`,
        config: config as Config,
        active: multi ? value.names.includes(key as Name) : value.name === key,
      })),
    save: (value, path) => ({
      imports: Object.keys(value.entries).map((key) => moduleOf(typesOf()[key]?.name ?? '')),
      after: [
        multi ? `${path}.names=${repr([...value.names].sort())}` : `${path}.name=${repr(value.name)}`,
        '',
      ],
    }),
    compare: (a, b, path) => compareSelection(a, b, path, multi),
    choices: () => Object.fromEntries(Object.entries(typesOf()).map(([key, { name }]) => [key, name])),
    multiple: multi,
    copy: (value, copyInner) => {
      const copied = new ConfigChoice<Map>(typesOf)
      copied.name = value.name
      copied.names = value.names
      for (const [key, config] of Object.entries(value.entries))
        Object.assign(copied.entries, { [key]: copyInner(config as Config) })
      return copied
    },
    member: (value, key, name) => {
      if (key === 'active' && value.name !== null) return { config: value.get(value.name) as Config }
      if (key === (multi ? 'names' : 'name'))
        return {
          get: () => (multi ? value.names : value.name),
          set: (raw, where) => select(value, raw, `${name}.${key}`, where),
        }
      return typeof key === 'string' && key in typesOf()
        ? { config: value.get(key as Name) as Config }
        : undefined
    },
  }
}

function compareSelection(a: ConfigChoice, b: ConfigChoice, path: string, multi: boolean): string[] {
  const [left, right] = multi
    ? [repr([...a.names].sort()), repr([...b.names].sort())]
    : [repr(a.name), repr(b.name)]
  return left === right ? [] : [`${path}.${multi ? 'names' : 'name'}: ${left} != ${right}`]
}

/** A named set of targets that plug-ins add to; `registryField` chooses from it. */
export class TargetRegistry<T extends ConfigTarget = ConfigTarget> {
  readonly #targets = new Map<string, T>()

  register(name: string, target: T): this {
    if (this.#targets.has(name)) throw new RangeError(`An item with name '${name}' already exists`)
    this.#targets.set(name, target)
    return this
  }

  get(name: string): T | undefined {
    return this.#targets.get(name)
  }

  names(): readonly string[] {
    return [...this.#targets.keys()]
  }

  configs(): Record<string, AnyConfigClass> {
    return Object.fromEntries([...this.#targets].map(([name, target]) => [name, target.config]))
  }
}

/** A choice from a registry, which may still grow. */
export const registryField = (
  registry: TargetRegistry,
  options: ChoiceFieldOptions,
): Field<ConfigChoice<Record<string, AnyConfigClass>>> => configChoiceField(() => registry.configs(), options)

/** Configs of one class under keys. */
export function configDictField<K extends 'str' | 'int', C extends AnyConfigClass>(
  keyType: K,
  configClass: C,
  options: { readonly doc: string; readonly optional?: boolean; readonly deprecated?: string },
): Field<ReadonlyMap<K extends 'str' ? string : number, InstanceOf<C>>> {
  type Key = K extends 'str' ? string : number
  type Value = ReadonlyMap<Key, InstanceOf<C>>
  return {
    kind: 'config-dict',
    doc: options.doc,
    optional: options.optional ?? false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: `dict of ${keyType} to ${configClass.name}`,
    start: () => new Map() as Value,
    accept: (raw, _current, name, where) => {
      if (!(raw instanceof Map))
        throw new FieldValidationError(
          name,
          `Value ${repr(raw)} is of incorrect type ${pythonType(raw)}. Expected a dict`,
          where,
        )
      const out = new Map<Key, InstanceOf<C>>()
      for (const [key, item] of raw)
        out.set(
          scalar<'str' | 'int'>(keyType, key, name, where) as Key,
          instanceFor(configClass, item, name, where) as InstanceOf<C>,
        )
      return out as Value
    },
    nested: (value) =>
      [...value].map(([key, config]) => ({
        suffix: `[${repr(key)}]`,
        config: config as Config,
        active: true,
      })),
    save: (value, path) => ({
      imports: [moduleOf(configClass.name)],
      before: [
        `${path}={}`,
        ...[...value.keys()].map((key) => `${path}[${repr(key)}]=${configClass.name}()`),
        '',
      ],
    }),
    compare: (a, b, path) => {
      const [left, right] = [repr([...a.keys()]), repr([...b.keys()])]
      return left === right ? [] : [`${path} keys: ${left} != ${right}`]
    },
    copy: (value, copyInner) =>
      new Map([...value].map(([key, config]) => [key, copyInner(config as Config) as InstanceOf<C>])),
    member: (value, key, name) => {
      const found = value.get(key as Key)
      if (found !== undefined) return { config: found as Config }
      return {
        get: () => undefined,
        set: (raw, where) =>
          void (value as Map<Key, InstanceOf<C>>).set(
            scalar<'str' | 'int'>(keyType, key, name, where) as Key,
            (raw === configClass.name
              ? configClass.make(where)
              : instanceFor(configClass, raw, name, where)) as InstanceOf<C>,
          ),
      }
    },
  }
}

import {
  type AnyConfigClass,
  type Config,
  type ConfigClass,
  type ConfigOf,
  type ConfigState,
  DEFAULT,
  type Fields,
  remember,
  STATE,
} from './config-state.ts'
import { assignField, codeSource, missing, withSource } from './assign.ts'

export interface ConfigDefinition<F extends Fields> {
  /** Dotted Python path of the class, e.g. `lsst.ip.isr.IsrTaskConfig`. */
  readonly name: string
  readonly fields: F
  /** Change field defaults where they depend on each other or on nested configs. */
  readonly setDefaults?: (config: ConfigOf<F>) => void
  /** Checks over several fields; throw FieldValidationError. */
  readonly validate?: (config: ConfigOf<F>) => void
  /** The class whose fields these include: `extendConfig` says it. */
  readonly base?: AnyConfigClass
}

/** Declare a config class. Instances have one typed property a field; see `freeze`, `validate`, `saveConfig`. */
export function defineConfig<const F extends Fields>(
  definition: ConfigDefinition<F>,
): ConfigClass<ConfigOf<F>> {
  const { fields } = definition
  const prototype = Object.create(unknownGuard(definition.name, Object.keys(fields))) as object
  for (const name of Object.keys(fields)) Object.defineProperty(prototype, name, accessor(name))
  const configClass: ConfigClass<ConfigOf<F>> = {
    name: definition.name,
    ...(definition.base && { base: definition.base }),
    fields,
    setDefaults: definition.setDefaults ?? (() => undefined),
    validate: definition.validate ?? (() => undefined),
    make(where = DEFAULT) {
      const config = Object.create(prototype) as ConfigOf<F>
      const state: ConfigState = { configClass, values: new Map(), history: new Map(), frozen: false }
      Object.defineProperty(config, STATE, { value: state })
      Object.preventExtensions(config)
      for (const [name, field] of Object.entries(fields)) {
        const value = field.start({ config, name })
        state.values.set(name, value)
        remember(state, name, field.shown === undefined ? value : field.shown(value), where)
      }
      withSource({ source: `${definition.name}.setDefaults` }, () => configClass.setDefaults(config))
      return config
    },
  }
  return configClass
}

/** A copy with everything below it and its history; it may be changed where the config itself is frozen. */
export function copyConfig<C extends Config>(config: C): C {
  const { configClass, values, history } = config[STATE]
  const copied = Object.create(Object.getPrototypeOf(config) as object) as C
  const state: ConfigState = {
    configClass,
    values: new Map(values),
    history: new Map(Array.from(history, ([name, entries]) => [name, [...entries]])),
    frozen: false,
    ...(config[STATE].identity !== undefined && { identity: config[STATE].identity }),
  }
  Object.defineProperty(copied, STATE, { value: state })
  Object.preventExtensions(copied)
  for (const [name, value] of values) {
    const copy = configClass.fields[name]?.copy
    if (copy !== undefined) state.values.set(name, copy(value, { config: copied, name }, copyConfig))
  }
  return copied
}

/** A config class with the fields of another and more; its own setDefaults and validate run after the other's. */
export function extendConfig<B extends Config, const F extends Fields>(
  base: ConfigClass<B>,
  definition: {
    readonly name: string
    readonly fields: F
    readonly setDefaults?: (config: B & ConfigOf<F>) => void
    readonly validate?: (config: B & ConfigOf<F>) => void
    /** Put the new fields before the base's (the order of saved files). */
    readonly first?: boolean
  },
): ConfigClass<B & ConfigOf<F>> {
  const added: Fields = definition.fields
  const fields = definition.first === true ? { ...added, ...base.fields } : { ...base.fields, ...added }
  return defineConfig({
    name: definition.name,
    base: base as AnyConfigClass,
    fields,
    setDefaults: (config) => {
      base.setDefaults(config as unknown as B)
      definition.setDefaults?.(config as unknown as B & ConfigOf<F>)
    },
    validate: (config) => {
      base.validate(config as unknown as B)
      definition.validate?.(config as unknown as B & ConfigOf<F>)
    },
  }) as unknown as ConfigClass<B & ConfigOf<F>>
}

const accessor = (name: string): PropertyDescriptor => ({
  enumerable: true,
  get(this: Config) {
    return this[STATE].values.get(name)
  },
  set(this: Config, raw: unknown) {
    assignField(this, name, raw, codeSource())
  },
})

/** Last link of the prototype chain: assignments to names nobody declares end here. */
const unknownGuard = (className: string, known: readonly string[]): object =>
  new Proxy(Object.create(null) as object, {
    set(_target, name) {
      throw missing(className, String(name), known)
    },
  })

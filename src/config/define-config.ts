import { didYouMean } from '#core'
import {
  CODE,
  type Config,
  type ConfigClass,
  type ConfigOf,
  type ConfigState,
  DEFAULT,
  type Fields,
  remember,
  STATE,
} from './config-state.ts'
import { frozenConfig, unknownField, type Where } from './errors.ts'

export interface ConfigDefinition<F extends Fields> {
  /** Dotted Python path of the class, e.g. `lsst.ip.isr.IsrTaskConfig`. */
  readonly name: string
  readonly fields: F
  /** Change field defaults where they depend on each other or on nested configs. */
  readonly setDefaults?: (config: ConfigOf<F>) => void
  /** Checks over several fields; throw FieldValidationError. */
  readonly validate?: (config: ConfigOf<F>) => void
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
    fields,
    setDefaults: definition.setDefaults ?? (() => undefined),
    validate: definition.validate ?? (() => undefined),
    make(where = DEFAULT) {
      const config = Object.create(prototype) as ConfigOf<F>
      const state: ConfigState = { configClass, values: new Map(), history: new Map(), frozen: false }
      Object.defineProperty(config, STATE, { value: state })
      Object.preventExtensions(config)
      for (const [name, field] of Object.entries(fields)) {
        const value = field.start(name)
        state.values.set(name, value)
        remember(state, name, value, where)
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
    values: new Map(
      Array.from(values, ([name, value]) => {
        const copy = configClass.fields[name]?.copy
        return [name, copy === undefined ? value : copy(value, copyConfig)]
      }),
    ),
    history: new Map(Array.from(history, ([name, entries]) => [name, [...entries]])),
    frozen: false,
  }
  Object.defineProperty(copied, STATE, { value: state })
  return Object.preventExtensions(copied)
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

/** Assign one field of a config: checks, converts, remembers. */
export function assignField(config: Config, name: string, raw: unknown, where: Where): void {
  const state = config[STATE]
  const field = state.configClass.fields[name]
  if (field === undefined) throw missing(state.configClass.name, name, Object.keys(state.configClass.fields))
  if (state.frozen) throw frozenConfig(name)
  const value = field.accept(raw, state.values.get(name), name, where)
  state.values.set(name, value)
  remember(state, name, value, where)
}

export const missing = (className: string, name: string, known: readonly string[]): Error =>
  unknownField(className, name, didYouMean(name, known))

const accessor = (name: string): PropertyDescriptor => ({
  enumerable: true,
  get(this: Config) {
    return this[STATE].values.get(name)
  },
  set(this: Config, raw: unknown) {
    assignField(this, name, raw, source)
  },
})

/** Last link of the prototype chain: assignments to names nobody declares end here. */
const unknownGuard = (className: string, known: readonly string[]): object =>
  new Proxy(Object.create(null) as object, {
    set(_target, name) {
      throw missing(className, String(name), known)
    },
  })

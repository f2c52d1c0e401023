import { assignField } from '../assign.ts'
import { type AnyConfigClass, type Config, isConfig, type Owner, stateOf } from '../config-state.ts'
import { FieldValidationError, type Where } from '../errors.ts'
import { repr } from '../python/repr.ts'
import { type PyValue, typeNameOf } from '../python/values.ts'
import { DottedName, NewInstance } from '../views/class-name.ts'
import { ConfigView } from '../views/config-view.ts'

/** Which config classes a field takes, by class and by name. */
export interface Wanted {
  readonly name: string
  fits(configClass: AnyConfigClass): boolean
  /** The class of a name that nobody else knows. */
  readonly byName: AnyConfigClass
}

export const exactly = (configClass: AnyConfigClass): Wanted => ({
  name: configClass.name,
  fits: (other) => other === configClass,
  byName: configClass,
})

/** The config that an assigned value stands for: itself, or a new one of a class. Not yet a copy. */
export function configFrom(raw: unknown, wanted: Wanted, { name }: Owner, where: Where): Config {
  const own = raw instanceof ConfigView ? raw.config : raw
  if (isConfig(own) && wanted.fits(stateOf(own).configClass)) return own
  const configClass = isConfig(own) ? undefined : classFrom(own, wanted)
  if (configClass !== undefined && wanted.fits(configClass)) {
    const made = configClass.make(where)
    if (own instanceof NewInstance)
      for (const [field, value] of own.values) assignField(made, field, value, where)
    return made
  }
  const found = isConfig(own) ? stateOf(own).configClass.name : typeNameOf(own)
  const shown = isConfig(own) ? found : isConfigClass(own) ? own.name : repr(own as PyValue)
  const reason = `Value ${shown} is of incorrect type ${found}. Expected ${wanted.name}`
  throw new FieldValidationError(name, reason, where)
}

function classFrom(raw: unknown, wanted: Wanted): AnyConfigClass | undefined {
  if (isConfigClass(raw)) return raw
  const path = raw instanceof DottedName ? raw.path : raw instanceof NewInstance ? raw.className : undefined
  if (path === undefined) return undefined
  if (path === wanted.byName.name) return wanted.byName
  return raw instanceof DottedName ? raw.find(path)?.config : (raw as NewInstance).target?.config
}

const isConfigClass = (raw: unknown): raw is AnyConfigClass =>
  typeof raw === 'object' && raw !== null && 'make' in raw && 'fields' in raw

export function checkNested(answer: boolean | string | undefined, name: string): void {
  if (answer === undefined || answer === true) return
  throw new FieldValidationError(name, answer === false ? 'its check refused it' : answer)
}

/** What fields of nested configs have in common. */
export interface NestedOptions<C> {
  readonly doc: string
  /** Change the defaults of the nested config, before the owner's setDefaults. */
  readonly default?: (config: C) => void
  readonly check?: (config: C) => boolean | string
  readonly deprecated?: string
}

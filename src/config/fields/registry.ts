import type { AnyConfigClass, ConfigTarget, Field } from '../config-state.ts'
import { type ChoiceFieldOptions, configChoiceField } from './choice.ts'
import type { ConfigChoice } from './choice-value.ts'

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

import { assignAll, checkOpen, codeSource, note } from '../assign.ts'
import type { Config, ConfigTarget, InstanceOf, Owner } from '../config-state.ts'
import type { Where } from '../errors.ts'
import { configFrom, exactly } from './nested.ts'

/** What `apply` needs besides the config: the context of a task. */
type ApplyOf<T> = T extends { make(given: infer G): infer Made } ? (given: Omit<G, 'config'>) => Made : never

/** The value of a configurable field: which target, and the target's config. */
export class Configurable<T extends ConfigTarget = ConfigTarget> {
  readonly owner: Owner
  #target: T
  #value: InstanceOf<T['config']>

  constructor(owner: Owner, target: T, value?: InstanceOf<T['config']>) {
    this.owner = owner
    this.#target = target
    this.#value = value ?? (target.config.make({ source: 'default' }) as InstanceOf<T['config']>)
  }

  /** The chosen target; change it by `retarget`. */
  get target(): T {
    return this.#target
  }

  /** The target's config. What is assigned is copied into it. */
  get value(): InstanceOf<T['config']> {
    return this.#value
  }
  set value(config: InstanceOf<T['config']>) {
    checkOpen(this.owner)
    this.assign(config, codeSource())
  }

  /** Copy a config of the target's class into this one. */
  assign(raw: unknown, where: Where): void {
    assignAll(this.#value as Config, configFrom(raw, exactly(this.#target.config), this.owner, where), where)
  }

  /** Choose another target; its config starts from its defaults where its class is another. */
  retarget(target: T, where: Where = codeSource()): void {
    checkOpen(this.owner)
    if (target.config !== this.#target.config)
      this.#value = target.config.make(where) as InstanceOf<T['config']>
    this.#target = target
    note(this.owner, `retarget(target=${target.className}, ConfigClass=${target.config.name})`, where)
  }

  /** Make what the target makes, with this config: a task from its context. */
  get apply(): ApplyOf<T> {
    const made = this.#target as unknown as { make?: (given: unknown) => unknown }
    const apply = (given: object): unknown => {
      if (made.make === undefined) throw new TypeError(`${this.#target.className} makes nothing`)
      return made.make({ ...given, config: this.#value })
    }
    return apply as ApplyOf<T>
  }
}

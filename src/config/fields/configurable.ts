import { assignAll, checkOpen, codeSource, note } from '../assign.ts'
import {
  type Config,
  type ConfigTarget,
  type Field,
  type InstanceOf,
  moduleOf,
  Note,
  type Owner,
} from '../config-state.ts'
import type { Where } from '../errors.ts'
import { ConfigurableView } from '../views/configurable-view.ts'
import { checkNested, configFrom, exactly, type NestedOptions } from './nested.ts'

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

/** A subtask or plug-in that can be exchanged: `config.measurement.value.threshold`, `.retarget(Other)`. */
export function configurableField<T extends ConfigTarget>(
  target: T,
  options: NestedOptions<InstanceOf<T['config']>>,
): Field<Configurable<T>> {
  return {
    kind: 'configurable',
    doc: options.doc,
    optional: false,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: `configurable ${target.className}`,
    start: (owner) => {
      const made = new Configurable(owner, target)
      options.default?.(made.value)
      return made
    },
    accept: (raw, current, _owner, where) => {
      const other = raw instanceof ConfigurableView ? raw.configurable : raw
      if (other instanceof Configurable) {
        current.retarget(other.target as T, where)
        current.assign(other.value, where)
      } else current.assign(raw, where)
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
    copy: (value, owner, copyInner) =>
      new Configurable(owner, value.target, copyInner(value.value as Config) as InstanceOf<T['config']>),
    view: (value, owner) => new ConfigurableView(owner, value as unknown as Configurable),
    shown: (value) => new Note(`${value.target.className} with ${value.target.config.name}`),
  }
}

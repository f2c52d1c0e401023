import { didYouMean } from '#core'
import { assignAll, checkOpen, codeSource, note } from '../assign.ts'
import { type AnyConfigClass, type Config, type InstanceOf, type Owner, stateOf } from '../config-state.ts'
import { FieldValidationError, type Where } from '../errors.ts'
import { configFrom, exactly } from './nested.ts'
import { scalar } from './scalar.ts'
import { freeze } from '../operations.ts'
import { repr } from '../python/repr.ts'
import { PySet, PyTuple, typeNameOf } from '../python/values.ts'

type Types = Readonly<Record<string, AnyConfigClass>>
type NameOf<Map> = Extract<keyof Map, string>

/** The value of a choice field: named configs, of which one (`name`) or several (`names`) are selected. */
export class ConfigChoice<Map extends Types = Types> {
  readonly owner: Owner
  readonly multi: boolean
  readonly #types: () => Map
  readonly #entries = new globalThis.Map<string, Config>()
  #names: readonly NameOf<Map>[] = []

  constructor(owner: Owner, types: () => Map, multi: boolean) {
    this.owner = owner
    this.multi = multi
    this.#types = types
  }

  /** The selected name of a single choice; null when nothing is selected. */
  get name(): NameOf<Map> | null {
    return this.#names[0] ?? null
  }
  set name(name: NameOf<Map> | null) {
    this.select(name, codeSource())
  }

  /** The selected names, in order: of a single choice one or none. */
  get names(): readonly NameOf<Map>[] {
    return this.#names
  }
  set names(names: readonly NameOf<Map>[]) {
    this.select(names, codeSource())
  }

  /** The names that there are. */
  keys(): readonly NameOf<Map>[] {
    return Object.keys(this.#types()) as NameOf<Map>[]
  }

  /** The config of an entry, selected or not, made at its first use. */
  get<K extends NameOf<Map>>(name: K): InstanceOf<Map[K]> {
    const made = this.#entries.get(name) ?? this.#make(name)
    return made as InstanceOf<Map[K]>
  }

  /** Copy a config into an entry. */
  set(name: NameOf<Map>, raw: unknown, where: Where = codeSource()): void {
    checkOpen(this.owner)
    const entry = this.get(name) as Config
    assignAll(entry, configFrom(raw, exactly(stateOf(entry).configClass), this.owner, where), where)
  }

  /** The configs of what is selected. */
  get active(): readonly InstanceOf<Map[NameOf<Map>]>[] {
    return this.#names.map((name) => this.get(name))
  }

  /** Select by name: one, or of a multiple choice several. */
  select(raw: unknown, where: Where): void {
    checkOpen(this.owner)
    this.start(raw, where)
    note(this.owner, repr(this.multi ? [...this.#names] : this.name), where)
  }

  /** Select without a check of being frozen and without history. */
  start(raw: unknown, where: Where): void {
    if (raw === null) this.#names = []
    else if (!this.multi) this.#names = [this.#known(raw, where)]
    else {
      const names = typeof raw === 'string' ? [raw] : listed(raw)
      if (names === undefined)
        throw new FieldValidationError(
          this.owner.name,
          `Value ${repr(raw)} is of incorrect type ${typeNameOf(raw)}. Sequence type expected`,
          where,
        )
      this.#names = [...new Set(names.map((name) => this.#known(name, where)))]
    }
  }

  /** The same choice for a copy of its config. */
  copy(owner: Owner, copyInner: <C extends Config>(config: C) => C): ConfigChoice<Map> {
    const copied = new ConfigChoice<Map>(owner, this.#types, this.multi)
    for (const [name, config] of this.#entries) copied.#entries.set(name, copyInner(config))
    copied.#names = this.#names
    return copied
  }

  /** The class of an entry; throws FieldValidationError. */
  typeOf(name: string, where?: Where): AnyConfigClass {
    const types: Types = this.#types()
    const type = Object.hasOwn(types, name) ? types[name] : undefined
    if (type !== undefined) return type
    const reason = `Unknown key '${name}'.${didYouMean(name, Object.keys(types))}`
    throw new FieldValidationError(this.owner.name, reason, where)
  }

  #known(raw: unknown, where: Where): NameOf<Map> {
    const name = scalar('str', raw, this.owner.name, where)
    this.typeOf(name, where)
    return name as NameOf<Map>
  }

  #make(name: string): Config {
    const made = this.typeOf(name).make({ source: 'default' })
    this.#entries.set(name, made)
    return stateOf(this.owner.config).frozen ? freeze(made) : made
  }
}

const listed = (raw: unknown): readonly unknown[] | undefined =>
  Array.isArray(raw)
    ? (raw as unknown[])
    : raw instanceof PySet || raw instanceof PyTuple
      ? [...raw]
      : undefined

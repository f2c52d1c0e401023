import { didYouMean } from '#core'
import { assignAll, checkOpen, codeSource, note } from '../assign.ts'
import {
  type AnyConfigClass,
  type Config,
  type Field,
  type InstanceOf,
  moduleOf,
  Note,
  type Owner,
  stateOf,
} from '../config-state.ts'
import { FieldValidationError, type Where } from '../errors.ts'
import { freeze } from '../operations.ts'
import { repr } from '../python/repr.ts'
import { PyObject, PySet, PyTuple, typeNameOf } from '../python/values.ts'
import { ChoiceView } from '../views/choice-view.ts'
import { configFrom, exactly } from './nested.ts'
import { scalar } from './scalar.ts'

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

interface ChoiceFieldOptions {
  readonly doc: string
  /** Name, or names of a multiple choice. */
  readonly default?: string | readonly string[] | null
  readonly multi?: boolean
  readonly optional?: boolean
  readonly deprecated?: string
}
export type { ChoiceFieldOptions }

/** One (or with `multi` several) of a map of named config classes; entries not selected keep their values too. */
export function configChoiceField<Map extends Types>(
  types: Map | (() => Map),
  options: ChoiceFieldOptions,
): Field<ConfigChoice<Map>> {
  const { multi = false, optional = false } = options
  const typesOf = typeof types === 'function' ? types : () => types
  return {
    kind: 'config-choice',
    doc: options.doc,
    optional,
    ...(options.deprecated !== undefined && { deprecated: options.deprecated }),
    typeName: multi ? 'names of configs' : 'name of a config',
    start: (owner) => {
      const choice = new ConfigChoice<Map>(owner, typesOf, multi)
      choice.start(options.default ?? null, { source: 'default' })
      return choice
    },
    accept: (raw, current, _owner, where) => {
      const other = raw instanceof ChoiceView ? raw.choice : raw
      if (!isChoice(other)) current.select(raw instanceof PyObject ? raw.plain() : raw, where)
      else copyChoice(other, current as unknown as ConfigChoice, where)
      return current
    },
    finish: (value, name) => {
      if (!optional && !multi && value.name === null)
        throw new FieldValidationError(name, 'Required value cannot be None')
    },
    nested: (value) =>
      value.keys().map((key) => ({
        suffix: `[${repr(key)}]`,
        config: value.get(key) as Config,
        active: value.names.includes(key),
      })),
    save: (value, path) => ({
      imports: value.keys().map((key) => moduleOf(value.typeOf(key).name)),
      after: [
        multi ? `${path}.names=${repr([...value.names].sort())}` : `${path}.name=${repr(value.name)}`,
        '',
      ],
    }),
    compare: (a, b, path) => {
      const [left, right] = [selectionText(a), selectionText(b)]
      return left === right ? [] : [`${path}.${multi ? 'names' : 'name'}: ${left} != ${right}`]
    },
    choices: () => Object.fromEntries(Object.entries(typesOf()).map(([key, { name }]) => [key, name])),
    multiple: multi,
    copy: (value, owner, copyInner) => value.copy(owner, copyInner),
    view: (value, owner) => new ChoiceView(owner, value as unknown as ConfigChoice),
    shown: (value) => new Note(repr(multi ? [...value.names] : value.name)),
  }
}

const isChoice = (raw: unknown): raw is ConfigChoice => raw instanceof ConfigChoice

function copyChoice(from: ConfigChoice, to: ConfigChoice, where: Where): void {
  if (from === to) return
  for (const key of from.keys()) to.set(key, from.get(key), where)
  to.select(from.multi ? from.names : from.name, where)
}

const selectionText = (choice: { multi: boolean; name: string | null; names: readonly string[] }): string =>
  choice.multi ? repr([...choice.names].sort()) : repr(choice.name)

import { type AnyConfigClass, type Config, type Field, moduleOf, Note } from '../config-state.ts'
import { FieldValidationError, type Where } from '../errors.ts'
import { repr } from '../python/repr.ts'
import { PyObject } from '../python/values.ts'
import { ConfigChoice } from './choice-value.ts'
import { ChoiceView } from '../views/choice-view.ts'

type Types = Readonly<Record<string, AnyConfigClass>>

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

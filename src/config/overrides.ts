import { FirstlightError } from '#core'
import type { Config, Field } from './config-state.ts'
import { FieldValidationError, type Where } from './errors.ts'
import { ConfigChoice } from './fields/choice-value.ts'
import { savedText } from './fields/scalar.ts'
import { locate, parsePath, type Slot } from './paths.ts'
import { repr } from './python/repr.ts'
import { tryLiteral } from './python/literal.ts'
import { isList, PyFloat, PySet, PyTuple, type PyValue } from './python/values.ts'

/** One `-c label:field=value` of a command line. */
export interface LabelledOverride {
  readonly label: string
  readonly path: string
  readonly text: string
}

/** Take `label:field.path=value` apart; throws `config/bad-override` saying what is missing. */
export function parseOverride(option: string): LabelledOverride {
  const found = /^([^:=]+):([^=]+)=([^]*)$/.exec(option)
  if (found === null) {
    const missing = option.includes(':') ? "'='" : "':'"
    throw new FirstlightError(
      'config/bad-override',
      `Cannot read the override '${option}': it has no ${missing}.`,
      {
        hint: 'Write LABEL:FIELD=VALUE, for instance isr:doDark=False.',
      },
    )
  }
  return { label: found[1] ?? '', path: found[2] ?? '', text: found[3] ?? '' }
}

/**
 * Assign the text of a command line: evaluated as a literal where the field is not a string (`True`, `0x10`,
 * `['A', 'B']`, `{5: 'x'}`), `A,B` for lists, else taken as the string it is.
 */
export function overrideFromText(config: Config, path: string, text: string, where: Where): void {
  const slot = whole(locate(config, parsePath(path)), path)
  if (slot.field?.typeName === 'int' && isTooLarge(text))
    throw new FieldValidationError(
      path,
      `${text} is too large: integers go up to ${Number.MAX_SAFE_INTEGER}`,
      where,
    )
  slot.set(slot.field === undefined ? (tryLiteral(text) ?? text) : valueFor(slot.field, text), where)
}

/** Assign a value of a pipeline file: strings as on the command line, everything else as it is. */
export function overrideFromValue(config: Config, path: string, value: PyValue, where: Where): void {
  if (typeof value === 'string') overrideFromText(config, path, value, where)
  else whole(locate(config, parsePath(path)), path).set(value, where)
}

/** Overrides set fields; an item of a list or dict is no field. */
function whole(slot: Slot, path: string): Slot {
  if (!slot.isItem) return slot
  throw new FirstlightError('config/unknown-field', `There is no field ${path}: it is an item of one.`, {
    hint: 'Give the whole list or dict, or edit it in a config file with -C.',
  })
}

/** An integer that no JavaScript number is: the nearest one would be another. */
const isTooLarge = (text: string): boolean =>
  /^\s*[-+]?\d+\s*$/.test(text) && !Number.isSafeInteger(Number(text))

function valueFor(field: Field, text: string): PyValue {
  if (field.typeName === 'float' && isTooLarge(text)) return new PyFloat(Number(text))
  const literal = wordsOf(text, field)
  if (field.typeName === 'str') {
    if (literal === null && field.optional) return null
    return typeof literal === 'string' ? literal : text
  }
  if (field.kind !== 'list') return literal === undefined ? text : literal
  if (literal === undefined) return text.split(',').map((item) => wordsOf(item.trim(), field) ?? item.trim())
  if (literal === null || isList(literal)) return literal
  return literal instanceof PyTuple || literal instanceof PySet ? [...literal] : [literal]
}

/** A literal in which bare words are strings, as the anchor's command line has them; `nan` and `inf` are floats. */
const wordsOf = (text: string, { typeName }: Field): PyValue | undefined =>
  tryLiteral(text, (word) =>
    (word === 'nan' || word === 'inf') && /float/.test(typeName)
      ? new PyFloat(word === 'nan' ? Number.NaN : Infinity)
      : word,
  )

/** What is typed behind `field=` for a value: `overrideFromText` gives the value back. */
export function overrideText(field: Field, value: unknown): string {
  if (value instanceof ConfigChoice)
    return field.multiple === true ? repr(value.names) : (value.name ?? 'None')
  if (typeof value !== 'string') return reprOf(field, value)
  const isRead = valueFor(field, value) === value && value.trim() === value
  return isRead ? value : repr(value)
}

/** The assignment of a config file that gives a field a value. */
export const overrideLine = (field: Field, path: string, value: unknown, root = 'config'): string =>
  value instanceof ConfigChoice
    ? `${root}.${choicePath(field, path)}=${repr(field.multiple === true ? value.names : value.name)}`
    : `${root}.${path}=${savedText(value, /float/.test(field.typeName))}`

/** The option value `label:field=value` that gives a field a value. */
export const overrideOption = (field: Field, label: string, path: string, value: unknown): string =>
  `${label}:${value instanceof ConfigChoice ? choicePath(field, path) : path}=${overrideText(field, value)}`

const choicePath = (field: Field, path: string): string =>
  `${path}.${field.multiple === true ? 'names' : 'name'}`

const reprOf = (field: Field, value: unknown): string => repr(value, /float/.test(field.typeName))

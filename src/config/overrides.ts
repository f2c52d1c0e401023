import { FirstlightError } from '#core'
import type { Config, Field } from './config-state.ts'
import { FieldValidationError, type Where } from './errors.ts'
import { ConfigChoice } from './fields/choice-value.ts'
import { savedText } from './fields/scalar.ts'
import { locate, parsePath, type Slot } from './paths.ts'
import { repr } from './python/repr.ts'
import { tryLiteral } from './python/literal.ts'
import { isDict, isList, PyFloat, PySet, PyTuple, type PyValue, typeNameOf } from './python/values.ts'

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
 * Assign the text of a command line: evaluated as a literal (`True`, `0x10`, `['A', 'B']`, `{5: 'x'}`, `None`), `A,B` for lists, else
 * taken as the string it is. As in the anchor, a string field refuses what reads as another value: `7` is quoted for it, `'7'`.
 */
export function overrideFromText(config: Config, path: string, text: string, where: Where): void {
  const slot = whole(locate(config, parsePath(path)), path)
  if (slot.field?.typeName === 'int' && isTooLarge(text))
    throw new FieldValidationError(
      path,
      `${text} is too large: integers go up to ${Number.MAX_SAFE_INTEGER}`,
      where,
    )
  if (slot.field === undefined) return slot.set(tryLiteral(text) ?? text, where)
  const value = itemsFor(slot.field, valueFor(slot.field, text))
  if (slot.field.typeName === 'str' && value !== null && typeof value !== 'string')
    throw new FieldValidationError(
      path,
      `Value ${text} is of incorrect type ${typeNameOf(value)}. Expected type str: with quotes of its own it is one, ${repr(text)}`,
      where,
    )
  slot.set(value, where)
}

/** Assign a value of a pipeline file: strings as on the command line, everything else as it is. */
export function overrideFromValue(config: Config, path: string, value: PyValue, where: Where): void {
  if (typeof value === 'string') overrideFromText(config, path, value, where)
  else {
    const slot = whole(locate(config, parsePath(path)), path)
    slot.set(slot.field === undefined ? value : itemsFor(slot.field, value), where)
  }
}

/** Texts in a list or dict of numbers are evaluated too. In one of texts they stay: the quotes of `['7']` say what is meant. */
function itemsFor(field: Field, value: PyValue): PyValue {
  if (!/^(?:list|dict) of .*(?:bool|int|float|complex)$/.test(field.typeName)) return value
  const read = (item: PyValue): PyValue =>
    typeof item === 'string' ? (wordsOf(item.trim(), field) ?? item) : item
  if (isList(value)) return value.map(read)
  return isDict(value) ? new Map([...value].map(([key, item]) => [key, read(item)])) : value
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
  if (field.typeName === 'str') return textOf(text)
  const literal = wordsOf(text, field)
  if (field.kind !== 'list') return literal === undefined ? text : literal
  if (literal === undefined) return text.split(',').map((item) => wordsOf(item.trim(), field) ?? item.trim())
  if (literal === null || isList(literal)) return literal
  return literal instanceof PyTuple || literal instanceof PySet ? [...literal] : [literal]
}

/** `2013-11`, `set()` and what begins with a blank are no literals where a text is wanted. */
function textOf(text: string): PyValue {
  const literal = /^\s/.test(text) ? undefined : tryLiteral(text, (word) => word, 'display')
  return literal === undefined ? text : literal
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

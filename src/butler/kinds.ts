import { didYouMean } from '#core'
import { ArgumentError } from './errors.ts'
import { found } from './found.ts'

// Callers without types (plain JavaScript, values of type any) may give anything.

/** What an argument must be, in words, and what is wrong with a value. */
export interface Kind {
  readonly wanted: string
  /** What was found instead; undefined for a value of this kind. */
  readonly fault: (value: unknown) => string | undefined
}

export const kind = (wanted: string, accepts: (value: unknown) => boolean): Kind => ({
  wanted,
  fault: (value) => (accepts(value) ? undefined : found(value)),
})

export const listOf = ({ fault }: Kind, wanted: string): Kind => ({
  wanted,
  fault(value) {
    if (!Array.isArray(value)) return found(value)
    const [inside] = (value as readonly unknown[]).flatMap((item) => fault(item) ?? [])
    return inside === undefined ? undefined : `a list with ${inside} in it`
  },
})

export const either = (one: Kind, other: Kind): Kind => ({
  wanted: `${one.wanted} or ${other.wanted}`,
  fault(value) {
    if (one.fault(value) === undefined) return undefined
    return other.fault(value)
  },
})

export const oneOf = (words: readonly string[]): Kind =>
  kind(words.join(', ').replace(/, ([^,]*)$/, ' or $1'), (value) => words.some((word) => word === value))

const isMap = (value: unknown): boolean => found(value) === 'an object'

/** Throws `butler/argument`. @param what the argument by its name: `dataId`, `refs` */
export function requireKind(value: unknown, what: string, { wanted, fault }: Kind, hint?: string): void {
  const instead = fault(value)
  if (instead !== undefined) throw wrongKind(instead, what, wanted, hint)
}

/** @param instead what was found, in words */
export const wrongKind = (instead: string, what: string, wanted: string, hint?: string): ArgumentError =>
  new ArgumentError(`'${what}' must be ${wanted}, not ${instead}.`, hint === undefined ? {} : { hint })

/**
 * Options of a call: an object, the kinds of those that are given, and nothing else in it.
 *
 * @param others names of options that are looked at elsewhere
 */
export function requireOptions(
  options: unknown,
  kinds: Readonly<Record<string, Kind>>,
  others: readonly string[] = [],
): void {
  requireKinds(options, kinds)
  const known = [...Object.keys(kinds), ...others]
  for (const [name, value] of Object.entries(options as Readonly<Record<string, unknown>>))
    if (value !== undefined && !known.includes(name))
      throw new ArgumentError(`There is no option '${name}'.${didYouMean(name, known)}`, {
        hint: known.length === 0 ? 'This call takes none.' : `Known are ${known.toSorted().join(', ')}.`,
      })
}

/** The same for an object in which there may be more. */
export function requireKinds(options: unknown, kinds: Readonly<Record<string, Kind>>): void {
  requireKind(options, 'options', OPTIONS)
  for (const [name, wanted] of Object.entries(kinds)) {
    const value = (options as Readonly<Record<string, unknown>>)[name]
    if (value !== undefined) requireKind(value, name, wanted)
  }
}

const OPTIONS = kind(
  'an object of options',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date),
)

export const TEXT = kind('text', (value) => typeof value === 'string')
export const NAME = kind('a name', (value) => typeof value === 'string' && value.trim() !== '')
export const PLACE = kind('a path or an address', (value) => typeof value === 'string' && value !== '')
export const FLAG = kind('true or false', (value) => typeof value === 'boolean')
export const WORK = kind('a function', (value) => typeof value === 'function')
export const MAP = kind('an object', isMap)
export const NAME_LIST = listOf(NAME, 'a list of names')
export const NAMES = either(NAME, NAME_LIST)
/** Lists, sets and other iterables of names, and nothing else. */
export const MANY_NAMES: Kind = {
  wanted: 'a name or a list of names',
  fault: (value) => NAMES.fault(isIterable(value) && !Array.isArray(value) ? [...value] : value),
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value

import type { Timespan } from '#time'
import { ArgumentError } from './errors.ts'

// Callers without types (plain JavaScript, values of type any) may give anything.

const shown = (value: unknown): string =>
  typeof value !== 'object' || value === null ? String(value) : Array.isArray(value) ? 'a list' : 'an object'

/** The name of a dataset type that was given by name or whole. */
export function datasetTypeName(type: string | { readonly name: string }): string {
  const name: unknown =
    typeof type === 'string' ? type : (type as { name?: unknown } | null | undefined)?.name
  if (typeof name === 'string') return name
  throw new ArgumentError(`A dataset type is given by its name or whole, not as ${shown(type)}.`)
}

/** Dimension names, one or many. */
export function nameList(names: string | Iterable<string>, what: string): readonly string[] {
  const list: readonly unknown[] | undefined =
    typeof names === 'string' ? [names] : isIterable(names) ? [...names] : undefined
  const isText = (name: unknown): name is string => typeof name === 'string'
  if (list?.every(isText) === true) return list
  throw new ArgumentError(`${what} are given by a name or a list of names, not as ${shown(names)}.`)
}

export function requireName(name: string, what: string): void {
  if (typeof (name as unknown) !== 'string')
    throw new ArgumentError(`${what} is given by its name, not as ${shown(name)}.`)
}

export function requireTimespan(timespan: Timespan | undefined): void {
  if (timespan !== undefined && !Array.isArray((timespan as { nsec?: unknown } | null)?.nsec))
    throw new ArgumentError(`A timespan is wanted, not ${shown(timespan)}.`, {
      hint: 'Make one with Timespan.between(Instant.fromIso(…), Instant.fromIso(…)).',
    })
}

export function requireUuid(id: string): void {
  if (
    typeof (id as unknown) !== 'string' ||
    !/^(?:[\da-f]{32}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i.test(id)
  )
    throw new ArgumentError(`A dataset is named by its UUID, not by ${shown(id)}.`, {
      hint: 'A UUID has 32 hexadecimal digits: 019a1b2c-3d4e-7f01-8234-56789abcdef0.',
    })
}

/** @param condition an expression, or an object with values */
export function requireCondition(condition: unknown): void {
  const isObject = typeof condition === 'object' && condition !== null && !Array.isArray(condition)
  if (typeof condition !== 'string' && !isObject)
    throw new ArgumentError(`A condition is an expression or an object of values, not ${shown(condition)}.`, {
      hint: "Like \"instrument = 'HSC' AND visit > 5\" or { instrument: 'HSC', visit: 5 }.",
    })
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value

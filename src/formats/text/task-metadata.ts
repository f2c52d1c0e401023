import { badKey, jsonOf, requirePlain } from './plain-data.ts'

type Members = Readonly<Record<string, unknown>>

interface Stored {
  readonly scalars: Members
  readonly arrays: Members
  readonly metadata: Readonly<Record<string, Stored>>
}

/**
 * Task metadata as they are stored. An ordinary tree of values is sorted into scalars, arrays and metadata, as
 * `TaskMetadata.from_dict` does it. Throws `formats/bad-value` for what the real class would not read.
 */
export function storedMetadata(value: unknown): Stored {
  const given = hasStored(value) ? value.toStored() : value
  requirePlain(given, 'TaskMetadata')
  return sorted(given as Members, [])
}

const hasStored = (value: unknown): value is { toStored(): unknown } =>
  typeof value === 'object' && value !== null && 'toStored' in value && typeof value.toStored === 'function'

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)

const isList = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) || ArrayBuffer.isView(value)

const SECTIONS: Readonly<Record<string, (member: unknown) => boolean>> = {
  scalars: (member) => !isMembers(member) && !isList(member),
  arrays: isList,
  metadata: isMembers,
}

/** Nothing but the sections, each a map of what belongs there: a tree that was sorted already. */
const isStored = (value: Members): boolean =>
  Object.keys(value).length > 0 &&
  Object.entries(value).every(([name, section]) => {
    const fits = Object.hasOwn(SECTIONS, name) ? SECTIONS[name] : undefined
    return fits !== undefined && isMembers(section) && Object.values(section).every(fits)
  })

function sorted(value: Members, keys: readonly string[]): Stored {
  const scalars: Record<string, unknown> = {}
  const arrays: Record<string, unknown> = {}
  const metadata: Record<string, Stored> = {}
  const members = isStored(value)
    ? Object.values(value).flatMap((section) => Object.entries(section as Members))
    : Object.entries(value)
  for (const [name, given] of members) {
    const path = [...keys, name]
    const member = jsonOf(given)
    if (isMembers(member)) metadata[name] = sorted(member, path)
    else if (isList(member)) arrays[name] = sameType(member, path)
    else scalars[name] = scalar(member, path)
  }
  return { scalars, arrays, metadata }
}

function scalar(value: unknown, keys: readonly string[]): unknown {
  if (value !== null) return value
  throw badKey(
    'TaskMetadata',
    keys.join('.'),
    'null',
    'Task metadata are numbers, texts, truth values and lists of them.',
  )
}

function sameType(list: readonly unknown[], keys: readonly string[]): readonly unknown[] {
  const kinds = new Set(Array.from(list, kindOf))
  if (kinds.size <= 1 && !kinds.has('object')) return list
  throw badKey(
    'TaskMetadata',
    keys.join('.'),
    `a list of ${[...kinds].sort().join(' and ')}`,
    'A list of task metadata holds numbers, or texts, or truth values.',
  )
}

const kindOf = (value: unknown): string => (typeof value === 'bigint' ? 'number' : typeof value)

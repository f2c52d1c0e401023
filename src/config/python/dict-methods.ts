import { PyError } from './errors.ts'
import { checkCount, plainArguments } from './function.ts'
import { repr } from './repr.ts'
import { entriesOf } from './types.ts'
import { type Arguments, findKey, type PyDict, PyTuple, type PyValue, setKey } from './values.ts'

type Method = (dict: PyDict, given: Arguments) => PyValue

const method =
  (
    name: string,
    least: number,
    most: number,
    run: (dict: PyDict, args: readonly PyValue[]) => PyValue,
  ): Method =>
  (dict, given) =>
    run(dict, plainArguments(name, given, least, most))

/** The value of a key; throws KeyError. */
export function entryOf(dict: ReadonlyMap<PyValue, PyValue>, key: PyValue): PyValue {
  const own = findKey(dict, key)
  if (own === undefined) throw new PyError('KeyError', repr(key))
  return dict.get(own) ?? null
}

export function deleteKey(dict: PyDict, key: PyValue): void {
  const own = findKey(dict, key)
  if (own === undefined) throw new PyError('KeyError', repr(key))
  dict.delete(own)
}

/** The methods of a dict, which change it in place. */
export const DICT_METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    'get',
    method('get', 1, 2, (dict, [key = null, otherwise = null]) => {
      const own = findKey(dict, key)
      return own === undefined ? otherwise : (dict.get(own) ?? null)
    }),
  ],
  ['keys', method('keys', 0, 0, (dict) => [...dict.keys()])],
  ['values', method('values', 0, 0, (dict) => [...dict.values()])],
  ['items', method('items', 0, 0, (dict) => Array.from(dict, (entry) => new PyTuple(entry)))],
  ['copy', method('copy', 0, 0, (dict) => new Map(dict))],
  [
    'update',
    (dict, { positional, named }) => {
      checkCount('update', positional.length, 0, 1)
      for (const [key, value] of positional.flatMap(entriesOf)) setKey(dict, key, value)
      for (const [key, value] of named) dict.set(key, value)
      return null
    },
  ],
  [
    'pop',
    method('pop', 1, 2, (dict, [key = null, otherwise]) => {
      if (otherwise !== undefined && findKey(dict, key) === undefined) return otherwise
      const value = entryOf(dict, key)
      deleteKey(dict, key)
      return value
    }),
  ],
  [
    'setdefault',
    method('setdefault', 1, 2, (dict, [key = null, value = null]) => {
      if (findKey(dict, key) === undefined) dict.set(key, value)
      return entryOf(dict, key)
    }),
  ],
  [
    'clear',
    method('clear', 0, 0, (dict) => {
      dict.clear()
      return null
    }),
  ],
])

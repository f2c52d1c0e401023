import { PyError } from './errors.ts'
import { plainArguments } from './function.ts'
import { itemsOf } from './plain.ts'
import { repr } from './repr.ts'
import { type Arguments, PySet, type PyValue } from './values.ts'

type Method = (set: PySet, given: Arguments) => PyValue

const method =
  (
    name: string,
    least: number,
    most: number,
    run: (set: PySet, args: readonly PyValue[]) => PyValue,
  ): Method =>
  (set, given) =>
    run(set, plainArguments(name, given, least, most))

const all = (sets: readonly PyValue[]): readonly PyValue[] => sets.flatMap((set) => [...itemsOf(set)])

/** The methods of a set, which change it in place. */
export const SET_METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    'add',
    method('add', 1, 1, (set, [item = null]) => {
      set.add(item)
      return null
    }),
  ],
  [
    'discard',
    method('discard', 1, 1, (set, [item = null]) => {
      set.delete(item)
      return null
    }),
  ],
  [
    'remove',
    method('remove', 1, 1, (set, [item = null]) => {
      if (!set.delete(item)) throw new PyError('KeyError', repr(item))
      return null
    }),
  ],
  [
    'clear',
    method('clear', 0, 0, (set) => {
      set.clear()
      return null
    }),
  ],
  [
    'update',
    method('update', 0, Infinity, (set, others) => {
      for (const item of all(others)) set.add(item)
      return null
    }),
  ],
  ['copy', method('copy', 0, 0, (set) => new PySet(set))],
  ['union', method('union', 0, Infinity, (set, others) => new PySet([...set, ...all(others)]))],
  [
    'intersection',
    method('intersection', 0, Infinity, (set, others) => {
      const sets = others.map((other) => new PySet(itemsOf(other)))
      return new PySet([...set].filter((item) => sets.every((other) => other.has(item))))
    }),
  ],
  [
    'difference',
    method('difference', 0, Infinity, (set, others) => {
      const out = new PySet(all(others))
      return new PySet([...set].filter((item) => !out.has(item)))
    }),
  ],
  [
    'issubset',
    method('issubset', 1, 1, (set, [other = null]) => {
      const larger = new PySet(itemsOf(other))
      return [...set].every((item) => larger.has(item))
    }),
  ],
  [
    'issuperset',
    method('issuperset', 1, 1, (set, [other = null]) => itemsOf(other).every((item) => set.has(item))),
  ],
  [
    'isdisjoint',
    method('isdisjoint', 1, 1, (set, [other = null]) => !itemsOf(other).some((item) => set.has(item))),
  ],
])

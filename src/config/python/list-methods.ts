import { PyError } from './errors.ts'
import { namedArguments, plainArguments, wholeOf } from './function.ts'
import { sortedItems } from './operators.ts'
import { checkSize, equal, indexOf, isTrue, itemsOf } from './plain.ts'
import { repr } from './repr.ts'
import type { Arguments, PyValue } from './values.ts'

type Method = (list: PyValue[], given: Arguments) => PyValue

const method =
  (
    name: string,
    least: number,
    most: number,
    run: (list: PyValue[], args: readonly PyValue[]) => PyValue,
  ): Method =>
  (list, given) =>
    run(list, plainArguments(name, given, least, most))

function find(list: readonly PyValue[], item: PyValue): number {
  const at = list.findIndex((other) => equal(other, item))
  if (at < 0) throw new PyError('ValueError', `${repr(item)} is not in list`)
  return at
}

/** Add items at the end; `extend` and `+=`. */
export function extendList(list: PyValue[], items: readonly PyValue[]): null {
  checkSize(list.length + items.length)
  // Copied first: a list may be extended by itself.
  for (const item of [...items]) list.push(item)
  return null
}

/** The methods of a list, which change it in place. */
export const LIST_METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['append', method('append', 1, 1, (list, args) => extendList(list, args))],
  ['extend', method('extend', 1, 1, (list, [items = null]) => extendList(list, itemsOf(items)))],
  [
    'insert',
    method('insert', 2, 2, (list, [at = null, item = null]) => {
      const index = wholeOf(at, 'the index')
      list.splice(Math.max(index < 0 ? index + list.length : index, 0), 0, item)
      return null
    }),
  ],
  [
    'remove',
    method('remove', 1, 1, (list, [item = null]) => {
      list.splice(find(list, item), 1)
      return null
    }),
  ],
  [
    'pop',
    method('pop', 0, 1, (list, [at = -1]) => {
      if (list.length === 0) throw new PyError('IndexError', 'pop from empty list')
      return list.splice(indexOf(at, list.length, 'pop'), 1)[0] ?? null
    }),
  ],
  [
    'clear',
    method('clear', 0, 0, (list) => {
      list.length = 0
      return null
    }),
  ],
  [
    'reverse',
    method('reverse', 0, 0, (list) => {
      list.reverse()
      return null
    }),
  ],
  [
    'sort',
    (list, given) => {
      plainArguments('sort', { ...given, named: new Map() }, 0, 0)
      const reverse = isTrue(namedArguments('sort', given, ['reverse']).get('reverse') ?? false)
      list.splice(0, list.length, ...sortedItems(list, reverse))
      return null
    },
  ],
  ['copy', method('copy', 0, 0, (list) => [...list])],
  ['index', method('index', 1, 1, (list, [item = null]) => find(list, item))],
  [
    'count',
    method('count', 1, 1, (list, [item = null]) => list.filter((other) => equal(other, item)).length),
  ],
])

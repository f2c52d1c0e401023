import { binary, sortedItems } from './operators.ts'
import { PyError, typeError } from './errors.ts'
import { checkCount, namedArguments, plainArguments, PyFunction, PyType, wholeOf } from './function.ts'
import { attributeOf } from './methods.ts'
import { checkSize, equal, isTrue, itemsOf, lengthOf } from './plain.ts'
import { repr } from './repr.ts'
import { TYPES } from './types.ts'
import { type Arguments, numberOf, PyFloat, PyObject, PyTuple, type PyValue, typeNameOf } from './values.ts'

type Run = (args: readonly PyValue[], given: Arguments) => PyValue

const functions: PyFunction[] = []

/** Declare a function of `least` to `most` positional arguments. */
function define(name: string, least: number, most: number, run: Run): void {
  functions.push(new PyFunction(name, (given) => run(plainArguments(name, given, least, most), given)))
}

define('abs', 1, 1, ([value = null]) => {
  const number = numberOf(value)
  if (number === undefined) throw typeError(`bad operand type for abs(): '${typeNameOf(value)}'`)
  return value instanceof PyFloat ? new PyFloat(Math.abs(number)) : Math.abs(number)
})
define('all', 1, 1, ([items = null]) => itemsOf(items).every(isTrue))
define('any', 1, 1, ([items = null]) => itemsOf(items).some(isTrue))
define('len', 1, 1, ([value = null]) => {
  const length = lengthOf(value)
  if (length === undefined) throw typeError(`object of type '${typeNameOf(value)}' has no len()`)
  return length
})
define('sum', 1, 2, ([items = null, start = 0]) => itemsOf(items).reduce((a, b) => binary('+', a, b), start))
define('reversed', 1, 1, ([items = null]) => itemsOf(items).toReversed())
define('repr', 1, 1, ([value = null]) => repr(value))
define('enumerate', 1, 2, ([items = null, start = 0]) =>
  itemsOf(items).map((item, i) => new PyTuple([wholeOf(start, 'the start') + i, item])),
)
define('zip', 0, Infinity, (args) => {
  const columns = args.map(itemsOf)
  const length = columns.length === 0 ? 0 : Math.min(...columns.map((column) => column.length))
  return Array.from({ length }, (_, i) => new PyTuple(columns.map((column) => column[i] ?? null)))
})
define('range', 1, 3, (args) => {
  const [a = 0, b, step = 1] = args.map((arg) => wholeOf(arg, 'range()'))
  if (step === 0) throw new PyError('ValueError', 'range() arg 3 must not be zero')
  const [start, stop] = b === undefined ? [0, a] : [a, b]
  const length = Math.max(0, Math.ceil((stop - start) / step))
  checkSize(length)
  return new PyTuple(Array.from({ length }, (_, i) => start + i * step))
})
define('round', 1, 1, ([value = null]) => {
  const number = numberOf(value)
  if (number === undefined) throw typeError(`type ${typeNameOf(value)} doesn't define __round__ method`)
  const floor = Math.floor(number)
  const up = number - floor > 0.5 || (number - floor === 0.5 && floor % 2 !== 0)
  return binary('+', floor, up ? 1 : 0)
})
define('hasattr', 2, 2, ([value = null, name = null]) => {
  if (typeof name !== 'string') throw typeError('hasattr(): attribute name must be string')
  return attributeOf(value, name) !== undefined
})
define('getattr', 2, 3, ([value = null, name = null, otherwise]) => {
  if (typeof name !== 'string') throw typeError('getattr(): attribute name must be string')
  const found = attributeOf(value, name) ?? otherwise
  if (found !== undefined) return found
  throw new PyError('AttributeError', `'${typeNameOf(value)}' object has no attribute '${name}'`)
})
define('isinstance', 2, 2, ([value = null, types = null]) => {
  const wanted = types instanceof PyTuple ? types.items : [types]
  const own = typeNameOf(value)
  return wanted.some((type) => {
    if (!(type instanceof PyType))
      throw typeError('isinstance() wants a type of values, like str or (int, float)')
    return type.name === own || (type.name === 'int' && own === 'bool')
  })
})
functions.push(
  new PyFunction('sorted', (given) => {
    checkCount('sorted', given.positional.length, 1, 1)
    const named = namedArguments('sorted', given, ['reverse'])
    return sortedItems(itemsOf(given.positional[0] ?? null), isTrue(named.get('reverse') ?? false))
  }),
  extreme('min', (items) => sortedItems(items, false)),
  extreme('max', (items) => sortedItems(items, true)),
)

function extreme(name: string, sort: (items: readonly PyValue[]) => PyValue[]): PyFunction {
  return new PyFunction(name, (given) => {
    checkCount(name, given.positional.length, 1, Infinity)
    const named = namedArguments(name, given, ['default'])
    const [first = null] = given.positional
    const items = given.positional.length === 1 ? itemsOf(first) : given.positional
    const best = sort(items)[0]
    // The first of equal items, whatever their type: `max(1, 1.0)` is 1.
    const found = best === undefined ? named.get('default') : items.find((item) => equal(item, best))
    if (found === undefined) throw new PyError('ValueError', `${name}() arg is an empty sequence`)
    return found ?? best ?? null
  })
}

/** The names that every expression knows. */
export const BUILTINS: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ...functions.map((f) => [f.name, f] as const),
  ...TYPES.map((type) => [type.name, type] as const),
  [
    'type',
    new PyFunction('type', (given) => {
      const [value = null] = plainArguments('type', given, 1, 1)
      if (value instanceof PyObject) {
        const own = value.attribute('__class__')
        if (own !== undefined) return own
      }
      return (
        TYPES.find((type) => type.name === typeNameOf(value)) ?? new PyType(typeNameOf(value), () => null)
      )
    }),
  ],
])

import { PyError, typeError } from './errors.ts'
import { checkCount, plainArguments, PyType } from './function.ts'
import { isTrue, itemsOf, plainOf } from './plain.ts'
import { floatOfText, textOf } from './text.ts'
import {
  type Arguments,
  Complex,
  isDict,
  numberOf,
  PyFloat,
  PySet,
  PyTuple,
  type PyValue,
  setKey,
  typeNameOf,
} from './values.ts'
import { whole } from './arithmetic.ts'

/** The types that expressions may call to convert. */
export const TYPES: readonly PyType[] = [
  new PyType('bool', (given) => isTrue(one('bool', given) ?? false)),
  new PyType('int', (given) => toInt(one('int', given) ?? 0)),
  new PyType('float', (given) => toFloat(one('float', given) ?? new PyFloat(0))),
  new PyType('complex', (given) => toComplex(plainArguments('complex', given, 0, 2))),
  new PyType('str', (given) => textOf(one('str', given) ?? '')),
  new PyType('list', (given) => [...itemsOf(one('list', given) ?? [])]),
  new PyType('tuple', (given) => new PyTuple([...itemsOf(one('tuple', given) ?? [])])),
  new PyType('set', (given) => new PySet(itemsOf(one('set', given) ?? []))),
  new PyType('frozenset', (given) => new PySet(itemsOf(one('frozenset', given) ?? []))),
  new PyType('dict', toDict),
]

/** The argument of a conversion, undefined without one. */
const one = (name: string, given: Arguments): PyValue | undefined => plainArguments(name, given, 0, 1)[0]

function toInt(value: PyValue): number {
  if (typeof value === 'string' && /^\s*[+-]?\d(_?\d)*\s*$/.test(value))
    return whole(Number(value.replaceAll('_', '')))
  const number = numberOf(value)
  if (number !== undefined && Number.isFinite(number)) return whole(Math.trunc(number))
  if (typeof value === 'string' || number !== undefined)
    throw new PyError('ValueError', `this is no integer: ${textOf(value)}`)
  throw typeError(`int() argument must be a string or a real number, not '${typeNameOf(value)}'`)
}

function toFloat(value: PyValue): PyFloat {
  if (typeof value === 'string') {
    const found = floatOfText(value)
    if (found === undefined) throw new PyError('ValueError', `could not convert string to float: '${value}'`)
    return found
  }
  const number = numberOf(value)
  if (number === undefined)
    throw typeError(`float() argument must be a string or a real number, not '${typeNameOf(value)}'`)
  return new PyFloat(number)
}

function toComplex([re = 0, im = 0]: readonly PyValue[]): Complex {
  if (re instanceof Complex && im === 0) return re
  const [x, y] = [numberOf(re), numberOf(im)]
  if (x === undefined || y === undefined) throw typeError('complex() wants two real numbers')
  return new Complex(x, y)
}

function toDict({ positional, named }: Arguments): PyValue {
  checkCount('dict', positional.length, 0, 1)
  const out = new Map<PyValue, PyValue>()
  for (const [key, value] of entriesOf(positional[0] ?? new Map<PyValue, PyValue>())) setKey(out, key, value)
  for (const [key, value] of named) out.set(key, value)
  return out
}

/** Keys with values: of a dict, or of a sequence of pairs. */
export function entriesOf(value: PyValue): readonly (readonly [PyValue, PyValue])[] {
  const plain = plainOf(value)
  if (isDict(plain)) return [...plain]
  return itemsOf(value).map((pair, i) => {
    const [key, item, ...more] = itemsOf(pair)
    if (key === undefined || item === undefined || more.length > 0)
      throw new PyError('ValueError', `dictionary update sequence element #${i} is no pair`)
    return [key, item] as const
  })
}

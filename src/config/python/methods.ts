import { PyFunction } from './function.ts'
import { DICT_METHODS } from './dict-methods.ts'
import { LIST_METHODS } from './list-methods.ts'
import { SET_METHODS } from './set-methods.ts'
import { TEXT_METHODS } from './text-methods.ts'
import { type Arguments, isDict, isList, PyObject, PySet, PyTuple, type PyValue } from './values.ts'

/** An attribute or a method bound to its object; undefined where there is none. */
export function attributeOf(value: PyValue, name: string): PyValue | undefined {
  if (value instanceof PyObject) return value.attribute(name)
  if (typeof value === 'string') return bind(TEXT_METHODS, value, name)
  if (isList(value)) return bind(LIST_METHODS, value, name)
  if (isDict(value)) return bind(DICT_METHODS, value, name)
  if (value instanceof PySet) return bind(SET_METHODS, value, name)
  // A tuple has those methods of a list that change nothing.
  if (value instanceof PyTuple && (name === 'index' || name === 'count'))
    return bind(LIST_METHODS, [...value.items], name)
  return undefined
}

type Methods<T> = ReadonlyMap<string, (own: T, given: Arguments) => PyValue>

function bind<T>(methods: Methods<T>, own: T, name: string): PyValue | undefined {
  const method = methods.get(name)
  return method === undefined ? undefined : new PyFunction(name, (given) => method(own, given))
}

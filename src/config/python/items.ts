import type { Where } from '../errors.ts'
import { deleteKey, entryOf } from './dict-methods.ts'
import { PyError, typeError } from './errors.ts'
import { indexOf, itemsOf } from './plain.ts'
import { isDict, isList, PyObject, PyTuple, type PyValue, setKey, type Slice, typeNameOf } from './values.ts'

/** A slice is a plain object; every value has a class of its own. */
export const isSlice = (key: PyValue | Slice): key is Slice =>
  typeof key === 'object' && key !== null && Object.getPrototypeOf(key) === Object.prototype

/** `object[key]` */
export function itemAt(object: PyValue, key: PyValue | Slice): PyValue {
  if (object instanceof PyObject) return isSlice(key) ? sliceOfObject(object, key) : object.item(key)
  if (isDict(object) && !isSlice(key)) return entryOf(object, key)
  const kind = typeNameOf(object)
  if (isList(object))
    return isSlice(key) ? sliced(object, key) : (object[indexOf(key, object.length, kind)] ?? null)
  if (object instanceof PyTuple) {
    const { items } = object
    return isSlice(key) ? new PyTuple(sliced(items, key)) : (items[indexOf(key, items.length, kind)] ?? null)
  }
  if (typeof object !== 'string') throw typeError(`'${kind}' object is not subscriptable`)
  const characters = [...object]
  return isSlice(key)
    ? sliced(characters, key).join('')
    : (characters[indexOf(key, characters.length, 'string')] ?? '')
}

function sliceOfObject(object: PyObject, key: Slice): PyValue {
  const plain = object.plain()
  if (!isList(plain)) throw typeError(`'${object.typeName}' object cannot be sliced`)
  return sliced(plain, key)
}

function sliced<T>(items: readonly T[], key: Slice): T[] {
  const { start, stop, step } = boundsOf(key, items.length)
  const out: T[] = []
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) out.push(items[i] as T)
  return out
}

function boundsOf(key: Slice, length: number): { start: number; stop: number; step: number } {
  const step = key.step === null ? 1 : partOf(key.step)
  if (step === 0) throw new PyError('ValueError', 'slice step cannot be zero')
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1]
  const clamp = (part: PyValue, otherwise: number): number => {
    if (part === null) return otherwise
    const at = partOf(part)
    return Math.min(Math.max(at < 0 ? at + length : at, low), high)
  }
  return {
    start: clamp(key.start, step > 0 ? low : high),
    stop: clamp(key.stop, step > 0 ? high : low),
    step,
  }
}

function partOf(part: PyValue): number {
  if (typeof part === 'number' || typeof part === 'boolean') return Number(part)
  throw typeError('slice indices must be integers or None')
}

/** `object[key] = value` */
export function assignTo(object: PyValue, key: PyValue | Slice, value: PyValue, where: Where): void {
  if (object instanceof PyObject)
    return isSlice(key) ? object.setSlice(key, value, where) : object.setItem(key, value, where)
  if (isDict(object) && !isSlice(key)) return setKey(object, key, value)
  if (!isList(object)) throw typeError(`'${typeNameOf(object)}' object does not support item assignment`)
  if (!isSlice(key)) {
    object[indexOf(key, object.length, 'list')] = value
    return
  }
  const { start, stop, step } = boundsOf(key, object.length)
  if (step !== 1) throw typeError('only plain slices can be assigned to')
  object.splice(start, Math.max(0, stop - start), ...itemsOf(value))
}

/** `del object[key]` */
export function deleteAt(object: PyValue, key: PyValue | Slice, where: Where): void {
  if (isSlice(key)) throw typeError('slices cannot be deleted here')
  if (object instanceof PyObject) object.deleteItem(key, where)
  else if (isDict(object)) deleteKey(object, key)
  else if (isList(object)) object.splice(indexOf(key, object.length, 'list'), 1)
  else throw typeError(`'${typeNameOf(object)}' object doesn't support item deletion`)
}

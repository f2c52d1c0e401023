import { assignField } from '../assign.ts'
import type { Owner } from '../config-state.ts'
import type { Where } from '../errors.ts'
import { PyFunction } from '../python/function.ts'
import { assignTo, deleteAt, itemAt } from '../python/items.ts'
import { extendList, LIST_METHODS } from '../python/list-methods.ts'
import { itemsOf } from '../python/plain.ts'
import { PyObject, type PyValue, type Slice } from '../python/values.ts'

/** The methods that the anchor's lists have; they have no `sort` and no `copy`. */
const METHODS = new Set(['append', 'extend', 'insert', 'remove', 'pop', 'clear', 'reverse', 'index', 'count'])
const READING = new Set(['index', 'count'])

/** A list field as expressions see it: edits are assignments of the whole list. */
export class ListView extends PyObject {
  readonly typeName = 'List'
  readonly #owner: Owner
  readonly #read: () => readonly PyValue[]

  /** @param read the field's present items */
  constructor(owner: Owner, read: () => readonly PyValue[]) {
    super()
    this.#owner = owner
    this.#read = read
  }

  override plain(): PyValue {
    return this.#read()
  }

  override attribute(name: string): PyValue | undefined {
    const method = METHODS.has(name) ? LIST_METHODS.get(name) : undefined
    if (method === undefined) return undefined
    return new PyFunction(name, (given) => {
      const copy = [...this.#read()]
      const result = method(copy, given)
      if (!READING.has(name)) this.#assign(copy, given.where)
      return result
    })
  }

  override item(key: PyValue): PyValue {
    return itemAt(this.#read(), key)
  }

  override setItem(key: PyValue, value: PyValue, where: Where): void {
    this.#change(where, (copy) => assignTo(copy, key, value, where))
  }

  override setSlice(slice: Slice, value: PyValue, where: Where): void {
    this.#change(where, (copy) => assignTo(copy, slice, value, where))
  }

  override deleteItem(key: PyValue, where: Where): void {
    this.#change(where, (copy) => deleteAt(copy, key, where))
  }

  override augment(operator: string, value: PyValue, where: Where): boolean {
    if (operator !== '+') return false
    this.#change(where, (copy) => extendList(copy, itemsOf(value)))
    return true
  }

  #change(where: Where, edit: (copy: PyValue[]) => unknown): void {
    const copy = [...this.#read()]
    edit(copy)
    this.#assign(copy, where)
  }

  #assign(items: readonly PyValue[], where: Where): void {
    assignField(this.#owner.config, this.#owner.name, items, where)
  }
}

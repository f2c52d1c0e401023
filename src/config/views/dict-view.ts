import { assignField } from '../assign.ts'
import type { Owner } from '../config-state.ts'
import type { Where } from '../errors.ts'
import { deleteKey, DICT_METHODS, entryOf } from '../python/dict-methods.ts'
import { PyFunction } from '../python/function.ts'
import { type PyDict, PyObject, type PyValue, setKey } from '../python/values.ts'

const READING = new Set(['get', 'keys', 'values', 'items'])

/** A field that is a dict as expressions see it: edits are assignments of the whole dict. */
export class DictView extends PyObject {
  readonly typeName: string = 'Dict'
  readonly #owner: Owner
  readonly #read: () => PyDict

  /** @param read the field's present items */
  constructor(owner: Owner, read: () => PyDict) {
    super()
    this.#owner = owner
    this.#read = read
  }

  override plain(): PyDict {
    return this.#read()
  }

  override attribute(name: string): PyValue | undefined {
    const method = name === 'copy' ? undefined : DICT_METHODS.get(name)
    if (method === undefined) return undefined
    return new PyFunction(name, (given) => {
      const copy = new Map(this.#read())
      const result = method(copy, given)
      if (!READING.has(name)) this.#assign(copy, given.where)
      return result
    })
  }

  override item(key: PyValue): PyValue {
    return entryOf(this.#read(), key)
  }

  override setItem(key: PyValue, value: PyValue, where: Where): void {
    const copy = new Map(this.#read())
    setKey(copy, key, value)
    this.#assign(copy, where)
  }

  override deleteItem(key: PyValue, where: Where): void {
    const copy = new Map(this.#read())
    deleteKey(copy, key)
    this.#assign(copy, where)
  }

  #assign(items: PyDict, where: Where): void {
    assignField(this.#owner.config, this.#owner.name, items, where)
  }
}

import { assignField } from '../assign.ts'
import { type Config, type Owner, stateOf } from '../config-state.ts'
import type { Where } from '../errors.ts'
import { deleteKey, DICT_METHODS, entryOf } from '../python/dict-methods.ts'
import { PyFunction } from '../python/function.ts'
import { type PyDict, PyObject, type PyValue, setKey } from '../python/values.ts'
import { ConfigView } from './config-view.ts'

const READING = new Set(['get', 'keys', 'values', 'items'])

/** A dict of configs as expressions see it. */
export class ConfigDictView extends PyObject {
  readonly typeName = 'ConfigDict'
  readonly #owner: Owner

  constructor(owner: Owner) {
    super()
    this.#owner = owner
  }

  override plain(): PyDict {
    const { config, name } = this.#owner
    const items = stateOf(config).values.get(name) as ReadonlyMap<string | number, Config>
    return new Map([...items].map(([key, item]) => [key, new ConfigView(item)]))
  }

  override attribute(name: string): PyValue | undefined {
    const method = name === 'copy' ? undefined : DICT_METHODS.get(name)
    if (method === undefined) return undefined
    return new PyFunction(name, (given) => {
      const copy = this.plain()
      const result = method(copy, given)
      if (!READING.has(name)) this.#assign(copy, given.where)
      return result
    })
  }

  override item(key: PyValue): PyValue {
    return entryOf(this.plain(), key)
  }

  override setItem(key: PyValue, value: PyValue, where: Where): void {
    const copy = this.plain()
    setKey(copy, key, value)
    this.#assign(copy, where)
  }

  override deleteItem(key: PyValue, where: Where): void {
    const copy = this.plain()
    deleteKey(copy, key)
    this.#assign(copy, where)
  }

  #assign(items: PyDict, where: Where): void {
    assignField(this.#owner.config, this.#owner.name, items, where)
  }
}

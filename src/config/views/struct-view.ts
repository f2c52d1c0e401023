import type { Owner } from '../config-state.ts'
import type { Where } from '../errors.ts'
import type { ActionStruct } from '../fields/action-struct-value.ts'
import { entriesOf } from '../python/types.ts'
import { PyFunction } from '../python/function.ts'
import { itemsOf } from '../python/plain.ts'
import { textOf } from '../python/text.ts'
import { PyObject, PyTuple, type PyValue } from '../python/values.ts'
import { ConfigView } from './config-view.ts'

/** An action struct as expressions see it: an attribute an action; assigning `update` and `remove` changes several. */
export class StructView extends PyObject {
  readonly typeName = 'ConfigurableActionStruct'
  readonly owner: Owner
  readonly struct: ActionStruct

  constructor(owner: Owner, struct: ActionStruct) {
    super()
    this.owner = owner
    this.struct = struct
  }

  override plain(): PyValue {
    return Array.from(this.struct, ([, action]) => new ConfigView(action))
  }

  override attribute(name: string): PyValue | undefined {
    if (name === 'fieldNames') return [...this.struct.names]
    if (name === 'items')
      return new PyFunction(name, () =>
        Array.from(this.struct, ([key, action]) => new PyTuple([key, new ConfigView(action)])),
      )
    const action = this.struct.get(name)
    return action === undefined ? undefined : new ConfigView(action)
  }

  override setAttribute(name: string, value: PyValue, where: Where): void {
    if (name === 'update') {
      const items = value instanceof StructView ? [...value.struct] : entriesOf(value)
      for (const [key, action] of items) this.struct.set(textOf(key as PyValue), action, where)
    } else if (name === 'remove') {
      for (const key of typeof value === 'string' ? [value] : itemsOf(value))
        this.struct.delete(textOf(key), where)
    } else this.struct.set(name, value, where)
  }

  override deleteAttribute(name: string, where: Where): void {
    this.struct.delete(name, where)
  }
}

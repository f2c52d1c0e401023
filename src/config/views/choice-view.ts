import { checkOpen } from '../assign.ts'
import type { Owner } from '../config-state.ts'
import { FieldValidationError, type Where } from '../errors.ts'
import type { ConfigChoice } from '../fields/choice-value.ts'
import { itemsOf } from '../python/plain.ts'
import { binary } from '../python/operators.ts'
import { PyFunction } from '../python/function.ts'
import { repr } from '../python/repr.ts'
import { SET_METHODS } from '../python/set-methods.ts'
import { PyObject, PySet, PyTuple, type PyValue } from '../python/values.ts'
import { ConfigView } from './config-view.ts'

/** A choice or registry field as expressions see it: a mapping of its entries, with `name` or `names` and `active`. */
export class ChoiceView extends PyObject {
  readonly typeName = 'ConfigInstanceDict'
  readonly owner: Owner
  readonly choice: ConfigChoice

  constructor(owner: Owner, choice: ConfigChoice) {
    super()
    this.owner = owner
    this.choice = choice
  }

  override plain(): PyValue {
    return new Map(this.choice.keys().map((key) => [key, new ConfigView(this.choice.get(key))]))
  }

  override attribute(name: string): PyValue | undefined {
    const { choice } = this
    const views = (): ConfigView[] => choice.active.map((config) => new ConfigView(config))
    switch (name) {
      case 'active':
        return choice.multi ? views() : (views()[0] ?? null)
      case 'name':
        return choice.multi ? undefined : choice.name
      case 'names':
        return choice.multi ? new SelectionView(choice) : undefined
      case 'keys':
        return new PyFunction(name, () => [...choice.keys()])
      case 'values':
        return new PyFunction(name, () => choice.keys().map((key) => this.item(key)))
      case 'items':
        return new PyFunction(name, () => choice.keys().map((key) => new PyTuple([key, this.item(key)])))
      default:
        return undefined
    }
  }

  override setAttribute(name: string, value: PyValue, where: Where): void {
    if (name !== (this.choice.multi ? 'names' : 'name')) return super.setAttribute(name, value, where)
    this.choice.select(value, where)
  }

  override item(key: PyValue): PyValue {
    return new ConfigView(this.choice.get(this.#key(key)))
  }

  override setItem(key: PyValue, value: PyValue, where: Where): void {
    this.choice.set(this.#key(key), value, where)
  }

  #key(key: PyValue): string {
    if (typeof key === 'string') return key
    throw new FieldValidationError(this.owner.name, `Unknown key ${repr(key)}`)
  }
}

/** The selected names of a multiple choice: a set that checks what is added. */
class SelectionView extends PyObject {
  readonly typeName = 'SelectionSet'
  readonly choice: ConfigChoice

  constructor(choice: ConfigChoice) {
    super()
    this.choice = choice
  }

  override plain(): PyValue {
    return new PySet(this.choice.names)
  }

  override attribute(name: string): PyValue | undefined {
    const method = SET_METHODS.get(name)
    if (method === undefined || name === 'copy') return undefined
    return new PyFunction(name, (given) => {
      const names = new PySet(this.choice.names)
      const result = method(names, given)
      if (['add', 'discard', 'remove', 'clear', 'update'].includes(name)) {
        checkOpen(this.choice.owner)
        this.choice.select([...names], given.where)
      }
      return result
    })
  }

  override augment(operator: string, value: PyValue, where: Where): boolean {
    if (!'|&-^'.includes(operator)) return false
    this.choice.select([...(binary(operator, this.plain(), new PySet(itemsOf(value))) as PySet)], where)
    return true
  }
}

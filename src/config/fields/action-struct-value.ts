import { checkOpen, codeSource, note } from '../assign.ts'
import type { AnyConfigClass, Config, Owner } from '../config-state.ts'
import { FieldValidationError, type Where } from '../errors.ts'
import { derived, held } from './action.ts'
import { configFrom } from './nested.ts'

/** The value of an action struct field: actions under names, added and removed at will. */
export class ActionStruct {
  readonly owner: Owner
  readonly base: AnyConfigClass
  readonly #actions = new Map<string, Config>()

  constructor(owner: Owner, base: AnyConfigClass) {
    this.owner = owner
    this.base = base
  }

  get names(): readonly string[] {
    return [...this.#actions.keys()]
  }

  get(name: string): Config | undefined {
    return this.#actions.get(name)
  }

  /** Put a copy of an action, or a new one of a class, under a name. */
  set(name: string, raw: unknown, where: Where = codeSource()): void {
    checkOpen(this.owner)
    this.start(name, raw, where)
    note(this.owner, `set ${name}`, where)
  }

  /** As `set`, for defaults: without history. */
  start(name: string, raw: unknown, where: Where): void {
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name))
      throw new FieldValidationError(this.owner.name, `'${name}' is no name of an attribute`, where)
    this.#actions.set(name, held(configFrom(raw, derived(this.base), this.owner, where), name))
  }

  delete(name: string, where: Where = codeSource()): void {
    checkOpen(this.owner)
    if (!this.#actions.delete(name))
      throw new FieldValidationError(this.owner.name, `there is no action '${name}' to remove`, where)
    note(this.owner, `removed ${name}`, where)
  }

  /** The same actions for a copy of the config. */
  copy(owner: Owner, copyInner: <C extends Config>(config: C) => C): ActionStruct {
    const copied = new ActionStruct(owner, this.base)
    for (const [name, action] of this.#actions) copied.#actions.set(name, copyInner(action))
    return copied
  }

  *[Symbol.iterator](): Iterator<readonly [string, Config]> {
    yield* this.#actions
  }
}

import type { DeclaredName } from '../protocol/threads.ts'

/** The object that holds what cells declare at their top level. */
export type Scope = Record<string, unknown>

/** What a cell is about to redeclare is taken away, so that afterwards it is plain what the cell published. */
export class ScopeGuard {
  readonly #scope: Scope
  readonly #names: readonly string[]
  readonly #before = new Map<string, PropertyDescriptor>()

  constructor(scope: Scope, declares: readonly DeclaredName[]) {
    this.#scope = scope
    this.#names = declares.filter(({ kind }) => kind !== 'type').map(({ name }) => name)
    for (const name of this.#names) {
      const descriptor = Object.getOwnPropertyDescriptor(scope, name)
      if (descriptor === undefined) continue
      this.#before.set(name, descriptor)
      delete scope[name]
    }
  }

  /** Names the cell published; those it did not reach get their earlier values back. */
  settle(): string[] {
    const published = this.#names.filter((name) => Object.hasOwn(this.#scope, name))
    for (const [name, descriptor] of this.#before)
      if (!Object.hasOwn(this.#scope, name)) Object.defineProperty(this.#scope, name, descriptor)
    return published
  }
}

/** A session global: made when first read, replaced by a plain value when a cell declares the name. */
export function defineLazy(scope: Scope, name: string, make: () => unknown): void {
  Object.defineProperty(scope, name, {
    configurable: true,
    enumerable: false,
    get: make,
    set: (value: unknown) =>
      Object.defineProperty(scope, name, { value, writable: true, configurable: true, enumerable: true }),
  })
}

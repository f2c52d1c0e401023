import { toBundle } from '../display/bundle.ts'
import { plainText } from '../display/plain-text.ts'
import type { DisplayData } from '../protocol/threads.ts'
import type { Scope } from './scope.ts'

/** What the debugger, which speaks to this thread from outside, finds under `Symbol.for('firstlight.debug')`. */
export interface DebugAccess {
  readonly scope: Scope
  /** The names that cells declared, without the session's own. */
  own(): Record<string, unknown>
  has(name: string): boolean
  text(value: unknown): string
  bundle(value: unknown): Promise<DisplayData>
}

export function exposeToDebugger(scope: Scope): void {
  const access: DebugAccess = {
    scope,
    own: () => {
      const names = Object.keys(scope).filter((name) => name !== '_')
      return Object.fromEntries(names.map((name) => [name, scope[name]]))
    },
    has: (name) => Object.hasOwn(scope, name),
    text: plainText,
    bundle: toBundle,
  }
  Object.defineProperty(globalThis, Symbol.for('firstlight.debug'), { value: access })
}

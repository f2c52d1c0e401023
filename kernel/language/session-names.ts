import type { NameKind } from '../protocol/threads.ts'
import type { NameOrigin } from './names.ts'

/** The globals a session starts with, by the declaration module (in kernel/globals) that types them. */
const SESSION: Readonly<Record<string, Readonly<Record<string, NameKind>>>> = {
  'firstlight:base': {
    display: 'fixed',
    updateDisplay: 'fixed',
    clearOutput: 'fixed',
    plot: 'fixed',
    input: 'fixed',
    password: 'fixed',
    prompt: 'fixed',
    interruptSignal: 'live',
    _: 'live',
    comms: 'fixed',
    __magic: 'fixed',
  },
  'firstlight:engine': {
    butler: 'live',
    openRepo: 'fixed',
    sql: 'fixed',
    openFits: 'fixed',
    __engine: 'fixed',
  },
}

export const sessionNames: ReadonlyMap<string, NameOrigin> = new Map(
  Object.entries(SESSION).flatMap(([from, names]) =>
    Object.entries(names).map(([name, kind]) => [name, { kind, from, clause: name }] as const),
  ),
)

/** The declaration module whose types need the engine's and Node's declarations. */
export const needsNodeTypes = (from: string): boolean => from === 'firstlight:engine'

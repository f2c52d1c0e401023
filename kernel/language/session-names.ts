import type { NameKind } from '../protocol/threads.ts'
import type { NameOrigin } from './names.ts'

/** Declarations of the globals that use the engine; they need Node's too. */
export const ENGINE_TYPES = 'firstlight:engine'

/** The globals a session starts with, by the declaration module (in kernel/globals) that types them. */
const SESSION: Readonly<Record<string, Readonly<Record<string, NameKind>>>> = {
  'firstlight:base': {
    display: 'fixed',
    updateDisplay: 'fixed',
    clearOutput: 'fixed',
    plot: 'fixed',
    progress: 'fixed',
    input: 'fixed',
    password: 'fixed',
    prompt: 'fixed',
    interruptSignal: 'live',
    _: 'live',
    comms: 'fixed',
    widgets: 'fixed',
    interact: 'fixed',
    Deno: 'fixed',
    __magic: 'fixed',
  },
  [ENGINE_TYPES]: {
    butler: 'live',
    openRepo: 'fixed',
    openButler: 'fixed',
    useCollections: 'fixed',
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

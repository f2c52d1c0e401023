import { RUNTIME, SCOPE } from '../language/runtime-names.ts'
import type { Place } from '../execute/source-map.ts'
import { fieldsOf, type NamedValue } from './remote.ts'
import type { DebugScript, DebugSources } from './sources.ts'
import type { WorkerInspector } from './worker-inspector.ts'

interface ScopeEntry {
  readonly type: string
  readonly object: { readonly objectId?: string }
}

/** One frame of V8's, as `Debugger.paused` tells it. */
export interface CallFrame {
  readonly callFrameId: string
  readonly functionName: string
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number }
  readonly scopeChain: readonly ScopeEntry[]
}

/** A frame of the notebook's own code, with its TypeScript place. */
export interface Frame {
  readonly id: number
  readonly call: CallFrame
  readonly script: DebugScript
  /** Undefined in code that the compiler made up: publishing a name, reading one of an earlier cell. */
  readonly place: Place | undefined
}

/** The frames that lie in cells and local modules, innermost first; the first one is V8's innermost when `isOwn`. */
export function framesOf(
  calls: readonly CallFrame[],
  sources: DebugSources,
  urlOf: (scriptId: string) => string,
): { readonly frames: Frame[]; readonly isOwn: boolean } {
  const frames = calls.flatMap((call, i): Frame[] => {
    const script = sources.byUrl(urlOf(call.location.scriptId))
    if (script === undefined) return []
    const { lineNumber, columnNumber } = call.location
    return [{ id: i + 1, call, script, place: script.map.original(lineNumber, columnNumber) }]
  })
  return { frames, isOwn: frames[0]?.call === calls[0] }
}

export const frameName = ({ call, script }: Frame): string =>
  call.functionName === '' ? script.name : call.functionName

/** Names of the compiler's own in a frame. */
const HIDDEN = new Set([RUNTIME, SCOPE, 'this', 'arguments'])

/** A frame's names: its own with those of the blocks around the place, then what its function closes over. */
export interface FrameNames {
  readonly locals: () => Promise<readonly NamedValue[]>
  readonly closure: () => Promise<readonly NamedValue[]>
}

export function frameNames(inspector: WorkerInspector, { call }: Frame): FrameNames {
  const chain = call.scopeChain
  const end = chain.findIndex(({ type }) => type === 'local') + 1
  const own = chain.slice(0, end)
  const outer = chain.slice(end).filter(({ type }) => type === 'closure' || type === 'block')
  return { locals: () => namesIn(inspector, own), closure: () => namesIn(inspector, outer) }
}

/** Names of some scopes, an inner one hiding an outer of the same name. */
async function namesIn(inspector: WorkerInspector, scopes: readonly ScopeEntry[]): Promise<NamedValue[]> {
  const found = new Map<string, NamedValue>()
  for (const { object } of scopes) {
    if (object.objectId === undefined) continue
    for (const entry of await fieldsOf(inspector, object.objectId))
      if (!HIDDEN.has(entry.name) && !found.has(entry.name)) found.set(entry.name, entry)
  }
  return [...found.values()]
}

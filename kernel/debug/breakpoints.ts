import type { JsonObject } from '../../src/platform/node/jupyter/index.ts'
import type { SourceBreakpoint } from './dap.ts'
import { breakPlace, codeLine, type DebugScript, type DebugSources } from './sources.ts'
import type { WorkerInspector } from './worker-inspector.ts'

interface Placed {
  readonly id: string
  readonly wanted: SourceBreakpoint
}

/**
 * Breakpoints of sources, kept by path: a cell that is run again has them again, a module that is not yet imported gets
 * them when it is.
 */
export class Breakpoints {
  readonly #inspector: WorkerInspector
  readonly #sources: DebugSources
  readonly #wanted = new Map<string, readonly SourceBreakpoint[]>()
  readonly #placed = new Map<string, Placed[]>()
  #numbers = 0

  constructor(inspector: WorkerInspector, sources: DebugSources) {
    this.#inspector = inspector
    this.#sources = sources
  }

  /** Replace those of one source. @returns them as the front end is told, at the lines where they stop. */
  async set(path: string, wanted: readonly SourceBreakpoint[]): Promise<JsonObject[]> {
    for (const { id } of this.#placed.get(path) ?? [])
      await this.#inspector.call('Debugger.removeBreakpoint', { breakpointId: id })
    this.#placed.delete(path)
    this.#wanted.set(path, wanted)
    const lines = new Map<SourceBreakpoint, number>()
    for (const script of this.#sources.ofPath(path))
      for (const { wanted: breakpoint, line } of await this.#place(script)) lines.set(breakpoint, line)
    const text = this.#sources.text(path)
    return wanted.map((breakpoint) => {
      const line =
        lines.get(breakpoint) ?? (text === undefined ? breakpoint.line : codeLine(text, breakpoint.line))
      return { id: ++this.#numbers, verified: true, line, source: { path } }
    })
  }

  /** Give a script that is about to run the breakpoints of its source. */
  async place(script: DebugScript): Promise<void> {
    await this.#place(script)
  }

  /** After the thread was started anew, or the debugger left: V8 has none any more. */
  forget(): void {
    this.#placed.clear()
  }

  clear(): void {
    this.#placed.clear()
    this.#wanted.clear()
  }

  /** The conditions of the breakpoints V8 stopped at; undefined stands for one without. */
  conditions(ids: readonly string[]): (string | undefined)[] {
    return [...this.#placed.values()]
      .flat()
      .filter(({ id }) => ids.includes(id))
      .map(({ wanted }) => wanted.condition)
  }

  list(): JsonObject[] {
    return [...this.#wanted]
      .filter(([, breakpoints]) => breakpoints.length > 0)
      .map(([source, breakpoints]) => ({ source, breakpoints: breakpoints.map(({ line }) => ({ line })) }))
  }

  async #place(script: DebugScript): Promise<{ wanted: SourceBreakpoint; line: number }[]> {
    const end = script.text.split('\n').length
    const done: { wanted: SourceBreakpoint; line: number }[] = []
    for (const wanted of this.#wanted.get(script.path) ?? []) {
      const found = breakPlace(script, wanted.line - 1)
      if (found === undefined || found.line >= end) continue
      const id = await this.#ask(script.url, found.place)
      if (id !== undefined)
        this.#placed.set(script.path, [...(this.#placed.get(script.path) ?? []), { id, wanted }])
      done.push({ wanted, line: found.line + 1 })
    }
    return done
  }

  /** Undefined when two lines come to one place: V8 takes it once. */
  async #ask(url: string, place: { line: number; column: number }): Promise<string | undefined> {
    try {
      const { breakpointId } = await this.#inspector.call<{ breakpointId: string }>(
        'Debugger.setBreakpointByUrl',
        { url, lineNumber: place.line, columnNumber: place.column },
      )
      return breakpointId
    } catch {
      return undefined
    }
  }
}

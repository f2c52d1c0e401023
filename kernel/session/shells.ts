import type { JsonObject } from '../../src/platform/node/jupyter/index.ts'
import { KernelError } from '../errors.ts'
import type { CellError } from '../protocol/threads.ts'
import { type Done, Executor, type ExecutorParts } from './executor.ts'
import type { RunRecord } from './runs.ts'
import type { Request } from './transport.ts'

/**
 * The main shell and the subshells of JEP 91. Each has a queue of its own; all share one execution thread, so a subshell's
 * cell runs whenever the others await. An interrupt stops the cells of all.
 */
export class Shells {
  readonly #parts: ExecutorParts
  readonly #main: Executor
  readonly #subshells = new Map<string, Executor>()
  /** Deleted ones that still run a cell are kept until it has ended. */
  readonly #all = new Set<Executor>()

  constructor(parts: Omit<ExecutorParts, 'numbers'>) {
    this.#parts = { ...parts, numbers: { count: 0, serial: 0 } }
    this.#main = this.#open()
  }

  /** A request whose cell runs now: the main shell's before a subshell's. */
  get current(): RunRecord | undefined {
    for (const executor of this.#all) if (executor.current !== undefined) return executor.current
    return undefined
  }

  /** @throws KernelError `kernel/no-such-subshell` */
  enqueue(request: Request): void {
    const id = request.message.header.subshell_id
    if (id === undefined || id === null) this.#main.enqueue(request)
    else this.#find(id).enqueue(request)
  }

  async interrupt(): Promise<void> {
    await Promise.all([...this.#all].map((executor) => executor.interrupt()))
  }

  finished(done: Done): void {
    for (const executor of this.#all) executor.finished(done)
  }

  /** The execution thread is gone: every cell that ran ends with `error`. */
  lost(error: CellError): void {
    for (const executor of this.#all) executor.lost(error)
  }

  create(): JsonObject {
    const id = crypto.randomUUID()
    this.#subshells.set(id, this.#open())
    return { status: 'ok', subshell_id: id }
  }

  list(): JsonObject {
    return { status: 'ok', subshell_id: [...this.#subshells.keys()] }
  }

  /** Its waiting requests are aborted; a running cell ends by itself. */
  delete(id: string): JsonObject {
    this.#find(id).close()
    this.#subshells.delete(id)
    return { status: 'ok' }
  }

  #open(): Executor {
    const kept = new Set<Executor>([this.#main, ...this.#subshells.values()])
    for (const executor of this.#all) if (executor.isIdle && !kept.has(executor)) this.#all.delete(executor)
    const executor = new Executor(this.#parts)
    this.#all.add(executor)
    return executor
  }

  #find(id: string): Executor {
    const found = this.#subshells.get(id)
    if (found !== undefined) return found
    const known = [...this.#subshells.keys()]
    throw new KernelError('kernel/no-such-subshell', `No subshell '${id}'`, {
      hint: `Open: ${known.join(', ') || 'none'}. Make one with create_subshell_request.`,
    })
  }
}

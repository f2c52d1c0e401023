import type { JsonObject } from '../../src/platform/node/jupyter/index.ts'
import { KernelInterrupt } from '../errors.ts'
import { runsQuanta } from '../magic/prepare.ts'
import { type ExecuteRequest, executeRequest } from '../protocol/requests.ts'
import type {
  CellError,
  CompiledCell,
  CompiledExpression,
  FromExecution,
  ToExecution,
} from '../protocol/threads.ts'
import type { ExecutionThread } from './execution-thread.ts'
import type { History } from './history.ts'
import type { Iopub } from './iopub.ts'
import type { LanguageThread } from './language-thread.ts'
import type { RunRecord, Runs } from './runs.ts'
import type { Request } from './transport.ts'

export type Done = Extract<FromExecution, { kind: 'done' }>

/** Numbers that all shells of a kernel share, so that labels and history lines stay unique. */
export interface ExecutionNumbers {
  count: number
  serial: number
}

export interface ExecutorParts {
  readonly numbers: ExecutionNumbers
  readonly language: LanguageThread
  readonly thread: ExecutionThread
  readonly iopub: Iopub
  readonly history: History
  readonly runs: Runs
  /** A cell is about to run: the debugger learns its lines. */
  compiled(cell: CompiledCell): Promise<void>
  reply(request: Request, type: string, content: JsonObject): void
}

/** The cell being checked or run now. */
interface Current {
  readonly record: RunRecord
  /** Ends the wait for whatever the cell waits for. */
  readonly interrupted: Promise<'interrupted'>
  readonly interrupt: () => void
  isRunning: boolean
  readonly done: Promise<Done>
  readonly settle: (done: Done) => void
}

type Outcome = Pick<Done, 'error' | 'expressions' | 'payload'>

/** One shell: runs its execute requests one after the other: check, run, commit what was declared, reply. */
export class Executor {
  readonly #parts: ExecutorParts
  readonly #queue: Request[] = []
  #current: Current | undefined
  #isDraining = false

  constructor(parts: ExecutorParts) {
    this.#parts = parts
  }

  /** The request whose cell is running: status messages of other requests must not hide that the kernel is busy. */
  get current(): RunRecord | undefined {
    return this.#current?.record
  }

  enqueue(request: Request): void {
    this.#queue.push(request)
    if (!this.#isDraining) void this.#drain()
  }

  get isIdle(): boolean {
    return !this.#isDraining
  }

  /** Abort what waits; the present cell goes on. */
  close(): void {
    for (const request of this.#queue.splice(0)) this.#abort(request)
  }

  /** Stop the present cell; queued ones are aborted by its error unless they said otherwise. */
  async interrupt(): Promise<void> {
    const current = this.#current
    if (current === undefined) return
    if (!current.isRunning) return current.interrupt()
    await this.#parts.thread.interrupt()
  }

  finished(done: Done): void {
    if (this.#current?.record.run === done.run) this.#current.settle(done)
  }

  /** The execution thread is gone: end the cell with `error`. */
  lost(error: CellError): void {
    const run = this.#current?.record.run
    if (run !== undefined)
      this.finished({ kind: 'done', run, error, published: [], expressions: {}, payload: [] })
  }

  async #drain(): Promise<void> {
    this.#isDraining = true
    for (let request = this.#queue.shift(); request !== undefined; request = this.#queue.shift())
      await this.#execute(request)
    this.#isDraining = false
  }

  /** Requests sent before the error is known are aborted, those still on the socket too; later ones run. */
  async #takeQueue(): Promise<Request[]> {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
    return this.#queue.splice(0)
  }

  #abort(request: Request): void {
    this.#parts.iopub.status('busy', request.message.header)
    this.#parts.reply(request, 'execute_reply', {
      status: 'aborted',
      execution_count: this.#parts.numbers.count,
    })
    this.#parts.iopub.status('idle', request.message.header)
  }

  async #execute(request: Request): Promise<void> {
    const { iopub, history, runs, numbers } = this.#parts
    const parent = request.message.header
    const ask = executeRequest(request.message.content)
    iopub.status('busy', parent)
    const isBlank = ask.code.trim() === ''
    if (ask.storeHistory && !isBlank) numbers.count++
    const { count } = numbers
    if (!ask.silent) iopub.publish('execute_input', { code: ask.code, execution_count: count }, parent)
    if (ask.storeHistory && !isBlank) history.add(count, ask.code)
    const current = makeCurrent(runs.add(request, ask.silent, count))
    this.#current = current
    const outcome = await this.#checkAndRun(ask, current, isBlank).catch(failed)
    this.#current = undefined
    const { error, expressions, payload } = outcome
    if (error !== undefined && !ask.silent) iopub.error(error, parent)
    iopub.flush()
    const aborted = error !== undefined && ask.stopOnError ? await this.#takeQueue() : []
    const common = { execution_count: count, user_expressions: expressions, payload }
    const content =
      error === undefined ? { status: 'ok', ...common } : { status: 'error', ...error, ...common }
    this.#reply(request, content, count)
    iopub.status('idle', parent)
    for (const queued of aborted) this.#abort(queued)
  }

  /** Expressions that cannot be encoded must not keep the reply back. */
  #reply(request: Request, content: JsonObject, count: number): void {
    try {
      this.#parts.reply(request, 'execute_reply', content)
    } catch (error) {
      const { expressions, payload, error: told } = failed(error)
      const rest = { execution_count: count, user_expressions: expressions, payload }
      this.#parts.reply(request, 'execute_reply', { status: 'error', ...told, ...rest })
    }
  }

  async #checkAndRun(ask: ExecuteRequest, current: Current, isBlank: boolean): Promise<Outcome> {
    const serial = ++this.#parts.numbers.serial
    const label = ask.storeHistory ? `In[${current.record.count}]` : `In[*${serial}]`
    const source = isBlank ? '' : ask.code
    const { run } = current.record
    const beginsRun = runsQuanta(source)
    if (beginsRun) this.#parts.thread.send({ kind: 'begin', run })
    const compiled = await Promise.race([
      this.#parts.language.call('compile', { source, serial, label }),
      current.interrupted,
    ])
    if (compiled === 'interrupted') {
      if (beginsRun) await this.#withdraw(current, 'cancelled')
      return failed(new KernelInterrupt())
    }
    if ('error' in compiled) {
      if (beginsRun) await this.#withdraw(current, 'failed')
      return { error: compiled.error, expressions: {}, payload: [] }
    }
    const expressions = await this.#compileExpressions(ask.userExpressions)
    await this.#parts.compiled(compiled.cell)
    const done = await this.#run(compiled.cell, ask, expressions, current)
    if (compiled.cell.isKept) await this.#parts.language.call('commit', { serial, published: done.published })
    return done
  }

  /** Resolves when the cell's picture says so: what comes after a cell's end is lost to nbconvert. */
  async #withdraw(current: Current, state: 'failed' | 'cancelled'): Promise<void> {
    current.isRunning = true
    this.#parts.thread.send({ kind: 'withdraw', run: current.record.run, state })
    await current.done
  }

  async #compileExpressions(sources: ExecuteRequest['userExpressions']) {
    const compiled: Record<string, CompiledExpression> = {}
    for (const [name, source] of Object.entries(sources))
      compiled[name] = await this.#parts.language.call('compileExpression', { source })
    return compiled
  }

  #run(
    cell: CompiledCell,
    { allowStdin }: ExecuteRequest,
    expressions: Extract<ToExecution, { kind: 'run' }>['expressions'],
    current: Current,
  ): Promise<Done> {
    current.isRunning = true
    this.#parts.thread.send({ kind: 'run', run: current.record.run, cell, allowStdin, expressions })
    return current.done
  }
}

function makeCurrent(record: RunRecord): Current {
  let interrupt: () => void = () => {}
  let settle: (done: Done) => void = () => {}
  const interrupted = new Promise<'interrupted'>((resolve) => {
    interrupt = () => resolve('interrupted')
  })
  const done = new Promise<Done>((resolve) => {
    settle = resolve
  })
  return { record, interrupted, interrupt, isRunning: false, done, settle }
}

function failed(error: unknown): Outcome {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return {
    error: { ename: name, evalue: message, traceback: [`${name}: ${message}`] },
    expressions: {},
    payload: [],
  }
}

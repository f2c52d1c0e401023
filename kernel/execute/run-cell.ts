import { Script } from 'node:vm'
import { toBundle } from '../display/bundle.ts'
import { endPicture } from '../display/begun-picture.ts'
import { KernelInterrupt } from '../errors.ts'
import { RUNTIME, SCOPE } from '../language/runtime-names.ts'
import type {
  CellError,
  CompiledCell,
  ExpressionReply,
  FromExecution,
  RunId,
  ToExecution,
} from '../protocol/threads.ts'
import { insist } from './builtins.ts'
import { duration } from './duration.ts'
import type { CellModules } from './modules.ts'
import { isAnswer, type RunContext, runIn } from './run-context.ts'
import { type Scope, ScopeGuard } from './scope.ts'
import { StoppingWork } from './stopping-work.ts'
import { registerCell, toCellError } from './stack.ts'

type RunRequest = Extract<ToExecution, { kind: 'run' }>

export interface RunnerParts {
  readonly post: (message: FromExecution) => void
  readonly scope: Scope
  readonly modules: CellModules
  /** How many works in this thread tidy up by themselves when interrupted. */
  readonly nStopping: Int32Array
  /** Open the session globals a cell mentions. */
  readonly prepare: (uses: readonly string[]) => Promise<void>
}

/** What `__firstlight` is in a compiled cell. */
interface Runtime {
  result(value: unknown): void
  importModule(specifier: unknown, names?: readonly string[]): Promise<Record<string, unknown>>
  readonly meta: unknown
}

interface ActiveRun {
  readonly context: RunContext
  end(error: unknown): void
  /** The interrupt that it tidies up for. */
  press?: number
}

type Finish = (error: CellError | undefined, expressions: Readonly<Record<string, ExpressionReply>>) => void

/** Runs cells, one of each shell at a time. A run ends once: when its function settles, or when it is interrupted. */
export class CellRunner {
  readonly #parts: RunnerParts
  readonly #active = new Map<RunId, ActiveRun>()

  constructor(parts: RunnerParts) {
    this.#parts = parts
  }

  /**
   * A loop that was terminated never settles its promise: the run is ended here. Work that tidies up first is waited for,
   * unless it is interrupted once more.
   *
   * @param press number of the interrupt; a slow thread hears of one several times
   */
  interrupt(press: number): void {
    for (const active of [...this.#active.values()]) {
      const { context, end } = active
      const error = new KernelInterrupt()
      context.abort.abort(error)
      active.press ??= press
      if (active.press !== press || context.stopping.size === 0) end(error)
      else void afterTidying(context).then(() => end(error))
    }
  }

  run(request: RunRequest): void {
    try {
      const { context, finish } = insist(() => this.#begin(request))
      void this.#complete(request, context, finish)
    } catch (error) {
      const done = { published: [], expressions: {}, payload: [] }
      this.#parts.post({ kind: 'done', run: request.run, error: toCellError(error), ...done })
    }
  }

  #begin(request: RunRequest): { readonly context: RunContext; readonly finish: Finish } {
    const { run, cell, allowStdin } = request
    registerCell(cell)
    const context: RunContext = {
      run,
      label: cell.label,
      allowStdin,
      abort: new AbortController(),
      pending: new Set(),
      stopping: new StoppingWork(this.#parts.nStopping),
      payload: [],
    }
    const guard = new ScopeGuard(this.#parts.scope, cell.declares)
    const finish: Finish = (error, expressions) =>
      insist(() => {
        if (!this.#active.has(run)) return
        endPicture(run, context.abort.signal.aborted ? 'cancelled' : error === undefined ? 'done' : 'failed')
        const { payload } = context
        this.#parts.post({ kind: 'done', run, error, published: guard.settle(), expressions, payload })
        this.#active.delete(run)
        context.stopping.clear()
      })
    this.#active.set(run, { context, end: (error) => finish(toCellError(error), {}) })
    return { context, finish }
  }

  /** Awaits, and calls no method of the promise: a cell may have replaced them. */
  async #complete(request: RunRequest, context: RunContext, finish: Finish): Promise<void> {
    try {
      finish(undefined, await runIn(context, () => this.#execute(request, context)))
    } catch (error) {
      finish(toCellError(error), {})
    }
  }

  async #execute(
    { cell, expressions }: RunRequest,
    context: RunContext,
  ): Promise<Record<string, ExpressionReply>> {
    const begin = performance.now()
    let result: { readonly value: unknown } | undefined
    const runtime: Runtime = {
      result: (value) => {
        result = { value }
      },
      importModule: (specifier, names) => this.#parts.modules.import(String(specifier), names),
      meta: this.#parts.modules.meta,
    }
    // A module that V8 stops in its first run stays broken.
    if (cell.uses.length > 0) await context.stopping.during(this.#parts.prepare(cell.uses))
    if (cell.requires.length > 0) await this.#parts.modules.compileRequired(cell.requires)
    context.abort.signal.throwIfAborted()
    await compile(cell)(runtime, this.#parts.scope)
    if (result !== undefined && isAnswer(result.value)) result = { value: await result.value }
    while (context.pending.size > 0) await Promise.all(context.pending)
    if (result !== undefined && result.value !== undefined) await this.#show(result.value, context)
    if (cell.timed) process.stdout.write(`Wall time: ${duration(performance.now() - begin)}\n`)
    return this.#evaluate(expressions)
  }

  async #show(value: unknown, context: RunContext): Promise<void> {
    this.#parts.scope['_'] = value
    const display = await toBundle(value)
    if (this.#active.has(context.run) && Object.keys(display.data).length > 0)
      this.#parts.post({ kind: 'result', run: context.run, display })
  }

  async #evaluate(expressions: RunRequest['expressions']): Promise<Record<string, ExpressionReply>> {
    const replies: Record<string, ExpressionReply> = {}
    for (const [name, compiled] of Object.entries(expressions))
      replies[name] =
        'error' in compiled ? { status: 'error', ...compiled.error } : await this.#evaluateOne(compiled)
    return replies
  }

  async #evaluateOne({
    js,
    mentions,
  }: {
    readonly js: string
    readonly mentions: readonly string[]
  }): Promise<ExpressionReply> {
    try {
      const names = mentions.filter((name) => name in this.#parts.scope)
      const script = new Script(`(async (${names.join(', ')}) => ${js})`, { filename: 'expression' })
      const evaluate = script.runInThisContext() as (...values: unknown[]) => Promise<unknown>
      return {
        status: 'ok',
        ...(await toBundle(await evaluate(...names.map((name) => this.#parts.scope[name])))),
      }
    } catch (error) {
      return { status: 'error', ...toCellError(error) }
    }
  }
}

/** How long an interrupted cell may take to tidy up, and then to say what came of it. */
const TIDY_MS = 15_000
const LAST_WORD_MS = 2000

async function afterTidying({ stopping }: RunContext): Promise<void> {
  const limit = new Promise((resolve) => setTimeout(resolve, TIDY_MS).unref())
  await Promise.race([Promise.allSettled(stopping), limit])
  await new Promise((resolve) => setTimeout(resolve, LAST_WORD_MS))
}

type CellFunction = (runtime: Runtime, scope: Scope) => Promise<void>

/** The first line is the wrapper's own, so that line numbers are the emitted code's. */
function compile({ js, label }: CompiledCell): CellFunction {
  const code = `(async (${RUNTIME}, ${SCOPE}) => {"use strict";\n${js}\n})`
  return new Script(code, { filename: label, lineOffset: -1 }).runInThisContext() as CellFunction
}

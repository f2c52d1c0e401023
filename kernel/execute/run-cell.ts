import { Script } from 'node:vm'
import { toBundle } from '../display/bundle.ts'
import { KernelInterrupt } from '../errors.ts'
import { RUNTIME, SCOPE } from '../language/runtime-names.ts'
import type {
  CellError,
  CompiledCell,
  ExpressionReply,
  FromExecution,
  ToExecution,
} from '../protocol/threads.ts'
import type { CellModules } from './modules.ts'
import { type RunContext, runIn } from './run-context.ts'
import { type Scope, ScopeGuard } from './scope.ts'
import { registerCell, toCellError } from './stack.ts'

type RunRequest = Extract<ToExecution, { kind: 'run' }>

export interface RunnerParts {
  readonly post: (message: FromExecution) => void
  readonly scope: Scope
  readonly modules: CellModules
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
}

/** Runs one cell at a time. A run ends once: when its function settles, or when it is interrupted. */
export class CellRunner {
  readonly #parts: RunnerParts
  #active: ActiveRun | undefined
  #payload: Readonly<Record<string, unknown>>[] = []

  constructor(parts: RunnerParts) {
    this.#parts = parts
  }

  /** What a magic asks of the front end, sent with the reply. */
  addPayload(payload: Readonly<Record<string, unknown>>): void {
    this.#payload.push(payload)
  }

  /** A loop that was terminated never settles its promise: the run is ended here. */
  interrupt(): void {
    const active = this.#active
    if (active === undefined) return
    const error = new KernelInterrupt()
    active.context.abort.abort(error)
    active.end(error)
  }

  run(request: RunRequest): void {
    const { run, cell, allowStdin } = request
    const context: RunContext = {
      run,
      label: cell.label,
      allowStdin,
      abort: new AbortController(),
      pending: new Set(),
    }
    const guard = new ScopeGuard(this.#parts.scope, cell.declares)
    this.#payload = []
    registerCell(cell)
    const finish = (error: CellError | undefined, expressions: Readonly<Record<string, ExpressionReply>>) => {
      if (this.#active?.context !== context) return
      this.#active = undefined
      this.#parts.post({
        kind: 'done',
        run,
        error,
        published: guard.settle(),
        expressions,
        payload: this.#payload,
      })
    }
    this.#active = { context, end: (error) => finish(toCellError(error), {}) }
    runIn(context, () => this.#execute(request, context)).then(
      (expressions) => finish(undefined, expressions),
      (error: unknown) => finish(toCellError(error), {}),
    )
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
    if (cell.uses.length > 0) await this.#parts.prepare(cell.uses)
    await compile(cell)(runtime, this.#parts.scope)
    while (context.pending.size > 0) await Promise.all(context.pending)
    if (result !== undefined && result.value !== undefined) await this.#show(result.value, context)
    if (cell.timed) process.stdout.write(`Wall time: ${duration(performance.now() - begin)}\n`)
    return this.#evaluate(expressions)
  }

  async #show(value: unknown, context: RunContext): Promise<void> {
    this.#parts.scope['_'] = value
    const display = await toBundle(value)
    if (this.#active?.context === context) this.#parts.post({ kind: 'result', run: context.run, display })
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

type CellFunction = (runtime: Runtime, scope: Scope) => Promise<void>

/** The first line is the wrapper's own, so that line numbers are the emitted code's. */
function compile({ js, label }: CompiledCell): CellFunction {
  const code = `(async (${RUNTIME}, ${SCOPE}) => {"use strict";\n${js}\n})`
  return new Script(code, { filename: label, lineOffset: -1 }).runInThisContext() as CellFunction
}

/** `830 µs`, `12.3 ms`, `1.24 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`
  if (ms < 1000) return `${ms.toPrecision(3)} ms`
  if (ms < 60_000) return `${(ms / 1000).toPrecision(3)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

import { KernelError } from '../errors.ts'
import { DEBUG_ACCESS } from '../protocol/debug-access.ts'
import type { LanguageThread } from '../session/language-thread.ts'
import { frameNames, type Frame } from './frames.ts'
import { type Evaluated, type RemoteObject, shortText } from './remote.ts'
import type { WorkerInspector } from './worker-inspector.ts'

/** Evaluates TypeScript expressions in a frame that stands, or among the notebook's names. */
export class Evaluator {
  readonly #inspector: WorkerInspector
  readonly #language: LanguageThread

  constructor(inspector: WorkerInspector, language: LanguageThread) {
    this.#inspector = inspector
    this.#language = language
  }

  /**
   * @param frame where to look names up first; without it, only the notebook's
   * @throws KernelError `kernel/debug-expression` when it cannot be read or throws
   */
  async value(expression: string, frame: Frame | undefined): Promise<RemoteObject> {
    const compiled = await this.#language.call('compileExpression', { source: expression })
    if ('error' in compiled) throw failure(compiled.error.evalue)
    const code = await this.#bind(compiled.js, compiled.mentions, frame)
    const common = { silent: true, generatePreview: true }
    const done =
      frame === undefined
        ? await this.#inspector.call<Evaluated>('Runtime.evaluate', { expression: code, ...common })
        : await this.#inspector.call<Evaluated>('Debugger.evaluateOnCallFrame', {
            callFrameId: frame.call.callFrameId,
            expression: code,
            ...common,
          })
    if (done.exceptionDetails === undefined) return done.result
    const { exception, text } = done.exceptionDetails
    throw failure(exception === undefined ? text : shortText(exception))
  }

  /** Names that are the notebook's and not the frame's become parameters: cells keep them in an object. */
  async #bind(js: string, mentions: readonly string[], frame: Frame | undefined): Promise<string> {
    if (mentions.length === 0) return js
    const local = frame === undefined ? new Set<string>() : await this.#localNames(frame)
    const outer = mentions.filter((name) => !local.has(name))
    const known = await this.#inspector.call<Evaluated>('Runtime.evaluate', {
      expression: `${JSON.stringify(outer)}.filter((name) => ${DEBUG_ACCESS}.has(name))`,
      returnByValue: true,
    })
    const names = known.result.value as readonly string[]
    const values = names.map((name) => `${DEBUG_ACCESS}.scope[${JSON.stringify(name)}]`)
    return names.length === 0 ? js : `((${names.join(', ')}) => ${js})(${values.join(', ')})`
  }

  async #localNames(frame: Frame): Promise<Set<string>> {
    const { locals, closure } = frameNames(this.#inspector, frame)
    return new Set([...(await locals()), ...(await closure())].map(({ name }) => name))
  }
}

const failure = (message: string) => new KernelError('kernel/debug-expression', message)

import { KernelError } from '../errors.ts'
import type { FromExecution } from '../protocol/threads.ts'
import { PROMPT_HEAD_BYTES } from './prompt-layout.ts'
import { currentRun, type RunContext } from './run-context.ts'

export interface InputOptions {
  /** Hide what is typed. */
  readonly password?: boolean
}

interface Question {
  readonly prompt: string
  readonly password: boolean
  resolve(value: string): void
}

/** Asks the person at the front end. The answer comes as a message, or through shared memory for the blocking form. */
export class Input {
  readonly #post: (message: FromExecution) => void
  readonly #shared: SharedArrayBuffer
  /** Questions of each run, asked one after the other: front ends have one line for the answer. */
  readonly #waiting = new Map<number, Question[]>()

  constructor(post: (message: FromExecution) => void, shared: SharedArrayBuffer) {
    this.#post = post
    this.#shared = shared
  }

  ask(prompt = '', { password = false }: InputOptions = {}): Promise<string> {
    const context = allowed()
    return new Promise((resolve) => {
      const questions = this.#waiting.get(context.run) ?? []
      this.#waiting.set(context.run, questions)
      questions.push({ prompt: String(prompt), password, resolve })
      if (questions.length === 1) this.#askFirst(context.run)
    })
  }

  /** Blocks the thread until the answer is there, as a browser's `prompt` does. */
  askBlocking(prompt = ''): string {
    const context = allowed()
    const head = new Int32Array(this.#shared, 0, 2)
    Atomics.store(head, 0, 0)
    this.#post({ kind: 'input', run: context.run, prompt: String(prompt), password: false, blocking: true })
    Atomics.wait(head, 0, 0)
    const length = Atomics.load(head, 1)
    return new TextDecoder().decode(new Uint8Array(this.#shared, PROMPT_HEAD_BYTES, length).slice())
  }

  settle(run: number, value: string): void {
    const answered = this.#waiting.get(run)?.shift()
    answered?.resolve(value)
    this.#askFirst(run)
  }

  #askFirst(run: number): void {
    const first = this.#waiting.get(run)?.[0]
    if (first === undefined) this.#waiting.delete(run)
    else this.#post({ kind: 'input', run, prompt: first.prompt, password: first.password, blocking: false })
  }
}

function allowed(): RunContext {
  const context = currentRun()
  if (!context.allowStdin)
    throw new KernelError(
      'kernel/no-stdin',
      'The front end that runs this cell cannot answer input requests',
      {
        hint: 'Run the notebook in a front end with a person before it, or give the value as a variable.',
      },
    )
  return context
}

import type {
  FromExecution,
  LanguageCalls,
  LanguageMethod,
  LanguageReply,
  LanguageRequest,
} from '../protocol/threads.ts'

/** Questions of the execution thread to the language thread, passed on by the socket thread. */
export class LanguageClient {
  readonly #post: (message: FromExecution) => void
  readonly #waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  #asked = 0

  constructor(post: (message: FromExecution) => void) {
    this.#post = post
  }

  call<M extends LanguageMethod>(
    method: M,
    ask: LanguageCalls[M]['ask'],
  ): Promise<LanguageCalls[M]['answer']> {
    const id = this.#asked++
    this.#post({ kind: 'language', id, request: { method, ask } as Omit<LanguageRequest, 'id'> })
    return new Promise((resolve, reject) =>
      this.#waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject }),
    )
  }

  settle(id: number, reply: LanguageReply): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if ('failure' in reply) waiting?.reject(new Error(reply.failure))
    else waiting?.resolve(reply.answer)
  }
}

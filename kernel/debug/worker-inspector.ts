import { Session } from 'node:inspector'
import { KernelError } from '../errors.ts'

export type InspectorParams = Readonly<Record<string, unknown>>

export interface InspectorEvents {
  event(method: string, params: InspectorParams): void
  /** A new thread can be spoken to. */
  attached(): void
  /** The thread is gone; what it was asked stays unanswered. */
  detached(): void
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/**
 * V8's inspector protocol with the worker of one script, spoken through this thread's own session: no port is opened. A
 * worker inside a loop answers too, and one that stands at a breakpoint.
 */
export class WorkerInspector {
  readonly #session = new Session()
  readonly #script: string
  readonly #arrivals: (() => void)[] = []
  readonly #waiting = new Map<number, Waiting>()
  #events: InspectorEvents | undefined
  #workerSession: string | undefined
  readonly #urls = new Map<string, string>()
  #asked = 0

  /** @param script the worker's file, as a URL */
  constructor(script: URL) {
    this.#script = script.href
    this.#session.connect()
    this.#session.on('NodeWorker.attachedToWorker', ({ params }) => {
      const { sessionId, workerInfo } = params as unknown as {
        sessionId: string
        workerInfo: { url: string }
      }
      if (workerInfo.url !== this.#script) return
      this.#workerSession = sessionId
      setImmediate(() => {
        for (const resolve of this.#arrivals.splice(0)) resolve()
        this.#events?.attached()
      })
    })
    this.#session.on('NodeWorker.detachedFromWorker', ({ params }) => this.#detached(params.sessionId))
    this.#session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      // Node calls this outside its event loop's turns: promises settled here would wait for the next other event.
      if (params.sessionId === this.#workerSession) setImmediate(() => this.#received(params.message))
    })
    this.#session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
  }

  /** Resolves when the thread can be spoken to; one that starts is waited for. */
  ready(): Promise<void> {
    if (this.#workerSession !== undefined) return Promise.resolve()
    return new Promise((resolve) => this.#arrivals.push(resolve))
  }

  /** The URL of a script; frames name scripts by number. */
  urlOf(scriptId: string): string {
    return this.#urls.get(scriptId) ?? ''
  }

  /** One listener: whoever debugs. */
  listen(events: InspectorEvents): void {
    this.#events = events
  }

  /** @throws KernelError `kernel/inspector` with V8's own words */
  call<T = unknown>(method: string, params: InspectorParams = {}): Promise<T> {
    const id = this.#post(method, params)
    if (id === undefined)
      return Promise.reject(
        new KernelError('kernel/inspector', `The execution thread is not there to answer ${method}`),
      )
    return new Promise<T>((resolve, reject) =>
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject }),
    )
  }

  /** Ask without waiting for the answer. */
  send(method: string, params: InspectorParams = {}): void {
    this.#post(method, params)
  }

  /** An interrupt may still be under way: what it sends from now on goes nowhere. */
  close(): void {
    this.#workerSession = undefined
    this.#session.disconnect()
  }

  #post(method: string, params: InspectorParams): number | undefined {
    if (this.#workerSession === undefined) return undefined
    const id = ++this.#asked
    const message = asciiJson({ id, method, params })
    this.#session.post('NodeWorker.sendMessageToWorker', { sessionId: this.#workerSession, message })
    return id
  }

  #received(text: string): void {
    const message = JSON.parse(text) as {
      id?: number
      method?: string
      params?: InspectorParams
      result?: unknown
      error?: { message: string }
    }
    if (message.id === undefined) return this.#happened(message.method ?? '', message.params ?? {})
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.error === undefined) waiting?.resolve(message.result)
    else waiting?.reject(new KernelError('kernel/inspector', message.error.message))
  }

  #happened(method: string, params: InspectorParams): void {
    if (method === 'Debugger.scriptParsed') this.#urls.set(String(params['scriptId']), String(params['url']))
    else this.#events?.event(method, params)
  }

  #detached(sessionId: string): void {
    if (sessionId !== this.#workerSession) return
    this.#workerSession = undefined
    this.#urls.clear()
    for (const { reject } of this.#waiting.values())
      reject(new KernelError('kernel/inspector', 'The execution thread has ended'))
    this.#waiting.clear()
    this.#events?.detached()
  }
}

/** Node passes messages to a worker as single bytes: other characters are escaped. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

import { type JsonObject, makeMessage, type MessageOrigin } from '../../src/platform/node/jupyter/index.ts'
import { Debugger } from '../debug/debugger.ts'
import { codeRequest, historyRequest, text } from '../protocol/requests.ts'
import type { Print } from '../protocol/print-ring.ts'
import type { CellError, CommMessage, FromExecution, LanguageReply } from '../protocol/threads.ts'
import { ExecutionThread } from './execution-thread.ts'
import type { Done } from './executor.ts'
import { History } from './history.ts'
import { Iopub } from './iopub.ts'
import { kernelInfo } from './kernel-info.ts'
import type { LanguageThread } from './language-thread.ts'
import { type RunRecord, Runs } from './runs.ts'
import { Shells } from './shells.ts'
import type { Request, Transport } from './transport.ts'

export interface KernelOptions {
  /** The notebook's folder: imports resolve from it. */
  readonly folder: string
  /** Started before everything else, because it takes the longest. */
  readonly language: LanguageThread
  readonly historyPath: string | undefined
  /** Called once after the reply to a shutdown request has left. */
  readonly onShutdown: (restart: boolean) => void
}

/** What a run shows or asks while it goes on. */
type FromRun = Exclude<FromExecution, { kind: 'language' | 'done' | 'ready' | 'interrupted' | 'prints' }>

type Question = Extract<FromExecution, { kind: 'input' }>

type Answer = (request: Request) => Promise<JsonObject> | JsonObject

/**
 * The kernel between its transport and its two threads: messages in, messages out. It knows the protocol and runs no
 * user code, so it answers heartbeat, control, completion and comm questions while a cell runs.
 */
export class Kernel {
  readonly origin: MessageOrigin = { session: crypto.randomUUID(), username: 'kernel' }
  readonly #options: KernelOptions
  readonly #iopub: Iopub
  readonly #language: LanguageThread
  readonly #thread: ExecutionThread
  readonly #shells: Shells
  readonly #debugger: Debugger
  readonly #history: History
  readonly #runs = new Runs()
  readonly #comms = new Map<string, string>()
  /** Input requests that are not answered yet, by their message's id. */
  readonly #questions = new Map<string, Pick<Question, 'run' | 'blocking'>>()
  readonly #answers: ReadonlyMap<string, Answer>
  #transport: Transport | undefined

  constructor(options: KernelOptions) {
    this.#options = options
    this.#iopub = new Iopub(() => this.#transport, this.origin)
    this.#language = options.language
    this.#thread = new ExecutionThread(options.folder, {
      message: (message) => this.#fromExecution(message),
      print: (print) => this.#print(print),
      lost: (why) => this.#threadLost(why),
    })
    this.#history = new History(options.historyPath)
    this.#debugger = new Debugger({
      inspector: this.#thread.inspector,
      language: this.#language,
      emit: (event) => this.#iopub.publish('debug_event', { ...event }, this.#shells.current?.parent),
      isBusy: () => this.#shells.current !== undefined,
    })
    this.#shells = new Shells({
      language: this.#language,
      thread: this.#thread,
      iopub: this.#iopub,
      history: this.#history,
      runs: this.#runs,
      compiled: (cell) => this.#debugger.cellCompiled(cell),
      reply: (request, type, content) => this.#reply(request, type, content),
    })
    this.#answers = this.#makeAnswers()
  }

  /** Begin to answer through `transport`. */
  attach(transport: Transport): void {
    this.#transport = transport
    this.#thread.start()
    this.#iopub.status('starting', undefined)
  }

  /** A client's message. Unknown types are ignored, as the protocol asks. */
  receive(request: Request): void {
    const { message } = request
    const type = message.header.msg_type
    if (type === 'execute_request' && request.channel === 'shell') this.#execute(request)
    else if (type === 'input_reply') this.#inputReply(request)
    else if (type === 'comm_open' || type === 'comm_msg' || type === 'comm_close')
      this.#commMessage(request, type)
    else if (type === 'shutdown_request') void this.#shutdown(request)
    else void this.#answer(request, type)
  }

  /** SIGINT and interrupt requests. */
  async interrupt(): Promise<void> {
    await this.#debugger.terminate()
    await this.#shells.interrupt()
  }

  async close(): Promise<void> {
    this.#iopub.flush()
    await this.#debugger.terminate()
    await this.#transport?.close()
    await Promise.all([this.#history.flush(), this.#language.close(), this.#thread.close()])
  }

  #execute(request: Request): void {
    try {
      this.#shells.enqueue(request)
    } catch (error) {
      this.#iopub.status('busy', request.message.header)
      this.#reply(request, 'execute_reply', { ...errorContent(error) })
      this.#idle(request)
    }
  }

  #makeAnswers(): ReadonlyMap<string, Answer> {
    return new Map<string, Answer>([
      ['kernel_info_request', () => kernelInfo()],
      ['interrupt_request', () => (void this.interrupt(), { status: 'ok' })],
      ['complete_request', (request) => this.#complete(request)],
      ['inspect_request', (request) => this.#inspect(request)],
      ['is_complete_request', (request) => this.#isComplete(request)],
      ['history_request', (request) => this.#historyReply(request)],
      ['create_subshell_request', () => this.#shells.create()],
      ['delete_subshell_request', ({ message }) => this.#shells.delete(text(message.content['subshell_id']))],
      ['list_subshell_request', () => this.#shells.list()],
      ['comm_info_request', (request) => this.#commInfo(request)],
      ['debug_request', async ({ message }) => ({ ...(await this.#debugger.handle(message.content)) })],
    ])
  }

  async #answer(request: Request, type: string): Promise<void> {
    const answer = this.#answers.get(type)
    if (answer === undefined) return
    const parent = request.message.header
    this.#iopub.status('busy', parent)
    let content: JsonObject
    try {
      content = await answer(request)
    } catch (error) {
      content = errorContent(error)
    }
    this.#reply(request, type.replace('_request', '_reply'), content)
    this.#idle(request)
  }

  /** The last status a front end sees must not be idle while a cell runs. */
  #idle(request: Request): void {
    this.#iopub.status('idle', request.message.header)
    const running = this.#shells.current
    if (running !== undefined) this.#iopub.status('busy', running.parent)
  }

  async #complete({ message }: Request): Promise<JsonObject> {
    const { code, cursor } = codeRequest(message.content)
    const { start, end, matches } = await this.#language.call('complete', { code, cursor })
    return {
      status: 'ok',
      matches: matches.map((match) => match.text),
      cursor_start: start,
      cursor_end: end,
      metadata: { _jupyter_types_experimental: matches },
    }
  }

  async #inspect({ message }: Request): Promise<JsonObject> {
    const { found, data } = await this.#language.call('inspect', codeRequest(message.content))
    return { status: 'ok', found, data, metadata: {} }
  }

  async #isComplete({ message }: Request): Promise<JsonObject> {
    return { ...(await this.#language.call('isComplete', { code: text(message.content['code']) })) }
  }

  async #historyReply({ message }: Request): Promise<JsonObject> {
    const { access, n, session, start, stop, pattern, unique, output } = historyRequest(message.content)
    const entries =
      access === 'tail'
        ? await this.#history.tail(n ?? 0)
        : access === 'range'
          ? await this.#history.range(session, start, stop)
          : await this.#history.search(pattern, n, unique)
    const history = entries.map((e) => [e.session, e.line, output ? [e.input, e.output ?? null] : e.input])
    return { status: 'ok', history }
  }

  #commInfo({ message }: Request): JsonObject {
    const target = message.content['target_name']
    const wanted = [...this.#comms].filter(
      ([, name]) => target === undefined || target === null || name === target,
    )
    return {
      status: 'ok',
      comms: Object.fromEntries(wanted.map(([id, name]) => [id, { target_name: name }])),
    }
  }

  #commMessage(request: Request, type: 'comm_open' | 'comm_msg' | 'comm_close'): void {
    const { content, metadata, buffers } = request.message
    const commId = text(content['comm_id'])
    const target = text(content['target_name'])
    if (type === 'comm_open') this.#comms.set(commId, target)
    if (type === 'comm_close') this.#comms.delete(commId)
    this.#iopub.status('busy', request.message.header)
    const { run } = this.#runs.add(request, false, 0)
    const op = type.slice('comm_'.length) as CommMessage['op']
    const data = (content['data'] ?? {}) as CommMessage['data']
    const copies = buffers.map((buffer) => Uint8Array.from(buffer))
    this.#thread.send({ kind: 'comm', run, message: { op, commId, target, data, metadata, buffers: copies } })
  }

  /** To the cell that asked; a client that does not say what it answers means the newest question. */
  #inputReply({ message }: Request): void {
    const { msg_id } = message.parent_header
    const [id, asked] =
      msg_id !== undefined && this.#questions.has(msg_id)
        ? [msg_id, this.#questions.get(msg_id)]
        : ([...this.#questions].at(-1) ?? [])
    if (id === undefined || asked === undefined) return
    this.#questions.delete(id)
    const value = text(message.content['value'])
    if (asked.blocking) this.#thread.answerBlocking(value)
    else this.#thread.answer(asked.run, value)
  }

  async #shutdown(request: Request): Promise<void> {
    const restart = request.message.content['restart'] === true
    this.#iopub.status('busy', request.message.header)
    this.#reply(request, 'shutdown_reply', { status: 'ok', restart })
    this.#iopub.publish('shutdown_reply', { status: 'ok', restart }, request.message.header)
    this.#iopub.status('idle', request.message.header)
    await this.close()
    this.#options.onShutdown(restart)
  }

  #reply(request: Request, type: string, content: JsonObject): void {
    this.#transport?.reply(
      request,
      makeMessage(type, this.origin, { content, parent: request.message.header }),
    )
  }

  #fromExecution(message: FromExecution): void {
    if (message.kind === 'language') void this.#forward(message)
    else if (message.kind === 'done') this.#done(message)
    else if (message.kind !== 'ready' && message.kind !== 'interrupted' && message.kind !== 'prints')
      this.#fromRun(message)
  }

  #done(message: Done): void {
    for (const [id, asked] of this.#questions) if (asked.run === message.run) this.#questions.delete(id)
    this.#shells.finished(message)
  }

  #print({ run, name, text }: Print): void {
    const record = this.#runs.get(run) ?? this.#shells.current
    if (record?.silent === false) this.#iopub.stream(name, text, record.parent)
  }

  #fromRun(message: FromRun): void {
    const record = this.#runs.get(message.run) ?? this.#shells.current
    if (record === undefined || (record.silent && message.kind !== 'input' && message.kind !== 'comm')) return
    try {
      this.#show(message, record)
    } catch (error) {
      this.#iopub.error(failure(error), record.parent)
    }
  }

  #show(message: FromRun, record: RunRecord): void {
    const { parent } = record
    switch (message.kind) {
      case 'display':
        return this.#iopub.display(
          message.update ? 'update_display_data' : 'display_data',
          message.display,
          parent,
        )
      case 'result':
        this.#history.addOutput(record.count, text(message.display.data['text/plain']))
        return this.#iopub.display('execute_result', message.display, parent, {
          execution_count: record.count,
        })
      case 'clear':
        return this.#iopub.publish('clear_output', { wait: message.wait }, parent)
      case 'stray':
        return this.#iopub.error(message.error, parent)
      case 'input':
        return this.#askInput(message, record)
      case 'comm':
        return this.#commOut(message.message, record)
      case 'broadcast': {
        const { type, content, metadata, buffers } = message
        return this.#iopub.publish(type, content, parent, { metadata, buffers })
      }
      case 'handled':
        return this.#idle(record.request)
    }
  }

  #askInput({ prompt, password, blocking, run }: Question, { request, parent }: RunRecord): void {
    this.#iopub.flush()
    const content = { prompt, password }
    const message = makeMessage('input_request', this.origin, { content, parent })
    this.#questions.set(message.header.msg_id, { run, blocking })
    this.#transport?.ask(request, message)
  }

  #commOut({ op, commId, target, data, metadata, buffers }: CommMessage, { parent }: RunRecord): void {
    if (op === 'open') this.#comms.set(commId, target ?? '')
    if (op === 'close') this.#comms.delete(commId)
    const content = { comm_id: commId, data, ...(op === 'open' && { target_name: target }) }
    this.#iopub.publish(`comm_${op}`, content, parent, { metadata, buffers })
  }

  async #forward({ id, request }: Extract<FromExecution, { kind: 'language' }>): Promise<void> {
    const reply = await this.#language.forward(request)
    if (request.method === 'compileModule') await this.#moduleCompiled(reply)
    this.#thread.send({ kind: 'language', id, reply })
  }

  async #moduleCompiled(reply: LanguageReply): Promise<void> {
    if ('answer' in reply && reply.answer !== null && 'files' in reply.answer)
      await this.#debugger.moduleCompiled(reply.answer)
  }

  /** Values are gone with the thread, so the checker forgets their names; open comms have nobody behind them. */
  #threadLost(why: string): void {
    for (const commId of this.#comms.keys())
      this.#iopub.publish('comm_close', { comm_id: commId, data: {} }, undefined)
    this.#comms.clear()
    void this.#language.call('forget', null)
    const evalue = `The execution thread ended (${why}); all variables are lost. Run the notebook from its first cell.`
    const error = { ename: 'ExecutionLost', evalue, traceback: [`ExecutionLost: ${evalue}`] }
    if (this.#shells.current === undefined) this.#iopub.error(error, undefined)
    else this.#shells.lost(error)
  }
}

/** What came from a cell and cannot be encoded, a nesting too deep for instance, is the cell's error. */
function failure(error: unknown): CellError {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  return { ename: name, evalue: message, traceback: [`${name}: ${message}`] }
}

const errorContent = (error: unknown): JsonObject => ({ status: 'error', ...failure(error) })

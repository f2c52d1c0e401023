import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Channel,
  connectKernel,
  decodeMessage,
  type InstalledKernel,
  type JsonObject,
  type JupyterMessage,
  type KernelChannels,
  launchKernel,
  type LaunchedKernel,
  makeMessage,
} from '../../src/platform/node/jupyter/index.ts'
import { kernelMain } from '../support/kernel-main.ts'

export { kernelMain }

const spec: InstalledKernel = {
  name: 'firstlight',
  dir: '',
  spec: {
    argv: [process.execPath, '--no-force-async-hooks-checks', kernelMain, '{connection_file}'],
    display_name: 'TypeScript',
    language: 'typescript',
  },
}

export type Received = JupyterMessage & { readonly channel: Channel }

export interface ExecuteOptions {
  readonly silent?: boolean
  readonly store_history?: boolean
  readonly user_expressions?: Readonly<Record<string, string>>
  readonly allow_stdin?: boolean
  readonly stop_on_error?: boolean
}

/** All that one execution said. */
export interface Execution {
  readonly id: string
  readonly reply: JsonObject
  /** Broadcast messages with this request as parent, to idle. */
  readonly iopub: readonly Received[]
  readonly stdout: string
  readonly stderr: string
  /** text/plain of the result. */
  readonly result: string | undefined
  readonly error: { readonly ename: string; readonly evalue: string; readonly text: string } | undefined
  ofType(type: string): readonly Received[]
}

/** A client of one kernel process of its own, for conformance tests: raw messages in and out. */
export class TestClient {
  readonly kernel: LaunchedKernel
  readonly channels: KernelChannels
  readonly folder: string
  readonly session = crypto.randomUUID()
  readonly received: Received[] = []
  readonly #waiters = new Set<() => void>()

  constructor(kernel: LaunchedKernel, channels: KernelChannels, folder: string) {
    this.kernel = kernel
    this.channels = channels
    this.folder = folder
    channels.onMessage((channel, raw) => {
      this.received.push({ ...decodeMessage(raw), channel })
      for (const wake of this.#waiters) wake()
    })
  }

  static async start(env: Readonly<Record<string, string>> = {}): Promise<TestClient> {
    const folder = mkdtempSync(join(tmpdir(), 'firstlight-test-'))
    const kernel = await launchKernel(spec, {
      cwd: folder,
      env: { ...process.env, FIRSTLIGHT_HISTORY: '', ...env },
      connectionDir: folder,
    })
    kernel.process.stderr?.on('data', (chunk: Uint8Array) => process.stderr.write(chunk))
    const client = new TestClient(kernel, await connectKernel(kernel.connection), folder)
    await client.ready()
    return client
  }

  /** Ask kernel_info until the kernel answers on shell and is heard on iopub. */
  async ready(): Promise<void> {
    for (let i = 0; i < 100; i++) {
      const id = this.send('shell', 'kernel_info_request', {})
      const heard = await this.waitFor(
        () => this.idleOf(id) !== undefined && this.replyTo(id) !== undefined,
        300,
      ).then(
        () => true,
        () => false,
      )
      if (heard) return
    }
    throw new Error('The kernel does not answer')
  }

  send(
    channel: 'shell' | 'control' | 'stdin',
    type: string,
    content: JsonObject,
    more: Partial<JupyterMessage> = {},
  ): string {
    const message = {
      ...makeMessage(type, { session: this.session, username: 'test' }, { content }),
      ...more,
    }
    this.channels.send(channel, message)
    return message.header.msg_id
  }

  async request(channel: 'shell' | 'control', type: string, content: JsonObject = {}): Promise<JsonObject> {
    const id = this.send(channel, type, content)
    await this.waitFor(() => this.replyTo(id) !== undefined && this.idleOf(id) !== undefined)
    return this.replyTo(id)?.content ?? {}
  }

  sendExecute(code: string, options: ExecuteOptions = {}): string {
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    }
    return this.send('shell', 'execute_request', { ...content, ...options })
  }

  async execute(code: string, options: ExecuteOptions = {}): Promise<Execution> {
    return this.finished(this.sendExecute(code, options))
  }

  /** Wait for the reply and idle of an execution. */
  async finished(id: string): Promise<Execution> {
    await this.waitFor(() => this.replyTo(id) !== undefined && this.idleOf(id) !== undefined)
    return this.executionOf(id)
  }

  executionOf(id: string): Execution {
    const iopub = this.iopubOf(id)
    const ofType = (type: string) => iopub.filter((message) => message.header.msg_type === type)
    const stream = (name: string) =>
      ofType('stream')
        .filter(({ content }) => content['name'] === name)
        .map(({ content }) => String(content['text']))
        .join('')
    const result = ofType('execute_result')[0]?.content['data'] as JsonObject | undefined
    const error = ofType('error')[0]?.content
    return {
      id,
      reply: this.replyTo(id)?.content ?? {},
      iopub,
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      result: result === undefined ? undefined : String(result['text/plain']),
      error: error && {
        ename: String(error['ename']),
        evalue: String(error['evalue']),
        text: (error['traceback'] as string[]).join('\n'),
      },
      ofType,
    }
  }

  childrenOf(id: string): Received[] {
    return this.received.filter((message) => message.parent_header.msg_id === id)
  }

  iopubOf(id: string): Received[] {
    return this.childrenOf(id).filter((message) => message.channel === 'iopub')
  }

  replyTo(id: string): Received | undefined {
    return this.childrenOf(id).find((m) => m.channel !== 'iopub' && m.header.msg_type.endsWith('_reply'))
  }

  idleOf(id: string): Received | undefined {
    return this.iopubOf(id).find(
      (m) => m.header.msg_type === 'status' && m.content['execution_state'] === 'idle',
    )
  }

  /** Resolves when `test` holds, tried after each message. */
  waitFor(test: () => boolean, timeoutMs = 25_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = () => {
        if (!test()) return
        clearTimeout(timer)
        this.#waiters.delete(wake)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#waiters.delete(wake)
        const last = this.received
          .slice(-5)
          .map((m) => `${m.header.msg_type} ${JSON.stringify(m.content).slice(0, 200)}`)
        reject(new Error(`Not heard within ${timeoutMs} ms; last messages:\n${last.join('\n')}`))
      }, timeoutMs)
      this.#waiters.add(wake)
      wake()
    })
  }

  async stop(): Promise<void> {
    this.kernel.process.kill('SIGTERM')
    const late = setTimeout(() => this.kernel.process.kill('SIGKILL'), 5000)
    await this.kernel.exited
    clearTimeout(late)
    await this.channels.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

import { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { type Logger, messageOf } from '#core'
import { notFound } from '../errors.ts'
import type { ChannelMessage } from './frames.ts'
import {
  connectKernel,
  decodeMessage,
  encodeMessage,
  type Environment,
  type InstalledKernel,
  type KernelChannels,
  launchKernel,
  type LaunchedKernel,
  makeMessage,
} from './wire.ts'

/** A kernel that ran for less long than this has failed to start. */
const STABLE_MS = 10_000
const MAX_FAST_RESTARTS = 5
/** A kernel that has not answered for so long after a restart is left to start in its own time. */
const READY_MS = 60_000
const PROBE_MS = 500
const SHUTDOWN_MS = 5_000
const TERMINATE_MS = 1_500
const ORIGIN = { session: 'server', username: 'server' }

export type ExecutionState = 'starting' | 'idle' | 'busy' | 'restarting' | 'dead' | 'unknown'

export interface KernelStart {
  readonly id: string
  readonly kernel: InstalledKernel
  readonly cwd: string
  readonly env: Environment
  readonly connectionDir?: string
  readonly log: Logger
}

interface KernelEvents {
  /** A message the server itself says on iopub: restarting, dead. */
  readonly say: [message: ChannelMessage]
  readonly gone: []
}

/** One running kernel process: its life, its state as heard on iopub, interrupt, restart, end. */
export class Kernel extends EventEmitter<KernelEvents> {
  readonly id: string
  readonly name: string
  readonly #start: KernelStart
  #process: LaunchedKernel
  #monitor: KernelChannels
  #state: ExecutionState = 'starting'
  #lastActivity = new Date()
  #startedAt = Date.now()
  #fastRestarts = 0
  /** The process is meant to end. */
  #ending = false
  /** Shut down for good. */
  #over = false
  #turn: Promise<void> = Promise.resolve()

  private constructor(start: KernelStart, launched: LaunchedKernel, monitor: KernelChannels) {
    super()
    this.setMaxListeners(0)
    this.id = start.id
    this.name = start.kernel.name
    this.#start = start
    this.#process = launched
    this.#monitor = monitor
    this.#watch()
  }

  static async start(start: KernelStart): Promise<Kernel> {
    const launched = await launchKernel(start.kernel, optionsOf(start))
    const monitor = await connectKernel(launched.connection, { identity: `monitor-${start.id}` })
    return new Kernel(start, launched, monitor)
  }

  get state(): ExecutionState {
    return this.#state
  }

  get lastActivity(): Date {
    return this.#lastActivity
  }

  get log(): Logger {
    return this.#start.log
  }

  touch(): void {
    this.#lastActivity = new Date()
  }

  /** A client's own sockets; input requests come back to its identity. */
  async connect(identity: string): Promise<KernelChannels> {
    const onRefused = (error: unknown) => this.#start.log.warn(`Kernel ${this.id}: ${messageOf(error)}`)
    return await connectKernel(this.#process.connection, { identity, onRefused })
  }

  async interrupt(): Promise<void> {
    if (this.#start.kernel.spec.interrupt_mode === 'message') {
      this.#monitor.send('control', makeMessage('interrupt_request', ORIGIN))
    } else this.#signal('SIGINT')
  }

  /** New process, same id, ports and key; resolves when it answers, or has not within a minute. */
  async restart(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#over) throw notFound(`Kernel ${this.id} has ended`)
      this.#ending = true
      this.#state = 'restarting'
      await this.#end(true)
      await this.#process.dispose()
      await this.#launch()
      await this.#answering()
    })
  }

  async shutdown(): Promise<void> {
    if (this.#over) return
    this.#over = true
    await this.#inTurn(async () => {
      this.#ending = true
      await this.#end(false)
      await this.#process.dispose()
      await this.#monitor.close()
      this.#state = 'dead'
      this.emit('gone')
    })
  }

  /** One change of the process at a time: a restart, a shutdown and a revival that meet must not leave two running. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(change)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  #watch(): void {
    this.#monitor.onMessage((channel, raw) => {
      if (channel !== 'iopub') return
      this.touch()
      const { header, parent_header, content } = decodeMessage(raw)
      if (header.msg_type !== 'status') return
      const state = stateOf(content['execution_state'])
      // What the server itself asks, several times while a kernel starts, is not work.
      const isOwn = (parent_header as { session?: unknown }).session === ORIGIN.session
      if (!(isOwn && state === 'busy')) this.#state = state
    })
    this.#watchProcess()
  }

  #watchProcess(): void {
    const launched = this.#process
    const keep = (part: Uint8Array) =>
      this.#start.log.debug(`Kernel ${this.id}: ${Buffer.from(part).toString().trimEnd()}`)
    launched.process.stdout?.on('data', keep)
    launched.process.stderr?.on('data', keep)
    void launched.exited.then((code) => {
      if (!this.#ending) void this.#inTurn(() => this.#revive(launched, code))
    })
  }

  /** The process ended by itself: start it again, unless it keeps ending at once. */
  async #revive(launched: LaunchedKernel, code: number | NodeJS.Signals): Promise<void> {
    if (this.#over || launched !== this.#process) return
    this.#fastRestarts = Date.now() - this.#startedAt < STABLE_MS ? this.#fastRestarts + 1 : 1
    this.#start.log.warn(`Kernel ${this.name} ${this.id} ended by itself (${code})`)
    if (this.#fastRestarts > MAX_FAST_RESTARTS) {
      this.#tell('dead')
      return
    }
    try {
      await this.#process.dispose()
      // Clients reconnect and say "has died and is started again" at this word, and at no other.
      this.#tell('restarting')
      await this.#launch()
    } catch (error) {
      this.#start.log.error(`Kernel ${this.name} ${this.id}: ${messageOf(error)}`)
      this.#tell('dead')
    }
  }

  async #launch(): Promise<void> {
    const { connection } = this.#process
    this.#process = await launchKernel(this.#start.kernel, { ...optionsOf(this.#start), connection })
    this.#startedAt = Date.now()
    this.#ending = false
    this.#state = 'starting'
    this.#watchProcess()
  }

  /** Ask for kernel_info until it is answered and the state after it has been heard. */
  async #answering(): Promise<void> {
    const launched = this.#process
    let answered = false
    const off = this.#monitor.onMessage((channel) => {
      answered ||= channel === 'shell'
    })
    const isSettled = () => answered && this.#state !== 'starting'
    const { process: child } = launched
    const isOver = () => this.#over || child.exitCode !== null || child.signalCode !== null
    for (const until = Date.now() + READY_MS; Date.now() < until && !isSettled() && !isOver(); ) {
      this.#monitor.send('shell', makeMessage('kernel_info_request', ORIGIN))
      for (let waited = 0; waited < PROBE_MS && !isSettled(); waited += 10) await delay(10)
    }
    off()
  }

  async #end(restart: boolean): Promise<void> {
    const { exited } = this.#process
    this.#monitor.send('control', makeMessage('shutdown_request', ORIGIN, { content: { restart } }))
    if (await within(exited, SHUTDOWN_MS)) return this.#signal('SIGKILL')
    this.#signal('SIGTERM')
    if (!(await within(exited, TERMINATE_MS))) this.#signal('SIGKILL')
    await exited
  }

  /** Reaches the kernel's whole process group, so that its children go with it. */
  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#process.process
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // The group has ended already.
    }
  }

  #tell(state: ExecutionState): void {
    this.#state = state
    const message = makeMessage('status', ORIGIN, { content: { execution_state: state } })
    this.emit('say', { channel: 'iopub', message: encodeMessage(message) })
  }
}

function optionsOf({ cwd, env, connectionDir }: KernelStart) {
  return { cwd, env, ...(connectionDir !== undefined && { connectionDir }) }
}

const STATES: ReadonlySet<string> = new Set(['starting', 'idle', 'busy', 'restarting', 'dead'])
const stateOf = (value: unknown): ExecutionState =>
  typeof value === 'string' && STATES.has(value) ? (value as ExecutionState) : 'unknown'

/** True when `promise` settles within the time. */
async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([promise.then(() => true as const), late])
  } finally {
    clearTimeout(timer)
  }
}

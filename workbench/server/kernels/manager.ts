import { randomUUID } from 'node:crypto'
import { type Logger, messageOf } from '#core'
import { badRequest, HttpError, notFound } from '../errors.ts'
import { Kernel } from './kernel.ts'
import { Link } from './link.ts'
import type { RateLimits } from './rate-limit.ts'
import { allKernels } from './specs.ts'
import type { Environment, InstalledKernel } from './wire.ts'

const MAX_KERNELS = 64
/** A client's session id is its name towards the kernel, and ZeroMQ's names are this short. */
const MAX_IDENTITY = 255
/** Lines of clients that went away are kept for so many. */
const MAX_LINKS = 32

export interface KernelModel {
  readonly id: string
  readonly name: string
  readonly last_activity: string
  readonly execution_state: string
  readonly connections: number
}

export interface ManagerOptions {
  readonly own: InstalledKernel
  /** Environment of kernels and of the search for installed ones. */
  readonly env: Environment
  readonly connectionDir?: string
  readonly cullIdleSec: number
  readonly cullEverySec?: number
  readonly rateLimits?: RateLimits
  readonly maxKernels?: number
  readonly log: Logger
}

/** All kernels of this server, and the clients' lines to them. */
export class KernelManager {
  readonly #options: ManagerOptions
  readonly #kernels = new Map<string, Kernel>()
  readonly #links = new Map<string, Map<string, Link>>()
  readonly #culler: NodeJS.Timeout | undefined
  #starting = 0
  #closed = false

  constructor(options: ManagerOptions) {
    this.#options = options
    const { cullIdleSec, cullEverySec = 300 } = options
    if (cullIdleSec > 0) {
      this.#culler = setInterval(() => void this.#cull(), cullEverySec * 1000)
      this.#culler.unref()
    }
  }

  async specs(): Promise<InstalledKernel[]> {
    return await allKernels(this.#options.own, this.#options.env)
  }

  async spec(name: string): Promise<InstalledKernel> {
    const found = (await this.specs()).find((kernel) => kernel.name === name)
    if (found === undefined) throw notFound(`No kernel named ${name}`)
    return found
  }

  async start(name: string | undefined, cwd: string, env: Environment = {}): Promise<Kernel> {
    const { maxKernels = MAX_KERNELS } = this.#options
    if (this.#kernels.size + this.#starting >= maxKernels)
      throw new HttpError(503, `${maxKernels} kernels are running already; shut one down`)
    this.#starting++
    try {
      const kernel = await this.#launch(await this.spec(name ?? this.#options.own.name), cwd, env)
      this.#kernels.set(kernel.id, kernel)
      this.#options.log.info(`Started kernel ${kernel.name} ${kernel.id}`)
      // The server may have been stopped meanwhile: leave no process behind.
      if (this.#closed) await this.shutdown(kernel.id)
      return kernel
    } finally {
      this.#starting--
    }
  }

  async #launch(kernel: InstalledKernel, cwd: string, env: Environment): Promise<Kernel> {
    const { connectionDir, log } = this.#options
    return await Kernel.start({
      id: randomUUID(),
      kernel,
      cwd,
      env: { ...this.#options.env, ...env },
      ...(connectionDir !== undefined && { connectionDir }),
      log,
    }).catch((error: unknown) => {
      throw new HttpError(
        500,
        `${messageOf(error)} (${kernel.spec.argv.join(' ')})`,
        'server/kernel-no-start',
      )
    })
  }

  get(id: string): Kernel {
    const kernel = this.#kernels.get(id)
    if (kernel === undefined) throw notFound(`No kernel with id ${id}`)
    return kernel
  }

  has(id: string): boolean {
    return this.#kernels.has(id)
  }

  list(): Kernel[] {
    return [...this.#kernels.values()]
  }

  modelOf(kernel: Kernel): KernelModel {
    return {
      id: kernel.id,
      name: kernel.name,
      last_activity: kernel.lastActivity.toISOString(),
      execution_state: kernel.state,
      connections: this.#connections(kernel.id),
    }
  }

  /** The client session's line, the old one when it comes back; lines of other sessions that are away end. */
  async link(kernel: Kernel, sessionId: string): Promise<Link> {
    if (sessionId === '') throw badRequest('A session_id is needed')
    if (sessionId.startsWith('\0') || Buffer.byteLength(sessionId) > MAX_IDENTITY)
      throw badRequest(`A session_id has at most ${MAX_IDENTITY} bytes and begins with none that is zero`)
    const links = this.#links.get(kernel.id) ?? new Map<string, Link>()
    this.#links.set(kernel.id, links)
    const known = links.get(sessionId)
    if (known !== undefined) return known
    for (const [id, link] of links) {
      if (link.connected && links.size < MAX_LINKS) continue
      links.delete(id)
      await link.close()
    }
    const link = await Link.open(kernel, sessionId, this.#options.rateLimits)
    links.set(sessionId, link)
    return link
  }

  async shutdown(id: string): Promise<void> {
    const kernel = this.get(id)
    this.#kernels.delete(id)
    await kernel.shutdown()
    for (const link of this.#links.get(id)?.values() ?? []) await link.close()
    this.#links.delete(id)
    this.#options.log.info(`Shut kernel ${id} down`)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#culler)
    await Promise.all([...this.#kernels.keys()].map((id) => this.shutdown(id)))
  }

  #connections(id: string): number {
    return [...(this.#links.get(id)?.values() ?? [])].filter((link) => link.connected).length
  }

  async #cull(): Promise<void> {
    const before = Date.now() - this.#options.cullIdleSec * 1000
    for (const kernel of this.list()) {
      const unused = kernel.state !== 'busy' && this.#connections(kernel.id) === 0
      if (unused && kernel.lastActivity.getTime() < before) await this.shutdown(kernel.id)
    }
  }
}

import { randomUUID } from 'node:crypto'
import { badRequest, HttpError, notFound } from '../errors.ts'
import type { JsonObject } from '../http/body.ts'
import { isObject } from '../http/body.ts'
import type { Confinement } from '../contents/confine.ts'
import type { Kernel } from '../kernels/kernel.ts'
import type { KernelManager, KernelModel } from '../kernels/manager.ts'
import { startFrom } from '../kernels/routes.ts'

export interface SessionModel {
  readonly id: string
  readonly path: string
  readonly name: string
  readonly type: string
  readonly kernel: KernelModel | null
  readonly notebook?: { readonly path: string; readonly name: string }
}

interface Session {
  readonly id: string
  path: string
  name: string
  type: string
  kernelId: string
}

/** Which document uses which kernel. */
export class Sessions {
  readonly #kernels: KernelManager
  readonly #place: Confinement
  readonly #sessions = new Map<string, Session>()
  /** Creations under way, so that two requests for one path get one kernel. */
  readonly #creating = new Map<string, Promise<Session>>()

  constructor(kernels: KernelManager, place: Confinement) {
    this.#kernels = kernels
    this.#place = place
  }

  /** Sessions whose kernel still runs. */
  list(): SessionModel[] {
    for (const [id, session] of this.#sessions)
      if (!this.#kernels.has(session.kernelId)) this.#sessions.delete(id)
    return [...this.#sessions.values()].map((session) => this.#modelOf(session))
  }

  get(id: string): SessionModel {
    return this.#modelOf(this.#session(id))
  }

  /** The session of the path if there is one, else a new one with the kernel asked for. */
  async create(body: JsonObject): Promise<SessionModel> {
    const { path, type } = body
    if (typeof path !== 'string' || path === '') throw badRequest('A path is needed')
    if (typeof type !== 'string' || type === '') throw badRequest('A type is needed')
    const known = [...this.#sessions.values()].find(
      (session) => session.path === path && this.#kernels.has(session.kernelId),
    )
    if (known !== undefined) return this.#modelOf(known)
    const creating = this.#creating.get(path) ?? this.#create(path, type, body)
    this.#creating.set(path, creating)
    try {
      return this.#modelOf(await creating)
    } finally {
      this.#creating.delete(path)
    }
  }

  /** Rename, or switch to another kernel; the kernel left behind ends when no other session uses it. */
  async update(id: string, body: JsonObject): Promise<SessionModel> {
    const session = this.#session(id)
    for (const field of ['path', 'name', 'type'] as const) {
      const value = body[field]
      if (typeof value === 'string') session[field] = value
    }
    if (isObject(body['kernel'])) {
      const before = session.kernelId
      session.kernelId = (await this.#kernelFor(session.path, body['kernel'])).id
      if (before !== session.kernelId) await this.#release(before)
    }
    return this.#modelOf(session)
  }

  async delete(id: string): Promise<void> {
    const session = this.#session(id)
    this.#sessions.delete(id)
    if (!this.#kernels.has(session.kernelId))
      throw new HttpError(410, 'The kernel was gone before its session')
    await this.#release(session.kernelId)
  }

  async #create(path: string, type: string, body: JsonObject): Promise<Session> {
    const kernel = await this.#kernelFor(path, isObject(body['kernel']) ? body['kernel'] : {})
    const name = typeof body['name'] === 'string' ? body['name'] : ''
    const session = { id: randomUUID(), path, type, name, kernelId: kernel.id }
    this.#sessions.set(session.id, session)
    return session
  }

  async #kernelFor(path: string, wanted: JsonObject): Promise<Kernel> {
    const { id, name } = wanted
    if (typeof id === 'string' && id !== '') return this.#kernels.get(id)
    return await startFrom(this.#kernels, this.#place, { name, path })
  }

  async #release(kernelId: string): Promise<void> {
    const used = [...this.#sessions.values()].some((session) => session.kernelId === kernelId)
    if (!used && this.#kernels.has(kernelId)) await this.#kernels.shutdown(kernelId)
  }

  #session(id: string): Session {
    const session = this.#sessions.get(id)
    if (session === undefined) throw notFound(`No session with id ${id}`)
    return session
  }

  #modelOf({ id, path, name, type, kernelId }: Session): SessionModel {
    const kernel = this.#kernels.has(kernelId) ? this.#kernels.modelOf(this.#kernels.get(kernelId)) : null
    return { id, path, name, type, kernel, ...(type === 'notebook' && { notebook: { path, name } }) }
  }
}

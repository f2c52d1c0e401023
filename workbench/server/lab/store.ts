import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomic } from '../contents/atomic.ts'

export interface StoredText {
  readonly id: string
  readonly text: string
  readonly created: string
  readonly last_modified: string
}

/** Small texts under free names (settings, workspaces), one file each; a name never becomes a path. */
export class TextStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async get(id: string): Promise<StoredText | undefined> {
    return await this.#read(fileNameOf(id))
  }

  async list(): Promise<StoredText[]> {
    const names = await readdir(this.#folder).catch(() => [])
    const found = await Promise.all(
      names.filter((name) => name.endsWith('.json')).map((name) => this.#read(name)),
    )
    return found.filter((item) => item !== undefined)
  }

  async set(id: string, text: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await writeAtomic(join(this.#folder, fileNameOf(id)), JSON.stringify({ id, text }))
  }

  async delete(id: string): Promise<boolean> {
    if ((await this.get(id)) === undefined) return false
    await rm(join(this.#folder, fileNameOf(id)), { force: true })
    return true
  }

  async #read(name: string): Promise<StoredText | undefined> {
    try {
      const file = join(this.#folder, name)
      const { id, text } = JSON.parse(await readFile(file, 'utf8')) as { id: string; text: string }
      const { birthtime, mtime } = await stat(file)
      return { id, text, created: birthtime.toISOString(), last_modified: mtime.toISOString() }
    } catch {
      return undefined
    }
  }
}

const fileNameOf = (id: string): string =>
  `${createHash('sha256').update(id).digest('hex').slice(0, 32)}.json`

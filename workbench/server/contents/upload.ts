import { open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { badRequest, HttpError } from '../errors.ts'

/** Largest file that pieces may add up to. */
const UPLOAD_BYTES = 8 * 2 ** 30
/** A piece that does not come for so long ends the upload. */
const STALE_MS = 10 * 60_000

interface Upload {
  readonly part: string
  next: number
  size: number
  timer: NodeJS.Timeout
}

/** Files that arrive in pieces 1, 2, … and -1 for the last; the file appears under its name with the last one. */
export class Uploads {
  readonly #open = new Map<string, Upload>()
  readonly #limit: number

  constructor(limit = UPLOAD_BYTES) {
    this.#limit = limit
  }

  /** Add a piece; true when the file is complete. */
  async add(file: string, chunk: number, bytes: Uint8Array): Promise<boolean> {
    if (chunk === 1) await this.#begin(file)
    const upload = this.#open.get(file)
    if (upload === undefined) throw badRequest(`Piece ${chunk} of ${basename(file)} came before piece 1`)
    if (chunk !== -1 && chunk !== upload.next) {
      throw badRequest(`Piece ${upload.next} of ${basename(file)} was expected, piece ${chunk} came`)
    }
    upload.size += bytes.byteLength
    if (upload.size > this.#limit) {
      await this.#drop(file)
      throw new HttpError(413, `${basename(file)} is larger than ${this.#limit} bytes`)
    }
    await append(upload.part, bytes)
    upload.next++
    upload.timer.refresh()
    if (chunk !== -1) return false
    await rename(upload.part, file)
    clearTimeout(upload.timer)
    this.#open.delete(file)
    return true
  }

  /** Bytes received so far. */
  async sizeOf(file: string): Promise<{ size: number; mtime: Date } | undefined> {
    const upload = this.#open.get(file)
    return upload && (await stat(upload.part))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((file) => this.#drop(file)))
  }

  async #begin(file: string): Promise<void> {
    await this.#drop(file)
    const part = join(dirname(file), `.~${basename(file)}.part`)
    await rm(part, { force: true })
    const timer = setTimeout(() => void this.#drop(file), STALE_MS)
    timer.unref()
    this.#open.set(file, { part, next: 1, size: 0, timer })
  }

  async #drop(file: string): Promise<void> {
    const upload = this.#open.get(file)
    if (upload === undefined) return
    clearTimeout(upload.timer)
    this.#open.delete(file)
    await rm(upload.part, { force: true })
  }
}

async function append(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'a')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

import { copyFile, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { badRequest, notFound } from '../errors.ts'
import { writeAtomic } from './atomic.ts'
import type { Confinement, ContentsPath } from './confine.ts'

/** Folder beside a file that keeps its checkpoint. */
export const CHECKPOINTS = '.ipynb_checkpoints'

export interface CheckpointModel {
  readonly id: string
  readonly last_modified: string
}

/** One checkpoint a file, with the one id that the interface needs. */
export class Checkpoints {
  readonly #place: Confinement

  constructor(place: Confinement) {
    this.#place = place
  }

  async list(path: ContentsPath): Promise<CheckpointModel[]> {
    const found = await modelOf(checkpointOf(await this.#file(path)))
    return found === undefined ? [] : [found]
  }

  async create(path: ContentsPath): Promise<CheckpointModel> {
    const file = await this.#file(path)
    return await copyTo(file)
  }

  /** Jupyter keeps the state at the first save of a file. */
  async createIfAbsent(file: string): Promise<void> {
    if ((await modelOf(checkpointOf(file))) === undefined) await copyTo(file)
  }

  async restore(path: ContentsPath, id: string): Promise<void> {
    const file = await this.#file(path)
    await writeAtomic(file, await readFile(await existing(file, id)))
  }

  async delete(path: ContentsPath, id: string): Promise<void> {
    await rm(await existing(await this.#file(path), id))
  }

  /** Keep the checkpoint with a file that got another name. */
  async rename(from: string, to: string): Promise<void> {
    if ((await modelOf(checkpointOf(from))) === undefined) return
    await mkdir(dirname(checkpointOf(to)), { recursive: true })
    await rename(checkpointOf(from), checkpointOf(to))
  }

  async forget(file: string): Promise<void> {
    await rm(checkpointOf(file), { force: true })
  }

  async #file(path: ContentsPath): Promise<string> {
    const file = await this.#place.existing(path)
    if (!(await stat(file)).isFile()) throw badRequest(`${path} is not a file`)
    return file
  }
}

const ID = 'checkpoint'

function checkpointOf(file: string): string {
  const ext = extname(file)
  return join(dirname(file), CHECKPOINTS, `${basename(file, ext)}-${ID}${ext}`)
}

async function copyTo(file: string): Promise<CheckpointModel> {
  const checkpoint = checkpointOf(file)
  await mkdir(dirname(checkpoint), { recursive: true })
  await copyFile(file, checkpoint)
  return (await modelOf(checkpoint)) ?? { id: ID, last_modified: new Date().toISOString() }
}

async function existing(file: string, id: string): Promise<string> {
  const checkpoint = checkpointOf(file)
  if (id !== ID || (await modelOf(checkpoint)) === undefined) throw notFound(`No checkpoint ${id}`)
  return checkpoint
}

async function modelOf(checkpoint: string): Promise<CheckpointModel | undefined> {
  try {
    return { id: ID, last_modified: (await stat(checkpoint)).mtime.toISOString() }
  } catch {
    return undefined
  }
}

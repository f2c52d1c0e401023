import { readFile, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FirstlightError } from '#core'
import type { JsonObject } from '../http/body.ts'
import { intermediateOf } from './atomic.ts'
import { parseNotebook } from './notebook.ts'

/**
 * Read a notebook from disk. When it does not parse but the file that a save left beside it does (another program wrote
 * over it, or the machine stopped between the two), the bad one is set aside as `NAME.invalid` and the good one taken.
 * @throws HttpError 400 saying what is wrong when nothing better is there
 */
export async function readNotebook(file: string): Promise<JsonObject> {
  const name = basename(file)
  try {
    return parseNotebook(await readFile(file), name)
  } catch (error) {
    if (!(error instanceof FirstlightError)) throw error
    const better = await readIntermediate(file, name)
    if (better === undefined) throw error
    await rename(file, join(dirname(file), `${name}.invalid`))
    await rename(intermediateOf(file), file)
    return better
  }
}

async function readIntermediate(file: string, name: string): Promise<JsonObject | undefined> {
  try {
    return parseNotebook(await readFile(intermediateOf(file)), name)
  } catch {
    return undefined
  }
}

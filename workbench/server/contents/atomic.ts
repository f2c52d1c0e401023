import { open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Name that a file has while it is written: in the same folder, so that the rename is atomic. */
export const intermediateOf = (file: string): string => join(dirname(file), `.~${basename(file)}`)

/** Replace a file in one step: write beside it, sync, rename over it. A crash leaves the old bytes or the new. */
export async function writeAtomic(file: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = intermediateOf(file)
  const mode = await modeOf(file)
  try {
    const handle = await open(temporary, 'w', mode)
    try {
      await handle.writeFile(bytes)
      if (mode !== undefined) await handle.chmod(mode)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function modeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mode & 0o777
  } catch {
    return undefined
  }
}

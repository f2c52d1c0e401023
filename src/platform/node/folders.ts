import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FirstlightError } from '#core'
import { isSystemError } from './system-error.ts'

/** A folder and those above it. Not by mkdir's `recursive`, which Node 20 repeats for ever where no folder can be made, as in /proc. */
export async function makeFolders(path: string, mode?: number): Promise<void> {
  const made = await makeFolder(path, mode)
  if (made !== 'no parent') return
  if (dirname(path) !== path) await makeFolders(dirname(path), mode)
  if ((await makeFolder(path, mode)) === 'no parent')
    throw new FirstlightError(
      'files/denied',
      `Cannot make the folder ${path}: its parent takes no new folders.`,
    )
}

async function makeFolder(path: string, mode: number | undefined): Promise<'there' | 'no parent'> {
  try {
    await mkdir(path, mode)
    return 'there'
  } catch (error) {
    if (!isSystemError(error)) throw error
    if (error.code === 'ENOENT') return 'no parent'
    if (error.code === 'ENOTDIR')
      throw new FirstlightError(
        'files/not-found',
        `Cannot make the folder ${path}: a part of the path is a file, not a folder.`,
      )
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory() === true) return 'there'
    if (found === undefined) throw error
    throw new FirstlightError(
      'files/exists',
      `Cannot make the folder ${path}: there is a file of that name.`,
      {
        hint: 'Name another folder, or move the file away.',
        data: { path },
      },
    )
  }
}

import { statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isAddress } from '#butler'
import { FirstlightError } from '#core'
import { placeFrom } from '../../platform/node/place.ts'
import { routedFiles } from '../../platform/node/remote/routed-files.ts'

/** The bytes of a file that a user names by path or address. */
export const readNamed = (folder: string, name: string): Promise<Uint8Array> =>
  routedFiles.readBytes(placeFrom(folder, name))

export const readNamedText = (folder: string, name: string): Promise<string> =>
  routedFiles.readText(placeFrom(folder, name))

/** Is there a file at an address? */
export const hasNamed = async (address: string): Promise<boolean> =>
  (await routedFiles.stat(placeFrom('', address))) !== undefined

/** Write to a file that a user names by path or address: it is whole or as it was. What is no file, as `/dev/stdout`, is written to. */
export async function writeNamed(
  folder: string,
  name: string,
  content: string | Iterable<Uint8Array>,
): Promise<void> {
  await needFolder(folder, name)
  const place = placeFrom(folder, name)
  const isStream = !isAddress(place) && statSync(place, { throwIfNoEntry: false })?.isFile() === false
  if (isStream) await writeFile(place, content)
  else if (typeof content === 'string') await routedFiles.writeAtomic(place, content)
  else await routedFiles.writeChunks(place, content)
}

/** Refuses a file to be written where there is no folder for it; servers make theirs. Throws `files/not-found`. */
export async function needFolder(folder: string, name: string): Promise<void> {
  const place = placeFrom(folder, name)
  if (isAddress(place) || (await routedFiles.stat(dirname(place)))?.kind === 'directory') return
  throw new FirstlightError('files/not-found', `The folder of ${name} does not exist.`, {
    hint: 'Make it, or write to another one.',
  })
}

import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isAddress } from '#butler'
import { placeFrom } from '../../platform/node/place.ts'
import { routedFiles } from '../../platform/node/remote/routed-files.ts'

/** The bytes of a file that a user names by path or address. */
export const readNamed = (folder: string, name: string): Promise<Uint8Array> =>
  routedFiles.readBytes(placeFrom(folder, name))

export const readNamedText = (folder: string, name: string): Promise<string> =>
  routedFiles.readText(placeFrom(folder, name))

/** Write to a file that a user names by path or address. A path is written as it is: it may be `/dev/stdout`. */
export async function writeNamed(
  folder: string,
  name: string,
  content: string | Iterable<Uint8Array>,
): Promise<void> {
  const place = placeFrom(folder, name)
  if (!isAddress(place)) await writeFile(place, content)
  else if (typeof content === 'string') await routedFiles.writeAtomic(place, content)
  else await routedFiles.writeChunks(place, inTurn(content))
}

/** Whether the folder of a file to be written is there; servers make theirs. */
export async function hasFolder(folder: string, name: string): Promise<boolean> {
  const place = placeFrom(folder, name)
  return isAddress(place) || (await routedFiles.stat(dirname(place)))?.kind === 'directory'
}

async function* inTurn(parts: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* parts
}

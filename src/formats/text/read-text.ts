import type { ByteSource } from '#core'
import { formatError } from '../errors.ts'

export const readAll = (source: ByteSource): Promise<Uint8Array> => source.read(0, source.size)

/** The whole of a source as UTF-8. @throws FirstlightError 'formats/bad-file' */
export async function readText(source: ByteSource): Promise<string> {
  const bytes = await readAll(source)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw formatError('bad-file', `${source.name} is not UTF-8 text.`, { cause })
  }
}

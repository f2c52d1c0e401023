import { concatBytes, type FileWrite } from '#core'

/** What is to be written as the body of a request. */
export function bodyOf(content: FileWrite): Uint8Array<ArrayBuffer> {
  if (typeof content === 'string') return new TextEncoder().encode(content)
  return concatBytes(content instanceof Uint8Array ? [content] : content)
}

export const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes)

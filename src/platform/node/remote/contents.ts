import { type ByteSource, type ChunkSource, concatBytes, type FileWrite } from '#core'

/** What is to be written as the body of a request. */
export function bodyOf(content: FileWrite): Uint8Array<ArrayBuffer> {
  if (typeof content === 'string') return new TextEncoder().encode(content)
  return concatBytes(content instanceof Uint8Array ? [content] : content)
}

export const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes)

/** One request sends all bytes: what comes in pieces is gathered first. */
export async function gather(chunks: ChunkSource): Promise<readonly Uint8Array[]> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return parts
}

/** Pieces of a file on its way to another place. */
const PIECE = 1 << 24

/** The bytes of a source, piece by piece; it is closed at the end. */
export async function* chunksOf(
  source: ByteSource & { close?: () => Promise<void> },
): AsyncGenerator<Uint8Array> {
  try {
    for (let at = 0; at < source.size; at += PIECE) yield await source.read(at, PIECE)
  } finally {
    await source.close?.()
  }
}

import type { FileWrite } from '#core'

const encoder = new TextEncoder()

/** What is written to a file, in bytes. */
export const fileBytes = (content: FileWrite): readonly Uint8Array[] =>
  typeof content === 'string'
    ? [encoder.encode(content)]
    : content instanceof Uint8Array
      ? [content]
      : content

/** Its size in bytes. */
export function fileSize(content: FileWrite): number {
  if (typeof content === 'string') return encoder.encode(content).byteLength
  if (content instanceof Uint8Array) return content.byteLength
  return content.reduce((n, part) => n + part.byteLength, 0)
}

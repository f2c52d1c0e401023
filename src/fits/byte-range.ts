import type { ByteSource } from '#core'
import { fitsError } from './errors.ts'

/** Exactly these bytes of a source. @throws 'fits/truncated' when the source ends before */
export async function readExactly(
  source: ByteSource,
  offset: number,
  length: number,
  where: string,
): Promise<Uint8Array> {
  const bytes = await source.read(offset, length)
  if (bytes.length === length) return bytes
  throw fitsError(
    'fits/truncated',
    where,
    `bytes ${offset} to ${offset + length} are wanted, the file ends at ${source.size}.`,
    { hint: 'Copy or download the file again.', data: { wanted: length, found: bytes.length } },
  )
}

const MAX_BYTES = 2 ** 33

/** Make a buffer of a size that a file announces. @throws 'fits/bad-size' rather than a RangeError */
export function allocate(bytes: number, where: string): ArrayBuffer {
  try {
    if (bytes <= MAX_BYTES) return new ArrayBuffer(bytes)
  } catch {
    // told below
  }
  throw fitsError('fits/bad-size', where, `${bytes} bytes of pixels do not fit in memory; ask for a box.`)
}

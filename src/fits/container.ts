import { decompressZstd } from 'hyparquet-compressors'
import { type ByteSource, bytesSource, messageOf } from '#core'
import { bunzip2 } from './bunzip2.ts'
import { fitsError } from './errors.ts'
import { gunzip } from './gunzip.ts'

/**
 * The plain bytes of a file that may be packed as a whole. Told by its first bytes, not by its name.
 * @throws 'fits/unsupported' for packings that are recognised but not read
 */
export async function unwrapSource(source: ByteSource, name: string): Promise<ByteSource> {
  const magic = await source.read(0, 6)
  if (startsWith(magic, [0x1f, 0x8b])) {
    const packed = await source.read(0, source.size)
    return bytesSource(
      unpack(name, 'gzip', () => gunzip(packed)),
      name,
    )
  }
  if (startsWith(magic, [0x42, 0x5a, 0x68])) {
    const packed = await source.read(0, source.size)
    return bytesSource(
      unpack(name, 'bzip2', () => bunzip2(packed)),
      name,
    )
  }
  if (startsWith(magic, [0x28, 0xb5, 0x2f, 0xfd])) {
    const packed = await source.read(0, source.size)
    return bytesSource(
      unpack(name, 'zstd', () => decompressZstd(packed)),
      name,
    )
  }
  for (const [format, ...bytes] of UNREAD) if (startsWith(magic, bytes)) throw unsupported(name, format)
  return source
}

const UNREAD: readonly (readonly [format: string, ...magic: number[]])[] = [
  ['xz', 0xfd, 0x37, 0x7a, 0x58, 0x5a],
  ['ZIP', 0x50, 0x4b, 0x03, 0x04],
  ['Unix compress (.Z)', 0x1f, 0x9d],
]

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((b, i) => bytes[i] === b)

const unsupported = (name: string, format: string) =>
  fitsError('fits/unsupported', name, `the file is packed with ${format}, which is not read.`, {
    hint: 'Unpack it first, or pack it with gzip.',
    data: { feature: format },
  })

function unpack(name: string, format: string, work: () => Uint8Array): Uint8Array {
  try {
    return work()
  } catch (error) {
    throw fitsError('fits/corrupt', name, `the ${format} data cannot be unpacked: ${messageOf(error)}.`, {
      cause: error,
    })
  }
}

import type { ImageHduOptions } from './image-types.ts'
import { fitsError } from './errors.ts'
import { compressedHdu } from './compress/write.ts'
import { toBigEndian } from './endian.ts'
import type { Header } from './header.ts'
import type { CompressionType, PixelArray, QuantizeOptions } from './image-types.ts'
import { type Bitpix, flipSign, type StoredArray, type StoredPixels } from './pixel-format.ts'
import { product } from './structure.ts'
import { addUserCards, extensionHeader, isImageCard } from './structure-cards.ts'
import type { HduData } from './write.ts'

/** An image ready to be written. Unsigned and 8-bit signed integers get the BZERO convention. */
export function imageHdu(options: ImageHduOptions): HduData {
  const stored = toStored(options.data)
  const shape = options.shape ?? [options.height, options.width]
  if (product(shape) !== options.data.length)
    throw fitsError(
      'fits/cannot-write',
      options.name ?? '',
      `The image has ${options.data.length} pixels, its shape ${shape.join(' × ')} wants ${product(shape)}.`,
    )
  const header = imageHeader(options, shape, stored)
  if (options.compress !== undefined)
    return compressedHdu({ ...options, compress: options.compress }, shape, stored, header)
  return { kind: 'image', header, data: [toBigEndian(stored.values, Math.abs(stored.bitpix) / 8)] }
}

/** A primary without data: what goes before tables and compressed images. */
export const primaryHdu = (header?: Header): HduData => ({
  kind: 'image',
  header: addUserCards(extensionHeader({ bitpix: 8, axes: [] }), header, undefined, undefined, isImageCard),
  data: [],
})

function toStored(data: PixelArray): StoredPixels {
  if (data instanceof Uint8Array) return { bitpix: 8, values: data, zero: undefined }
  if (data instanceof Int16Array) return { bitpix: 16, values: data, zero: undefined }
  if (data instanceof Int32Array) return { bitpix: 32, values: data, zero: undefined }
  if (data instanceof BigInt64Array) return { bitpix: 64, values: data, zero: undefined }
  if (data instanceof Float32Array) return { bitpix: -32, values: data, zero: undefined }
  if (data instanceof Float64Array) return { bitpix: -64, values: data, zero: undefined }
  const copy = data.slice()
  if (copy instanceof Int8Array) {
    const bytes = new Uint8Array(copy.buffer)
    flipSign(bytes)
    return { bitpix: 8, values: bytes, zero: -128 }
  }
  if (copy instanceof Uint16Array) {
    const values = new Int16Array(copy.buffer)
    flipSign(values)
    return { bitpix: 16, values, zero: 32768 }
  }
  if (copy instanceof Uint32Array) {
    const values = new Int32Array(copy.buffer)
    flipSign(values)
    return { bitpix: 32, values, zero: 2147483648 }
  }
  const values = new BigInt64Array(copy.buffer as ArrayBuffer)
  flipSign(values)
  return { bitpix: 64, values, zero: 9223372036854775808n }
}

function imageHeader(
  options: ImageHduOptions,
  shape: readonly number[],
  { bitpix, zero }: StoredPixels,
): Header {
  const header = extensionHeader({ bitpix, axes: shape.toReversed() })
  if (zero !== undefined) header.append(['BSCALE', 1]).append(['BZERO', zero, 'unsigned integers'])
  if (options.blank !== undefined && bitpix > 0)
    header.append(['BLANK', Number(BigInt(options.blank) - BigInt(zero ?? 0)), 'value of undefined pixels'])
  const user = options.header?.copy()
  if (options.unit !== undefined) {
    header.append(['BUNIT', options.unit])
    user?.delete('BUNIT')
  }
  return addUserCards(header, user, options.name, options.version, isImageCard)
}

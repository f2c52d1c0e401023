import { fitsError } from '../errors.ts'
import type { Hdu } from '../hdu.ts'
import type { PixelFormat, StoredArray } from '../pixel-format.ts'
import type { ImagePart } from '../image-types.ts'

export async function readCompressed(
  hdu: Hdu,
  part: ImagePart,
  format: PixelFormat,
): Promise<{ stored: StoredArray; format: PixelFormat }> {
  await Promise.resolve()
  throw fitsError('fits/unsupported', hdu.where, `not yet ${part.planes} ${format.bitpix}`)
}

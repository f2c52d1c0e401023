import { fitsError } from '../errors.ts'
import type { Header } from '../header.ts'
import type { CompressionType } from '../image-types.ts'
import type { HduData } from '../write.ts'
import type { ImageHduOptions, StoredPixels } from '../write-image.ts'

export function compressedHdu(
  options: ImageHduOptions & { readonly compress: CompressionType },
  shape: readonly number[],
  stored: StoredPixels,
  header: Header,
): HduData {
  throw fitsError(
    'fits/unsupported',
    '',
    `not yet ${options.compress} ${shape.length} ${stored.bitpix} ${header.where}`,
  )
}

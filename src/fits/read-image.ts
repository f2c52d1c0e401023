import { fitsError } from './errors.ts'
import type { Hdu } from './hdu.ts'
import type { FitsImage, PixelBox } from './image-types.ts'

/** Pixels of an image or compressed-image HDU, or of a box of it; only the bytes needed are read. */
export async function readImage(hdu: Hdu, box?: PixelBox): Promise<FitsImage> {
  await Promise.resolve()
  throw fitsError('fits/unsupported', hdu.where, `not yet ${box?.x0}`)
}

/** As readImage, as float32 with undefined pixels NaN whatever the file holds. */
export async function readFloatImage(hdu: Hdu, box?: PixelBox): Promise<FitsImage<Float32Array>> {
  await Promise.resolve()
  throw fitsError('fits/unsupported', hdu.where, `not yet ${box?.x0}`)
}

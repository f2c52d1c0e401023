import { fitsError } from './errors.ts'
import type { Header } from './header.ts'
import type { CompressionType, PixelArray, QuantizeOptions } from './image-types.ts'
import type { HduData } from './write.ts'

export interface ImageHduOptions {
  readonly data: PixelArray
  readonly width: number
  readonly height: number
  /** Slowest axis first, when the array has more than two axes (then width and height are the fastest two). */
  readonly shape?: readonly number[]
  /** User cards; structural cards in it are ignored. */
  readonly header?: Header
  /** EXTNAME. */
  readonly name?: string
  readonly version?: number
  readonly unit?: string
  /** BLANK: the integer that marks undefined pixels, in physical units. */
  readonly blank?: number
  readonly compress?: CompressionType
  /** [width, height] of a tile; one row is the default. */
  readonly tile?: readonly [width: number, height: number]
  /** For RICE_1 of floats: required, since it loses precision. */
  readonly quantize?: QuantizeOptions
}

export function imageHdu(options: ImageHduOptions): HduData {
  throw fitsError('fits/unsupported', '', `not yet ${options.width}`)
}

/** A primary without data: what goes before tables and compressed images. */
export function primaryHdu(header?: Header): HduData {
  throw fitsError('fits/unsupported', '', `not yet ${header?.where}`)
}

import type { Header } from './header.ts'

export type PixelArray =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/** A part of an image in array pixels: 0-based, x along NAXIS1. A Box2I fits when the image starts at (0, 0). */
export interface PixelBox {
  readonly x0: number
  readonly y0: number
  readonly width: number
  readonly height: number
}

/**
 * Pixels of an image HDU, row-major, x fastest, in physical units (BSCALE and BZERO are applied):
 * - integers without scaling come as they are stored, those with the unsigned BZERO convention as the other signedness;
 * - any other scaling gives Float32Array for BITPIX 8 and 16, Float64Array for 32 and 64, BLANK becomes NaN;
 * - floats come as Float32Array or Float64Array.
 */
export interface FitsImage<A extends PixelArray = PixelArray> {
  /** NAXIS1 (of the box when one was asked for). */
  readonly width: number
  /** NAXIS2; 1 for a one-dimensional image. */
  readonly height: number
  /** Slowest axis first, as numpy has it: [height, width] for a plain image. */
  readonly shape: readonly number[]
  readonly data: A
  /** The value that marks undefined pixels in integer `data`; floats use NaN. */
  readonly blank: number | bigint | undefined
  readonly unit: string | undefined
  readonly header: Header
}

export type CompressionType = 'RICE_1' | 'GZIP_1' | 'GZIP_2'

/** How float pixels become integers before RICE_1 (FITS 4.0 §10.2). GZIP of floats without it is lossless. */
export interface QuantizeOptions {
  /** Positive: steps are the noise of each tile divided by it (4 is usual, 16 careful); negative: the step itself. */
  readonly level: number
  /** 1: plain dither; 2 (default): exact zeros stay zero. 0: no dither. */
  readonly dither?: 0 | 1 | 2
  /** ZDITHER0, 1 … 10000. */
  readonly seed?: number
}

/** Box and planes that a read wants. */
export interface ImagePart {
  readonly box: PixelBox
  /** NAXIS1 and NAXIS2 of the whole image. */
  readonly fullWidth: number
  readonly fullHeight: number
  /** Axes above the second, slowest first, and their product. */
  readonly upper: readonly number[]
  readonly planes: number
}

export interface ImageHduOptions {
  readonly data: PixelArray
  readonly width: number
  readonly height: number
  /** Slowest axis first, when the array has other than two axes; its last two are then height and width. */
  readonly shape?: readonly number[]
  /** User cards; structural cards in it are ignored. */
  readonly header?: Header
  /** EXTNAME. */
  readonly name?: string
  readonly version?: number
  /** BUNIT. */
  readonly unit?: string
  /** BLANK: the integer that marks undefined pixels, in physical units. */
  readonly blank?: number
  /** GZIP is lossless for every type, RICE_1 for integers; floats in RICE_1 need `quantize`. */
  readonly compress?: CompressionType
  /** [width, height] of a tile; one row is the default. */
  readonly tile?: readonly [width: number, height: number]
  /** Makes floats integers before compression, which loses precision. */
  readonly quantize?: QuantizeOptions
}

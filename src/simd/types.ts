import type { CircleSums } from './circle-sums.ts'

/** Size of a row-major pixel array: element (x, y) is at y·width + x. */
export interface Shape {
  readonly width: number
  readonly height: number
}

/** The inverse of a Gaussian weight's covariance, px⁻². */
export interface WeightMatrix {
  readonly xx: number
  readonly xy: number
  readonly yy: number
}

/**
 * An image and its variance held where the kernels can reach them without copying, for work on many small windows.
 * The two planes are ordinary arrays: write to them at will. Positions are array indices, pixel centres on integers.
 */
export interface PixelStore extends Shape {
  readonly image: Float32Array
  readonly variance: Float32Array
  /** Sums over circles with exact pixel coverage. The twin agrees to 1e-12 (its arcsine may differ in the last bit). */
  circles(x: number, y: number, radii: ArrayLike<number>): CircleSums
  /**
   * Gaussian-weighted sums w·I·{1, dx, dy, dx², dxdy, dy²} into `out`, over w = exp(−E/2), E ≤ cut. `step` 4 samples
   * the weight at 4×4 points in each pixel. The twin agrees to 1e-12 (its exponential may differ in the last bit).
   */
  moments(x: number, y: number, weight: WeightMatrix, cut: number, step: 1 | 4, out: Float64Array): void
}

/** A surface that is a cubic along x in each segment of each row. */
export interface CubicRows {
  readonly width: number
  readonly height: number
  /** segments + 1 columns: segment s covers [starts[s], starts[s+1]); the first is 0, the last `width`. */
  readonly starts: Int32Array
  /** Origin of t = x − knots[s] in each segment. */
  readonly knots: Float32Array
  /** a0 a1 a2 a3 for each row and segment: index 4·(y·segments + s). */
  readonly coeffs: Float32Array
}

export interface SpanThreshold {
  /** Pixel value, or number of sigmas when `variance` is given. */
  readonly threshold: number
  /** Per pixel: a pixel counts when value ≥ threshold·√variance (compared as squares, in Float32). */
  readonly variance?: Float32Array
  /** 'negative' looks for −value ≥ threshold. */
  readonly polarity?: 'positive' | 'negative'
}

/** Raw counts of one amplifier's data section and what turns them into image, variance and mask; all row-major, one shape. */
export interface IsrRows {
  /** ADU. */
  readonly raw: Uint16Array
  /** Overscan level of each row, ADU, length height. */
  readonly overscan: Float32Array
  readonly bias?: Float32Array
  readonly biasVariance?: Float32Array
  readonly flat?: Float32Array
  readonly flatVariance?: Float32Array
  /** Electrons an ADU. */
  readonly gain: number
  /** ADU. */
  readonly readNoise: number
  /** Raw counts at or above are SAT (`satBit`); else at or above `suspect`, SUSPECT. Infinity: never. */
  readonly saturation: number
  readonly suspect: number
  readonly satBit: number
  readonly suspectBit: number
}

/** How a frame is searched and measured. */
export interface MeasureFrameOptions {
  /** Detection threshold in sigmas of the PSF-smoothed image. */
  readonly threshold: number
  /** Electrons a count, for the noise of sources; undefined or 0: sky noise only. Used when the exposure has no variance. */
  readonly gain?: number
  /** Counts at and above which a pixel is saturated. */
  readonly saturation?: number
  /** Magnitude of a source of one count: mag = zeroPoint − 2.5 log10 counts. */
  readonly zeroPoint?: number
  /** Side of the background cells, px; chosen by the size of the image when not given. */
  readonly binSize?: number
  /** The exposure's variance tells only proportions (a weight map): it is scaled to the sky noise measured. */
  readonly relativeVariance: boolean
  /** Find cosmic rays before measuring; off by default, as undersampled stars look like them. */
  readonly cosmicRays: boolean
  /** A branch of a blend counts as an object of its own with this fraction of the blend's flux above the saddle. */
  readonly deblendContrast: number
  /** Fewest pixels above the threshold. */
  readonly minPixels: number
  readonly radii: readonly number[]
  readonly maxSincRadius: number
  readonly seed: bigint
}

export const DEFAULT_MEASURE_FRAME: MeasureFrameOptions = {
  threshold: 5,
  relativeVariance: false,
  cosmicRays: false,
  deblendContrast: 0.005,
  minPixels: 3,
  radii: [3, 4.5, 6, 9, 12, 17, 25],
  maxSincRadius: 10,
  seed: 1n,
}

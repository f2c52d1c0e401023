/** How values between the limits are spread over the colours. */
export type Stretch = 'linear' | 'log' | 'sqrt' | 'asinh'
export const STRETCHES: Readonly<Record<Stretch, string>> = {
  linear: 'linear',
  asinh: 'asinh',
  log: 'log',
  sqrt: 'sqrt',
}

/** Steepness of the log and asinh stretches, DS9's and astropy's defaults. */
export const LOG_STEEPNESS = 1000
export const ASINH_STEEPNESS = 10

/** What turns a pixel value into one of 256 colours. The shader in `shaders.ts` does the same sums in float32. */
export interface Transfer {
  readonly low: number
  readonly high: number
  readonly stretch: Stretch
  /** Centre of the colour scale, 0.5 as it comes. */
  readonly bias: number
  /** Slope of the colour scale, 1 as it comes. */
  readonly contrast: number
}

/** Stretch of `t` in [0, 1] to [0, 1]. */
export function stretched(kind: Stretch, t: number): number {
  switch (kind) {
    case 'linear':
      return t
    case 'sqrt':
      return Math.sqrt(t)
    case 'log':
      return Math.log(1 + LOG_STEEPNESS * t) / Math.log(1 + LOG_STEEPNESS)
    case 'asinh':
      return Math.asinh(ASINH_STEEPNESS * t) / Math.asinh(ASINH_STEEPNESS)
  }
}

/** Colour index 0…255 of a value, -1 for NaN. */
export function colourIndex(value: number, { low, high, stretch, bias, contrast }: Transfer): number {
  if (Number.isNaN(value)) return -1
  const t = clamp((value - low) / (high - low))
  return Math.floor(clamp((stretched(stretch, t) - bias) * contrast + 0.5) * 255 + 0.5)
}

const clamp = (t: number): number => (t > 0 ? Math.min(t, 1) : 0)

/** How pixel values become grey levels. */
export type Stretch = 'linear' | 'sqrt' | 'log' | 'asinh'

/**
 * Pixel value to [0, 1] between two limits; NaN gives 0. `asinh` bends at a tenth of the range, `log` over three decades.
 * @see Lupton et al. 2004, PASP 116, 133
 */
export function makeStretch(
  kind: Stretch,
  [low, high]: readonly [number, number],
): (value: number) => number {
  const range = high > low ? high - low : 1
  const curve = CURVES[kind]
  return (value) => {
    const t = (value - low) / range
    return t > 0 ? (t < 1 ? curve(t) : 1) : 0
  }
}

const CURVES: Readonly<Record<Stretch, (t: number) => number>> = {
  linear: (t) => t,
  sqrt: Math.sqrt,
  log: (t) => Math.log(1 + 1000 * t) / Math.log(1001),
  asinh: (t) => Math.asinh(10 * t) / Math.asinh(10),
}

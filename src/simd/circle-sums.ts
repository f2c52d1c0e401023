/** Sums over circles, one element a radius. */
export interface CircleSums {
  /** Σ w·I, w the covered area of each pixel. */
  readonly flux: Float64Array
  /** Σ w²·V. */
  readonly variance: Float64Array
  /** Σ w: π r² when the circle is inside the image. */
  readonly area: Float64Array
}

/** From (flux, variance, area) triples to columns. */
export function unpackSums(triples: Float64Array, n: number): CircleSums {
  const pick = (k: number) => Float64Array.from({ length: n }, (_, i) => triples[3 * i + k]!)
  return { flux: pick(0), variance: pick(1), area: pick(2) }
}

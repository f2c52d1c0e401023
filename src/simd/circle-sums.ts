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
  const [flux, variance, area] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)]
  for (let i = 0; i < n; i++) {
    flux[i] = triples[3 * i]!
    variance[i] = triples[3 * i + 1]!
    area[i] = triples[3 * i + 2]!
  }
  return { flux, variance, area }
}

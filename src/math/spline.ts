import { mathError } from './errors.ts'

/** `natural` and `cubic` are the same natural cubic spline (the stack's two names of GSL's cspline). */
export type SplineKind = 'constant' | 'linear' | 'natural' | 'cubic' | 'akima'

/** Points each kind needs. */
export const SPLINE_MIN_POINTS: Readonly<Record<SplineKind, number>> = {
  constant: 1,
  linear: 2,
  natural: 3,
  cubic: 3,
  akima: 5,
}

export interface Spline {
  readonly kind: SplineKind
  evaluate(x: number): number
  /** `evaluate` at 0, 1, 2 … + start. */
  evaluateRange(start: number, out: Float32Array | Float64Array): void
}

export interface SplineOptions {
  /**
   * Beyond the knots: `quadratic` goes on with value, slope and curvature of the end point (what the stack does around GSL,
   * default); `cubic` goes on with the end segment's polynomial (scipy's extrapolation).
   */
  readonly beyond?: 'quadratic' | 'cubic'
  /** Fall back to the best kind for the number of points instead of throwing. */
  readonly fallback?: boolean
}

/** The kind the stack takes when only `n` points are there: constant, linear, cubic, Akima. */
export function kindForPoints(wanted: SplineKind, n: number): SplineKind {
  if (n >= SPLINE_MIN_POINTS[wanted]) return wanted
  return n >= 3 ? 'cubic' : n === 2 ? 'linear' : 'constant'
}

/**
 * Interpolating curve through (xs, ys), xs increasing strictly.
 * @throws FirstlightError 'math/too-few-points', 'math/not-increasing'
 */
export function makeSpline(
  kind: SplineKind,
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  { beyond = 'quadratic', fallback = false }: SplineOptions = {},
): Spline {
  const n = Math.min(xs.length, ys.length)
  const used = fallback ? kindForPoints(kind, n) : kind
  if (n < SPLINE_MIN_POINTS[used])
    throw mathError(
      'too-few-points',
      `A ${used} spline needs ${SPLINE_MIN_POINTS[used]} points; there are ${n}.`,
    )
  for (let i = 1; i < n; i++)
    if (!(xs[i]! > xs[i - 1]!))
      throw mathError('not-increasing', `Spline knots must increase: ${xs[i - 1]!} is followed by ${xs[i]!}.`)
  if (used === 'constant') return constantSpline(xs, ys, n)
  const slopes = used === 'linear' ? undefined : used === 'akima' ? akima(xs, ys, n) : natural(xs, ys, n)
  return new PiecewiseCubic(used, segments(xs, ys, n, slopes), beyond)
}

/** Steps half way between the knots; outside the end values. */
function constantSpline(xs: ArrayLike<number>, ys: ArrayLike<number>, n: number): Spline {
  const evaluate = (x: number): number => {
    let i = 0
    while (i < n - 1 && x >= (xs[i]! + xs[i + 1]!) / 2) i++
    return ys[i]!
  }
  return {
    kind: 'constant',
    evaluate,
    evaluateRange: (start, out) => {
      for (let i = 0; i < out.length; i++) out[i] = evaluate(start + i)
    },
  }
}

/** Row i: y = a + b·t + c·t² + d·t³ with t = x − x_i. */
interface Segments {
  readonly x: Float64Array
  readonly a: Float64Array
  readonly b: Float64Array
  readonly c: Float64Array
  readonly d: Float64Array
}

class PiecewiseCubic implements Spline {
  readonly kind: SplineKind
  readonly #s: Segments
  readonly #beyond: 'quadratic' | 'cubic'

  constructor(kind: SplineKind, segments: Segments, beyond: 'quadratic' | 'cubic') {
    this.kind = kind
    this.#s = segments
    this.#beyond = beyond
  }

  evaluate(x: number): number {
    const { x: knots } = this.#s
    let lo = 0
    let hi = knots.length - 1
    while (hi - lo > 1) {
      const mid = (lo + hi) >> 1
      if (knots[mid]! <= x) lo = mid
      else hi = mid
    }
    return this.#at(lo, x)
  }

  evaluateRange(start: number, out: Float32Array | Float64Array): void {
    const { x: knots } = this.#s
    let i = 0
    for (let k = 0; k < out.length; k++) {
      while (i < knots.length - 2 && knots[i + 1]! <= start + k) i++
      out[k] = this.#at(i, start + k)
    }
  }

  #at(i: number, x: number): number {
    const { x: knots, a, b, c, d } = this.#s
    const last = knots.length - 1
    if (this.#beyond === 'quadratic') {
      const t = x - knots[i]!
      if (t < 0) return a[i]! + t * (b[i]! + t * c[i]!)
      if (x > knots[last]!) {
        const h = knots[last]! - knots[i]!
        const u = x - knots[last]!
        const value = a[i]! + h * (b[i]! + h * (c[i]! + h * d[i]!))
        const slope = b[i]! + h * (2 * c[i]! + 3 * h * d[i]!)
        return value + u * (slope + u * (c[i]! + 3 * h * d[i]!))
      }
    }
    const t = x - knots[i]!
    return a[i]! + t * (b[i]! + t * (c[i]! + t * d[i]!))
  }
}

/** Cubic Hermite segments from the slopes at the knots; straight ones without. */
function segments(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  n: number,
  slopes: Float64Array | undefined,
): Segments {
  const [x, a] = [Float64Array.from(xs).slice(0, n), Float64Array.from(ys).slice(0, n)]
  const [b, c, d] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)]
  for (let i = 0; i < n - 1; i++) {
    const h = x[i + 1]! - x[i]!
    const m = (a[i + 1]! - a[i]!) / h
    if (slopes === undefined) {
      b[i] = m
      continue
    }
    const [p, q] = [slopes[i]!, slopes[i + 1]!]
    b[i] = p
    c[i] = (3 * m - 2 * p - q) / h
    d[i] = (p + q - 2 * m) / (h * h)
  }
  return { x, a, b, c, d }
}

/** Slopes at the knots of the natural cubic spline (second derivative 0 at both ends). */
function natural(xs: ArrayLike<number>, ys: ArrayLike<number>, n: number): Float64Array {
  const h = (i: number): number => xs[i + 1]! - xs[i]!
  const m = (i: number): number => (ys[i + 1]! - ys[i]!) / h(i)
  // Thomas algorithm on: s0·2 + s1 = 3 m0, h_i s_{i-1} + 2(h_{i-1}+h_i) s_i + h_{i-1} s_{i+1} = 3(…), s_{n-2} + 2 s_{n-1} = 3 m.
  const upper = new Float64Array(n)
  const right = new Float64Array(n)
  upper[0] = 0.5
  right[0] = 1.5 * m(0)
  for (let i = 1; i < n; i++) {
    const end = i === n - 1
    const [below, diag, above] = end ? [1, 2, 0] : [h(i), 2 * (h(i - 1) + h(i)), h(i - 1)]
    const value = end ? 3 * m(i - 1) : 3 * (h(i) * m(i - 1) + h(i - 1) * m(i))
    const pivot = diag - below * upper[i - 1]!
    upper[i] = above / pivot
    right[i] = (value - below * right[i - 1]!) / pivot
  }
  for (let i = n - 2; i >= 0; i--) right[i]! -= upper[i]! * right[i + 1]!
  return right
}

/** @see Akima 1970, JACM 17, 589; end slopes as in the paper and GSL */
function akima(xs: ArrayLike<number>, ys: ArrayLike<number>, n: number): Float64Array {
  // m[i + 2] is the slope of segment i, two ghosts at each end.
  const m = new Float64Array(n + 3)
  for (let i = 0; i < n - 1; i++) m[i + 2] = (ys[i + 1]! - ys[i]!) / (xs[i + 1]! - xs[i]!)
  m[1] = 2 * m[2]! - m[3]!
  m[0] = 2 * m[1]! - m[2]!
  m[n + 1] = 2 * m[n]! - m[n - 1]!
  m[n + 2] = 2 * m[n + 1]! - m[n]!
  const slopes = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const [m0, m1, m2, m3] = [m[i]!, m[i + 1]!, m[i + 2]!, m[i + 3]!]
    const [after, before] = [Math.abs(m3 - m2), Math.abs(m1 - m0)]
    slopes[i] = after + before === 0 ? (m1 + m2) / 2 : (after * m1 + before * m2) / (after + before)
  }
  return slopes
}

import { mathError } from './errors.ts'
import { solveQr } from './linear-solve.ts'

/** T_0 … T_order at t in [−1, 1], written to `out`. */
export function chebyshevTerms(t: number, order: number, out: Float64Array): void {
  out[0] = 1
  if (order > 0) out[1] = t
  for (let k = 2; k <= order; k++) out[k] = 2 * t * out[k - 1]! - out[k - 2]!
}

/** Σ c_k T_k(t) by Clenshaw's recurrence. */
export function chebyshevSum(coefficients: ArrayLike<number>, t: number): number {
  let [b1, b2] = [0, 0]
  for (let k = coefficients.length - 1; k > 0; k--) {
    const b = 2 * t * b1 - b2 + coefficients[k]!
    b2 = b1
    b1 = b
  }
  return t * b1 - b2 + (coefficients[0] ?? 0)
}

/** A Chebyshev series in x over [xMin, xMax]. */
export class Chebyshev1D {
  readonly coefficients: Float64Array
  readonly xMin: number
  readonly xMax: number

  constructor(coefficients: ArrayLike<number>, xMin: number, xMax: number) {
    this.coefficients = Float64Array.from(coefficients)
    this.xMin = xMin
    this.xMax = xMax
  }

  evaluate(x: number): number {
    return chebyshevSum(this.coefficients, scaled(x, this.xMin, this.xMax))
  }

  /** Weighted least squares; weights multiply residuals. @throws FirstlightError 'math/too-few-points' */
  static fit(
    xs: ArrayLike<number>,
    ys: ArrayLike<number>,
    options: { order: number; xMin: number; xMax: number; weights?: ArrayLike<number> },
  ): Chebyshev1D {
    const { order, xMin, xMax, weights } = options
    const n = order + 1
    const rows = xs.length
    const terms = new Float64Array(n)
    const [A, b] = [new Float64Array(rows * n), new Float64Array(rows)]
    for (let i = 0; i < rows; i++) {
      const w = weights?.[i] ?? 1
      chebyshevTerms(scaled(xs[i]!, xMin, xMax), order, terms)
      for (let k = 0; k < n; k++) A[i * n + k] = w * terms[k]!
      b[i] = w * ys[i]!
    }
    const solution = rows >= n ? solveQr(A, b, n) : undefined
    if (solution === undefined) throw tooFew(rows, n)
    return new Chebyshev1D(solution, xMin, xMax)
  }
}

/** The rectangle that is mapped to [−1, 1]². */
export interface Domain {
  readonly xMin: number
  readonly xMax: number
  readonly yMin: number
  readonly yMax: number
}

export interface Chebyshev2DFitOptions {
  readonly orderX: number
  readonly orderY: number
  /** Keep only terms with i/orderX… i + j ≤ max(orderX, orderY); default true, as the stack's fields. */
  readonly triangular?: boolean
  readonly domain: Domain
  /** Multiply the residuals. */
  readonly weights?: ArrayLike<number>
}

/** Σ c[i][j] T_i(y) T_j(x) over a rectangle; `coefficients` row-major (orderY + 1) × (orderX + 1). */
export class Chebyshev2D {
  readonly orderX: number
  readonly orderY: number
  readonly coefficients: Float64Array
  readonly domain: Domain

  constructor(coefficients: ArrayLike<number>, orderX: number, orderY: number, domain: Domain) {
    if (coefficients.length !== (orderX + 1) * (orderY + 1))
      throw mathError(
        'bad-shape',
        `A Chebyshev field of order ${orderX} in x and ${orderY} in y has ${(orderX + 1) * (orderY + 1)} coefficients, not ${coefficients.length}.`,
      )
    this.coefficients = Float64Array.from(coefficients)
    this.orderX = orderX
    this.orderY = orderY
    this.domain = domain
  }

  evaluate(x: number, y: number): number {
    const { domain, orderX, orderY } = this
    const tx = scaled(x, domain.xMin, domain.xMax)
    const inX = new Float64Array(orderY + 1)
    for (let i = 0; i <= orderY; i++) inX[i] = chebyshevSum(this.#row(i), tx)
    return chebyshevSum(inX, scaled(y, domain.yMin, domain.yMax))
  }

  /** At (x0 + i, y) for i = 0 … out.length − 1: the y sum is done once for the row. */
  evaluateRow(x0: number, y: number, out: Float32Array | Float64Array): void {
    const { domain, orderX, orderY } = this
    const terms = new Float64Array(orderY + 1)
    chebyshevTerms(scaled(y, domain.yMin, domain.yMax), orderY, terms)
    const row = new Float64Array(orderX + 1)
    for (let i = 0; i <= orderY; i++)
      for (let j = 0; j <= orderX; j++) row[j]! += terms[i]! * this.coefficients[i * (orderX + 1) + j]!
    for (let k = 0; k < out.length; k++) out[k] = chebyshevSum(row, scaled(x0 + k, domain.xMin, domain.xMax))
  }

  /** Mean over the domain. */
  mean(): number {
    // The mean of T_k over [−1, 1] is 1/(1 − k²) for even k, 0 for odd.
    const weight = (k: number): number => (k % 2 === 0 ? 1 / (1 - k * k) : 0)
    let sum = 0
    for (let i = 0; i <= this.orderY; i++)
      for (let j = 0; j <= this.orderX; j++)
        sum += this.coefficients[i * (this.orderX + 1) + j]! * weight(i) * weight(j)
    return sum
  }

  times(factor: number): Chebyshev2D {
    return new Chebyshev2D(
      this.coefficients.map((c) => c * factor),
      this.orderX,
      this.orderY,
      this.domain,
    )
  }

  #row(i: number): Float64Array {
    return this.coefficients.subarray(i * (this.orderX + 1), (i + 1) * (this.orderX + 1))
  }

  /** Weighted least squares through (x, y, z). @throws FirstlightError 'math/too-few-points' */
  static fit(
    xs: ArrayLike<number>,
    ys: ArrayLike<number>,
    zs: ArrayLike<number>,
    options: Chebyshev2DFitOptions,
  ): Chebyshev2D {
    const { orderX, orderY, domain, weights, triangular = true } = options
    const kept: (readonly [number, number])[] = []
    for (let i = 0; i <= orderY; i++)
      for (let j = 0; j <= orderX; j++)
        if (!triangular || i + j <= Math.max(orderX, orderY)) kept.push([i, j])
    const n = kept.length
    const rows = xs.length
    const [A, b] = [new Float64Array(rows * n), new Float64Array(rows)]
    const [inX, inY] = [new Float64Array(orderX + 1), new Float64Array(orderY + 1)]
    for (let r = 0; r < rows; r++) {
      const w = weights?.[r] ?? 1
      chebyshevTerms(scaled(xs[r]!, domain.xMin, domain.xMax), orderX, inX)
      chebyshevTerms(scaled(ys[r]!, domain.yMin, domain.yMax), orderY, inY)
      kept.forEach(([i, j], k) => {
        A[r * n + k] = w * inY[i]! * inX[j]!
      })
      b[r] = w * zs[r]!
    }
    const solution = rows >= n ? solveQr(A, b, n) : undefined
    if (solution === undefined) throw tooFew(rows, n)
    const coefficients = new Float64Array((orderX + 1) * (orderY + 1))
    kept.forEach(([i, j], k) => {
      coefficients[i * (orderX + 1) + j] = solution[k]!
    })
    return new Chebyshev2D(coefficients, orderX, orderY, domain)
  }
}

const scaled = (x: number, min: number, max: number): number => (2 * x - min - max) / (max - min)

const tooFew = (rows: number, n: number) =>
  mathError('too-few-points', `${rows} points do not determine a Chebyshev fit of ${n} terms.`, {
    hint: 'Lower the order.',
  })

/** A polynomial of two variables; `terms` row-major (order + 1)², term [p][q] multiplies u^p v^q, p + q ≤ order. */
export class Polynomial2D {
  readonly order: number
  readonly terms: Float64Array

  constructor(order: number, terms: Float64Array) {
    this.order = order
    this.terms = terms
  }

  static fromTerms(order: number, terms: Iterable<readonly [p: number, q: number, c: number]>): Polynomial2D {
    const n = order + 1
    const table = new Float64Array(n * n)
    for (const [p, q, c] of terms) table[p * n + q] = c
    return new Polynomial2D(order, table)
  }

  /** The terms that are not zero, as [p, q, coefficient]. */
  *nonZero(): IterableIterator<readonly [number, number, number]> {
    const n = this.order + 1
    for (let p = 0; p < n; p++)
      for (let q = 0; q < n - p; q++) {
        const c = this.terms[p * n + q]!
        if (c !== 0) yield [p, q, c]
      }
  }

  value(u: number, v: number): number {
    const { order, terms } = this
    let sum = 0
    for (let p = order; p >= 0; p--) {
      let row = 0
      for (let at = p * (order + 1) + order - p, k = order - p; k >= 0; k--, at--) row = row * v + terms[at]!
      sum = sum * u + row
    }
    return sum
  }

  /** [∂/∂u, ∂/∂v]. */
  gradient(u: number, v: number): readonly [number, number] {
    const { order, terms } = this
    let [du, dv] = [0, 0]
    for (let p = order; p >= 0; p--) {
      let [row, slope] = [0, 0]
      for (let at = p * (order + 1) + order - p, q = order - p; q >= 0; q--, at--) {
        row = row * v + terms[at]!
        if (q > 0) slope = slope * v + q * terms[at]!
      }
      if (p > 0) du = du * u + p * row
      dv = dv * u + slope
    }
    return [du, dv]
  }
}

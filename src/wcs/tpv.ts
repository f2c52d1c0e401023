/** Powers (i, j) of x^i y^j for PVn_m of the TPV convention, m = 0 … 39; null marks the odd powers of r. */
const POWERS: readonly (readonly [number, number] | null)[] = (() => {
  const list: (readonly [number, number] | null)[] = []
  for (let degree = 0; degree <= 7; degree++) {
    for (let j = 0; j <= degree; j++) list.push([degree - j, j])
    if (degree % 2 === 1) list.push(null)
  }
  return list
})()

export const TPV_TERMS = POWERS.length

/**
 * The TPV (SCAMP) distortion of the projection plane, degrees: x' = f(x, y; PV1), y' = f(y, x; PV2).
 * @see FITS registry, "The TPV World Coordinate System Convention"
 */
export class TpvDistortion {
  readonly pv1: readonly number[]
  readonly pv2: readonly number[]

  constructor(pv1: readonly number[], pv2: readonly number[]) {
    this.pv1 = pv1
    this.pv2 = pv2
  }

  /** Writes x', y' to out[0], out[1]. */
  apply(x: number, y: number, out: Float64Array): void {
    out[0] = evaluate(this.pv1, x, y)
    out[1] = evaluate(this.pv2, y, x)
  }
}

function evaluate(pv: readonly number[], a: number, b: number): number {
  const r = Math.sqrt(a * a + b * b)
  let sum = 0
  let odd = r
  for (let m = 0; m < pv.length; m++) {
    const power = POWERS[m]!
    if (power === null) {
      sum += pv[m]! * odd
      odd *= r * r
    } else if (pv[m] !== 0) sum += pv[m]! * a ** power[0] * b ** power[1]
  }
  return sum
}

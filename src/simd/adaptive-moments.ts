import type { PixelStore } from './types.ts'

/** Adaptive (Gaussian-weighted) moments of one source. */
export interface AdaptiveMoments {
  /** 'converged'; otherwise why not. The moments are those of the last weight. */
  readonly status: 'converged' | 'max-iterations' | 'no-flux' | 'not-positive'
  /** Second moments, px². */
  readonly xx: number
  readonly yy: number
  readonly xy: number
  /** Σ w·I / (π·√det): the height of the matched Gaussian; its flux is 2π·√det·i0. */
  readonly i0: number
  /** First moments under the final weight: how far the light's centre is from the given one, px. */
  readonly dx: number
  readonly dy: number
  readonly iterations: number
}

export interface AdaptiveOptions {
  /** Variance of the first round weight, px². */
  readonly start?: number
  readonly maxIterations?: number
  readonly toleranceEllipticity?: number
  readonly toleranceSize?: number
}

/** Weights narrower than this (px²) or of smaller determinant (px⁴) are sampled at 4×4 points in each pixel. */
const FINE_VARIANCE = 0.25
const FINE_DETERMINANT = 0.0625
const CUT = 14
const FINE_CUT = 9
const LARGEST = 1e6

/**
 * Fit the Gaussian weight that matches the source: M ← (O⁻¹ − M⁻¹)⁻¹ from weighted moments O until shape and size stand.
 * The centre stays fixed. Negative sources work: the signs cancel.
 * @param x centre, array index
 * @see Bernstein & Jarvis 2002, AJ 123 583; the Rubin stack's SdssShape
 */
export function adaptiveMoments(
  store: Pick<PixelStore, 'moments'>,
  x: number,
  y: number,
  options: AdaptiveOptions = {},
): AdaptiveMoments {
  const { start = 1.5, maxIterations = 100, toleranceEllipticity = 1e-5, toleranceSize = 1e-4 } = options
  const sums = new Float64Array(6)
  let m = { xx: start, yy: start, xy: 0 }
  let e1Old = 1e6
  let e2Old = 1e6
  let oxxOld = 1e6
  let fine = false
  let state = { i0: 0, dx: 0, dy: 0 }
  const done = (status: AdaptiveMoments['status'], iterations: number): AdaptiveMoments => ({
    status,
    ...m,
    ...state,
    iterations,
  })
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    const det = m.xx * m.yy - m.xy * m.xy
    if (!(det > 0) || m.xx > LARGEST || m.yy > LARGEST) return done('not-positive', iteration)
    const nowFine = m.xx < FINE_VARIANCE || m.yy < FINE_VARIANCE || det < FINE_DETERMINANT
    if (nowFine !== fine) [e1Old, e2Old, oxxOld] = [1e6, 1e6, 1e6]
    fine = nowFine
    const w = { xx: m.yy / det, yy: m.xx / det, xy: -m.xy / det }
    store.moments(x, y, w, fine ? FINE_CUT : CUT, fine ? 4 : 1, sums)
    const [s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0] = sums
    if (!(Math.abs(s) > 0)) return done('no-flux', iteration)
    state = { i0: s / (Math.PI * Math.sqrt(det)), dx: sx / s, dy: sy / s }
    const [oxx, oyy, oxy] = [sxx / s, syy / s, sxy / s]
    if (!(oxx > 0) || !(oyy > 0)) return done('no-flux', iteration)
    const [e1, e2] = [(oxx - oyy) / (oxx + oyy), (2 * oxy) / (oxx + oyy)]
    const settled =
      Math.abs(e1 - e1Old) < toleranceEllipticity &&
      Math.abs(e2 - e2Old) < toleranceEllipticity &&
      Math.abs(oxx / oxxOld - 1) < toleranceSize
    if (settled) return done('converged', iteration)
    ;[e1Old, e2Old, oxxOld] = [e1, e2, oxx]
    const oDet = oxx * oyy - oxy * oxy
    if (!(oDet > 0)) return done('not-positive', iteration)
    const nxx = oyy / oDet - w.xx
    const nyy = oxx / oDet - w.yy
    const nxy = -oxy / oDet - w.xy
    const nDet = nxx * nyy - nxy * nxy
    if (!(nDet > 0) || !(nxx > 0)) return done('not-positive', iteration)
    m = { xx: nyy / nDet, yy: nxx / nDet, xy: -nxy / nDet }
  }
  return done('max-iterations', maxIterations)
}

import { correlate2d } from '#simd'
import type { Canvas } from './render.ts'

/** Half the side of the kernel: 17 × 17. */
export const BF_HALF = 8

/** Two Gaussians, separable, that fall like a kernel from flat-field correlations: share of Σ|K| and σ in pixels. */
const PARTS = [
  [0.6, 0.9],
  [0.4, 2.6],
] as const

/**
 * The brighter-fatter kernel K (Coulton et al. 2018, eq. 22): the deflection potential of one electron. Negative: charge
 * repels. Its absolute sum is `strength` per electron.
 * @returns 17 × 17 values, row-major
 */
export function brighterFatterKernel(strength: number): Float64Array {
  const n = 2 * BF_HALF + 1
  const out = new Float64Array(n * n)
  for (const profile of profiles(strength))
    for (let y = 0; y < n; y++) for (let x = 0; x < n; x++) out[y * n + x]! -= profile[y]! * profile[x]!
  return out
}

/**
 * Move charge as the accumulated charge repels it: I ← I − ½∇·(I ∇(K⊗I)), with the same differences as the correction of `isr`,
 * so that the corrected image is a fixed point of it. Pixels within a kernel's half plus one of the edge stay.
 * @param frame electrons, changed in place
 */
export function applyBrighterFatter(frame: Canvas, strength: number): void {
  const side = 2 * BF_HALF + 1
  const kernel = Float32Array.from(brighterFatterKernel(strength))
  const potential = correlate2d(frame.data, frame, kernel, side, side)
  const moved = chargeMoved(frame, potential)
  const { data } = frame
  for (let i = 0; i < data.length; i++) data[i]! -= moved[i]!
}

/** ½∇·(I∇O) as flows through the pixels' faces, so that no charge is lost: ¼(I₁+I₂)(O₂−O₁) from one to the next. */
function chargeMoved({ width, height, data }: Canvas, o: Float32Array): Float32Array {
  const out = new Float32Array(data.length)
  const margin = BF_HALF + 1
  for (let y = margin; y < height - margin; y++)
    for (let i = y * width + margin, end = (y + 1) * width - margin; i < end; i++) {
      const here = data[i]!
      const level = o[i]!
      out[i] =
        0.25 *
        ((here + data[i + 1]!) * (o[i + 1]! - level) +
          (here + data[i - 1]!) * (o[i - 1]! - level) +
          (here + data[i + width]!) * (o[i + width]! - level) +
          (here + data[i - width]!) * (o[i - width]! - level))
    }
  return out
}

/** One-dimensional factors: K = −Σ f(y) f(x). */
function profiles(strength: number): readonly Float64Array[] {
  return PARTS.map(([share, sigma]) => {
    const f = Float64Array.from({ length: 2 * BF_HALF + 1 }, (_, k) =>
      Math.exp(-0.5 * ((k - BF_HALF) / sigma) ** 2),
    )
    const sum = f.reduce((s, v) => s + v, 0)
    return f.map((v) => (v / sum) * Math.sqrt(share * strength))
  })
}

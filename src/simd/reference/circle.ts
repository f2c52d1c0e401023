import type { Shape } from '../types.ts'

interface Planes extends Shape {
  readonly image: Float32Array
  readonly variance: Float32Array
}

/** ∫₀ᵗ √(r² − u²) du for 0 ≤ t ≤ r. */
const primitive = (t: number, r: number): number =>
  0.5 * (t * Math.sqrt(Math.max(0, r * r - t * t)) + r * r * Math.asin(Math.min(1, t / r)))

/** ∫ over |y| from lo to hi (both in [0, r]) of min(x, √(r² − y²)), x ≥ 0. */
function capped(x: number, r: number, lo: number, hi: number): number {
  if (hi <= lo) return 0
  if (x >= r) return primitive(hi, r) - primitive(lo, r)
  const turn = Math.sqrt(r * r - x * x)
  if (turn >= hi) return x * (hi - lo)
  if (turn <= lo) return primitive(hi, r) - primitive(lo, r)
  return x * (turn - lo) + (primitive(hi, r) - primitive(turn, r))
}

/** Area of the circle about the origin in x' ∈ [0, x], y ∈ [low, low + 1]; odd in x. */
function covered(x: number, low: number, r: number): number {
  const a = Math.abs(x)
  const high = low + 1
  const area =
    low < 0 && high > 0
      ? capped(a, r, 0, Math.min(high, r)) + capped(a, r, 0, Math.min(-low, r))
      : capped(
          a,
          r,
          Math.min(Math.abs(low), Math.abs(high), r),
          Math.min(Math.max(Math.abs(low), Math.abs(high)), r),
        )
  return x < 0 ? -area : area
}

/** Twin of the exact circle sums: (Σ w·I, Σ w²·V, Σ w) for each radius. */
export function circleSums(planes: Planes, cx: number, cy: number, radii: ArrayLike<number>): Float64Array {
  const out = new Float64Array(3 * radii.length)
  for (let k = 0; k < radii.length; k++) addCircle(planes, cx, cy, radii[k]!, out.subarray(3 * k, 3 * k + 3))
  return out
}

function addCircle(
  { image, variance, width, height }: Planes,
  cx: number,
  cy: number,
  r: number,
  out: Float64Array,
) {
  const top = Math.max(0, Math.floor(cy - r + 0.5))
  const end = Math.min(height - 1, Math.floor(cy + r + 0.5))
  for (let y = top; y <= end; y++) {
    const low = y - 0.5 - cy
    const x0 = Math.max(0, Math.floor(cx - r + 0.5))
    const x1 = Math.min(width - 1, Math.floor(cx + r + 0.5))
    let left = covered(x0 - 0.5 - cx, low, r)
    for (let x = x0; x <= x1; x++) {
      const right = covered(x + 0.5 - cx, low, r)
      const w = right - left
      left = right
      if (w === 0) continue
      const i = y * width + x
      out[0]! += w * image[i]!
      out[1]! += w * w * variance[i]!
      out[2]! += w
    }
  }
}

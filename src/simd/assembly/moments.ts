// Gaussian-weighted sums over an elliptical window. The weight along a row is g(x+2) = g(x)·r(x), r(x+2) = r(x)·q:
// exponentials are taken only where a row begins.

/** Weighted: exponent E = w11·dx² + 2·w12·dx·dy + w22·dy² up to `cut`; weight exp(−E/2). */
// @ts-ignore: decorator
@inline
function exponential(e: f64): f64 {
  return Math.exp(-0.5 * e)
}

/**
 * Σ w·I, Σ w·I·dx, dy, dx², dxdy, dy² (six f64) about (cx, cy). `step` 1 samples the weight at pixel centres, 4 at 4×4
 * points in each pixel (the sums are then divided by 16).
 */
export function momentSums(
  image: usize, width: i32, height: i32, cx: f64, cy: f64, w11: f64, w12: f64, w22: f64, cut: f64, step: i32, out: usize,
): void {
  const reachY = Math.sqrt(cut * w11 / (w11 * w22 - w12 * w12))
  const top = max(0, <i32>Math.ceil(cy - reachY - 0.5))
  const end = min(height - 1, <i32>Math.floor(cy + reachY + 0.5))
  const q = exponential(8 * w11)
  const q2 = f64x2.splat(q)
  const two = f64x2.splat(2)
  let s: f64 = 0
  let sx: f64 = 0
  let sy: f64 = 0
  let sxx: f64 = 0
  let sxy: f64 = 0
  let syy: f64 = 0
  const shift0 = step == 1 ? 0.0 : -0.375
  for (let y: i32 = top; y <= end; y++) {
    const line = image + ((<usize>y * <usize>width) << 2)
    for (let j: i32 = 0; j < step; j++) {
      const dy = <f64>y - cy + shift0 + 0.25 * <f64>j
      const b = w12 * dy
      const disc = b * b - w11 * (w22 * dy * dy - cut)
      if (disc < 0) continue
      const root = Math.sqrt(disc)
      for (let i: i32 = 0; i < step; i++) {
        const origin = cx - shift0 - 0.25 * <f64>i
        const x0 = max(0, <i32>Math.ceil(origin + (-b - root) / w11))
        const x1 = min(width - 1, <i32>Math.floor(origin + (-b + root) / w11))
        if (x1 < x0) continue
        const d0 = <f64>x0 - origin
        const d1 = d0 + 1
        const base = w22 * dy * dy
        const g0 = exponential(w11 * d0 * d0 + 2 * b * d0 + base)
        const g1 = exponential(w11 * d1 * d1 + 2 * b * d1 + base)
        // ratio over two pixels: E(d + 2) − E(d) = 4·w11·(d + 1) + 4·b
        const r0 = exponential(4 * w11 * (d0 + 1) + 4 * b)
        let g = f64x2(g0, g1)
        let r = f64x2(r0, r0 * exponential(4 * w11))
        let d = f64x2(d0, d1)
        let a0 = f64x2.splat(0)
        let a1 = f64x2.splat(0)
        let a2 = f64x2.splat(0)
        let x = x0
        for (; x < x1; x += 2) {
          const v = f64x2.mul(g, f64x2.promote_low_f32x4(v128.load64_zero(line + (<usize>x << 2))))
          const vd = f64x2.mul(v, d)
          a0 = f64x2.add(a0, v)
          a1 = f64x2.add(a1, vd)
          a2 = f64x2.add(a2, f64x2.mul(vd, d))
          g = f64x2.mul(g, r)
          r = f64x2.mul(r, q2)
          d = f64x2.add(d, two)
        }
        let t0 = f64x2.extract_lane(a0, 0) + f64x2.extract_lane(a0, 1)
        let t1 = f64x2.extract_lane(a1, 0) + f64x2.extract_lane(a1, 1)
        let t2 = f64x2.extract_lane(a2, 0) + f64x2.extract_lane(a2, 1)
        if (x == x1) {
          const e = f64x2.extract_lane(d, 0)
          const v = f64x2.extract_lane(g, 0) * <f64>load<f32>(line + (<usize>x << 2))
          t0 += v
          t1 += v * e
          t2 += v * e * e
        }
        s += t0
        sx += t1
        sy += t0 * dy
        sxx += t2
        sxy += t1 * dy
        syy += t0 * dy * dy
      }
    }
  }
  const norm: f64 = 1.0 / <f64>(step * step)
  store<f64>(out, s * norm)
  store<f64>(out, sx * norm, 8)
  store<f64>(out, sy * norm, 16)
  store<f64>(out, sxx * norm, 24)
  store<f64>(out, sxy * norm, 32)
  store<f64>(out, syy * norm, 40)
}

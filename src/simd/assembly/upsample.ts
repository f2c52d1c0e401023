// Smooth surfaces from few numbers: piecewise cubics along rows, and weighted sums of basis rows.

/**
 * For each row r: dst[x] = ((a3·t + a2)·t + a1)·t + a0 with t = x − knot of x's segment. `starts` holds segments + 1 first
 * columns (i32, the first 0, the last width), `knots` the f32 origin of t, `coeffs` 4 f32 a segment and row: a0 a1 a2 a3.
 */
export function cubicRows(coeffs: usize, knots: usize, starts: usize, segments: i32, rows: i32, dst: usize, dstStride: usize): void {
  const ramp = f32x4(0, 1, 2, 3)
  for (let y: i32 = 0; y < rows; y++) {
    const line = dst + <usize>y * dstStride
    for (let s: i32 = 0; s < segments; s++) {
      const from = load<i32>(starts + (<usize>s << 2))
      const to = load<i32>(starts + (<usize>s << 2), 4)
      const k = coeffs + (<usize>(y * segments + s) << 4)
      const a0 = v128.load32_splat(k)
      const a1 = v128.load32_splat(k, 4)
      const a2 = v128.load32_splat(k, 8)
      const a3 = v128.load32_splat(k, 12)
      const knot = f32x4.splat(load<f32>(knots + (<usize>s << 2)))
      // The last vector may run into the next segment, which then overwrites it; rows are padded by 4 pixels.
      for (let x: i32 = from; x < to; x += 4) {
        const t = f32x4.sub(f32x4.add(f32x4.splat(<f32>x), ramp), knot)
        const v = f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(a3, t), a2), t), a1), t), a0)
        v128.store(line + (<usize>x << 2), v)
      }
    }
  }
}

/** dst[r] = Σ_k weights[r·n + k] · basis[k], all f32, added in order of k; width is padded to a multiple of 8 by the caller. */
export function combineRows(basis: usize, basisStride: usize, n: i32, weights: usize, rows: i32, width: i32, dst: usize, dstStride: usize): void {
  for (let y: i32 = 0; y < rows; y++) {
    const w = weights + (<usize>(y * n) << 2)
    const line = dst + <usize>y * dstStride
    for (let x: i32 = 0; x < width; x += 8) {
      let p = basis + (<usize>x << 2)
      let a = f32x4.splat(0)
      let b = f32x4.splat(0)
      for (let k: i32 = 0; k < n; k++) {
        const c = v128.load32_splat(w + (<usize>k << 2))
        a = f32x4.add(a, f32x4.mul(c, v128.load(p)))
        b = f32x4.add(b, f32x4.mul(c, v128.load(p, 16)))
        p += basisStride
      }
      v128.store(line + (<usize>x << 2), a)
      v128.store(line + (<usize>x << 2), b, 16)
    }
  }
}

// Direct correlation with a small two-dimensional kernel, in Float32.

/**
 * dst[y][x] = Σ_j Σ_i kernel[j·kw + i] · src[y + j][x + i] for `rows` rows of `width` outputs, rows `stride` bytes apart in
 * both. Groups of 32 outputs: the caller pads rows by 32 + kw readable pixels and dst by 32.
 */
export function correlateRows(src: usize, stride: usize, dst: usize, rows: i32, width: i32, kernel: usize, kw: i32, kh: i32): void {
  for (let y: i32 = 0; y < rows; y++) {
    for (let x: i32 = 0; x < width; x += 32) {
      const start = src + <usize>y * stride + (<usize>x << 2)
      let k = kernel
      let a = f32x4.splat(0)
      let b = f32x4.splat(0)
      let c = f32x4.splat(0)
      let d = f32x4.splat(0)
      let e = f32x4.splat(0)
      let f = f32x4.splat(0)
      let g = f32x4.splat(0)
      let h = f32x4.splat(0)
      for (let j: i32 = 0; j < kh; j++) {
        let p = start + <usize>j * stride
        for (let i: i32 = 0; i < kw; i++) {
          const w = v128.load32_splat(k)
          a = f32x4.add(a, f32x4.mul(w, v128.load(p)))
          b = f32x4.add(b, f32x4.mul(w, v128.load(p, 16)))
          c = f32x4.add(c, f32x4.mul(w, v128.load(p, 32)))
          d = f32x4.add(d, f32x4.mul(w, v128.load(p, 48)))
          e = f32x4.add(e, f32x4.mul(w, v128.load(p, 64)))
          f = f32x4.add(f, f32x4.mul(w, v128.load(p, 80)))
          g = f32x4.add(g, f32x4.mul(w, v128.load(p, 96)))
          h = f32x4.add(h, f32x4.mul(w, v128.load(p, 112)))
          k += 4
          p += 4
        }
      }
      const q = dst + <usize>y * stride + (<usize>x << 2)
      v128.store(q, a)
      v128.store(q, b, 16)
      v128.store(q, c, 32)
      v128.store(q, d, 48)
      v128.store(q, e, 64)
      v128.store(q, f, 80)
      v128.store(q, g, 96)
      v128.store(q, h, 112)
    }
  }
}

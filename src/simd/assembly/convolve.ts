// Separable convolution with symmetric kernels in Float32. Only weights [0 .. half] are passed: k0, k1 … k_half.

/** One row: `src` points at pixel 0 of a row that is padded with `half` readable values on both sides (and 3 beyond). */
export function convolveRow(src: usize, dst: usize, width: i32, kernel: usize, half: i32): void {
  const k0 = v128.load32_splat(kernel)
  for (let x: i32 = 0; x < width; x += 8) {
    const p = src + (<usize>x << 2)
    let a = f32x4.mul(k0, v128.load(p))
    let b = f32x4.mul(k0, v128.load(p, 16))
    for (let j: i32 = 1; j <= half; j++) {
      const k = v128.load32_splat(kernel + (<usize>j << 2))
      const d = <usize>j << 2
      a = f32x4.add(a, f32x4.mul(k, f32x4.add(v128.load(p - d), v128.load(p + d))))
      b = f32x4.add(b, f32x4.mul(k, f32x4.add(v128.load(p - d, 16), v128.load(p + d, 16))))
    }
    const q = dst + (<usize>x << 2)
    v128.store(q, a)
    v128.store(q, b, 16)
  }
}

/** One output row from the rows `half` above to `half` below `src`, `stride` bytes apart; width in pixels. */
export function convolveColumn(src: usize, stride: usize, dst: usize, width: i32, kernel: usize, half: i32): void {
  const k0 = v128.load32_splat(kernel)
  for (let x: i32 = 0; x < width; x += 16) {
    const p = src + (<usize>x << 2)
    let a = f32x4.mul(k0, v128.load(p))
    let b = f32x4.mul(k0, v128.load(p, 16))
    let c = f32x4.mul(k0, v128.load(p, 32))
    let d = f32x4.mul(k0, v128.load(p, 48))
    let up = p
    let down = p
    for (let j: i32 = 1; j <= half; j++) {
      up -= stride
      down += stride
      const k = v128.load32_splat(kernel + (<usize>j << 2))
      a = f32x4.add(a, f32x4.mul(k, f32x4.add(v128.load(up), v128.load(down))))
      b = f32x4.add(b, f32x4.mul(k, f32x4.add(v128.load(up, 16), v128.load(down, 16))))
      c = f32x4.add(c, f32x4.mul(k, f32x4.add(v128.load(up, 32), v128.load(down, 32))))
      d = f32x4.add(d, f32x4.mul(k, f32x4.add(v128.load(up, 48), v128.load(down, 48))))
    }
    const q = dst + (<usize>x << 2)
    v128.store(q, a)
    v128.store(q, b, 16)
    v128.store(q, c, 32)
    v128.store(q, d, 48)
  }
}

/** `rows` rows of columns pass; rows are `stride` bytes apart in both. */
export function convolveColumns(src: usize, stride: usize, dst: usize, rows: i32, width: i32, kernel: usize, half: i32): void {
  for (let y: i32 = 0; y < rows; y++) convolveColumn(src + <usize>y * stride, stride, dst + <usize>y * stride, width, kernel, half)
}

export function convolveRows(src: usize, srcStride: usize, dst: usize, dstStride: usize, rows: i32, width: i32, kernel: usize, half: i32): void {
  for (let y: i32 = 0; y < rows; y++) convolveRow(src + <usize>y * srcStride, dst + <usize>y * dstStride, width, kernel, half)
}

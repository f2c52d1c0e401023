// Pixels that stand out of the means of opposite neighbours.

/**
 * Find x in [1, width − 1) with e·|e| > limit·variance, e = v·(1 + 1e-6) − ½·min of the four sums of opposite neighbours. Rows above and
 * below lie `stride` bytes before and behind `row`; all are readable up to four pixels past the width.
 * @returns how many; their x go to `out` in ascending order
 */
export function sharpInRow(row: usize, stride: usize, variance: usize, width: i32, limit: f32, out: usize): i32 {
  const slack = f32x4.splat(1.000001)
  const half = f32x4.splat(0.5)
  const lim = f32x4.splat(limit)
  const above = row - stride
  const below = row + stride
  let n: i32 = 0
  for (let x: i32 = 1; x < width - 1; x += 4) {
    const o = <usize>x << 2
    const p = row + o
    const a = above + o
    const b = below + o
    const level = f32x4.add(v128.load(p - 4), v128.load(p, 4))
    const upright = f32x4.add(v128.load(a), v128.load(b))
    const rising = f32x4.add(v128.load(a - 4), v128.load(b, 4))
    const falling = f32x4.add(v128.load(a, 4), v128.load(b - 4))
    const least = f32x4.min(f32x4.min(level, upright), f32x4.min(rising, falling))
    const e = f32x4.sub(f32x4.mul(v128.load(p), slack), f32x4.mul(half, least))
    const hot = f32x4.gt(f32x4.mul(e, f32x4.abs(e)), f32x4.mul(lim, v128.load(variance + o)))
    let bits = i32x4.bitmask(hot)
    while (bits != 0) {
      const lane = ctz(bits)
      if (x + lane < width - 1) {
        store<i32>(out + (<usize>n << 2), x + lane)
        n++
      }
      bits &= bits - 1
    }
  }
  return n
}

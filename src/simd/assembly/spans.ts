// Runs of pixels at or above a threshold.

// @ts-ignore: decorator
@inline
function aboveBits(p: usize, v: usize, t: v128, sign: v128): i32 {
  const x = f32x4.mul(v128.load(p), sign)
  if (!v) return i32x4.bitmask(f32x4.ge(x, t))
  // x ≥ t·√variance without the root: x > 0 and x² ≥ t²·variance; t holds t² here.
  const ok = f32x4.ge(f32x4.mul(x, x), f32x4.mul(t, v128.load(v)))
  return i32x4.bitmask(v128.and(ok, f32x4.gt(x, f32x4.splat(0))))
}

/**
 * Spans (y, x0, x1 inclusive: three i32 each) of sign·image ≥ threshold, or ≥ threshold·√variance when `variance` is not 0.
 * Rows must be padded to a multiple of 16 with values below threshold. Returns the number found; only `capacity` are written.
 */
export function findSpans(image: usize, variance: usize, stride: usize, width: i32, rows: i32, y0: i32, threshold: f32, sign: f32, out: usize, capacity: i32): i32 {
  let count: i32 = 0
  const t = f32x4.splat(variance ? threshold * threshold : threshold)
  const s = f32x4.splat(sign)
  for (let y: i32 = 0; y < rows; y++) {
    const line = image + <usize>y * stride
    const vline = variance ? variance + <usize>y * stride : 0
    let open: i32 = -1
    for (let x: i32 = 0; x < width; x += 16) {
      const p = line + (<usize>x << 2)
      const v = vline ? vline + (<usize>x << 2) : 0
      let bits = aboveBits(p, v, t, s)
      bits |= aboveBits(p + 16, v ? v + 16 : 0, t, s) << 4
      bits |= aboveBits(p + 32, v ? v + 32 : 0, t, s) << 8
      bits |= aboveBits(p + 48, v ? v + 48 : 0, t, s) << 12
      if (bits == 0 && open < 0) continue
      if (bits == 0xffff && open >= 0) continue
      let at: i32 = 0
      while (at < 16) {
        const rest = bits >> at
        if (open < 0) {
          if (rest == 0) break
          at += ctz<i32>(rest)
          open = x + at
        } else {
          const free = ~rest & (0xffff >> at)
          if (free == 0) break
          at += ctz<i32>(free)
          if (count < capacity) {
            const o = out + <usize>count * 12
            store<i32>(o, y0 + y)
            store<i32>(o, open, 4)
            store<i32>(o, x + at - 1, 8)
          }
          count++
          open = -1
        }
      }
    }
    if (open >= 0) {
      if (count < capacity) {
        const o = out + <usize>count * 12
        store<i32>(o, y0 + y)
        store<i32>(o, open, 4)
        store<i32>(o, width - 1, 8)
      }
      count++
    }
  }
  return count
}

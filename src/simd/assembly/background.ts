// Statistics of one background cell. Everything the TypeScript twin must repeat bit for bit: eight f32 lanes hold partial
// sums of 8 terms each; they are added in pairs and then to four f64 totals, lane by lane.

/** Copy finite pixels whose mask has none of `bad`; `mask` 0 means no mask. Returns their number. */
export function gatherCell(image: usize, mask: usize, stride: usize, width: i32, height: i32, bad: i32, dst: usize): i32 {
  const start = dst
  const badLanes = i32x4.splat(bad)
  for (let y: i32 = 0; y < height; y++) {
    let p = image + <usize>y * stride
    let m = mask + <usize>y * stride
    let x: i32 = 0
    while (x + 16 <= width) {
      const a = v128.load(p)
      const b = v128.load(p, 16)
      const c = v128.load(p, 32)
      const d = v128.load(p, 48)
      // v − v is 0 for what is finite; NaN bits survive the sums' or.
      let odd = v128.or(v128.or(f32x4.sub(a, a), f32x4.sub(b, b)), v128.or(f32x4.sub(c, c), f32x4.sub(d, d)))
      if (mask) {
        const bits = v128.or(v128.or(v128.load(m), v128.load(m, 16)), v128.or(v128.load(m, 32), v128.load(m, 48)))
        odd = v128.or(odd, v128.and(bits, badLanes))
      }
      if (v128.any_true(odd)) break
      v128.store(dst, a)
      v128.store(dst, b, 16)
      v128.store(dst, c, 32)
      v128.store(dst, d, 48)
      dst += 64
      p += 64
      m += 64
      x += 16
    }
    for (; x + 4 <= width; x += 4) {
      const v = v128.load(p)
      let good = f32x4.eq(f32x4.sub(v, v), f32x4.splat(0))
      if (mask) good = v128.and(good, i32x4.eq(v128.and(v128.load(m), badLanes), i32x4.splat(0)))
      if (i32x4.all_true(good)) {
        v128.store(dst, v)
        dst += 16
      } else {
        const bits = i32x4.bitmask(good)
        for (let lane: i32 = 0; lane < 4; lane++) {
          store<f32>(dst, load<f32>(p + (<usize>lane << 2)))
          dst += <usize>((bits >> lane) & 1) << 2
        }
      }
      p += 16
      m += 16
    }
    for (; x < width; x++) {
      const v = load<f32>(p)
      let good = v - v == 0
      if (mask) good = good && (load<i32>(m) & bad) == 0
      if (good) {
        store<f32>(dst, v)
        dst += 4
      }
      p += 4
      m += 4
    }
  }
  return <i32>((dst - start) >> 2)
}

/** Counts of values in `bins` equal bins from `lo`, below in counts[0], above in counts[bins + 1]. Counts are cleared first. */
export function histogram(values: usize, n: i32, lo: f32, scale: f32, bins: i32, counts: usize): void {
  memory.fill(counts, 0, <usize>(bins + 2) << 2)
  const base = f32x4.splat(lo)
  const factor = f32x4.splat(scale)
  const zero = i32x4.splat(0)
  const top = i32x4.splat(bins + 1)
  const one = f32x4.splat(1)
  let i: i32 = 0
  for (; i + 4 <= n; i += 4) {
    const t = f32x4.floor(f32x4.add(f32x4.mul(f32x4.sub(v128.load(values + (<usize>i << 2)), base), factor), one))
    const k = i32x4.shl(i32x4.min_s(i32x4.max_s(i32x4.trunc_sat_f32x4_s(t), zero), top), 2)
    const a = counts + <usize>i32x4.extract_lane(k, 0)
    store<i32>(a, load<i32>(a) + 1)
    const b = counts + <usize>i32x4.extract_lane(k, 1)
    store<i32>(b, load<i32>(b) + 1)
    const c = counts + <usize>i32x4.extract_lane(k, 2)
    store<i32>(c, load<i32>(c) + 1)
    const d = counts + <usize>i32x4.extract_lane(k, 3)
    store<i32>(d, load<i32>(d) + 1)
  }
  for (; i < n; i++) {
    const t = floor<f32>((load<f32>(values + (<usize>i << 2)) - lo) * scale + <f32>1)
    let k: i32 = t <= 0 ? 0 : t >= <f32>(bins + 1) ? bins + 1 : <i32>t
    const a = counts + (<usize>k << 2)
    store<i32>(a, load<i32>(a) + 1)
  }
}

/** Sums over values in [centre − half, centre + half] of d = value − centre: writes f64 count, Σd, Σd². */
export function clippedSums(values: usize, n: i32, centre: f32, half: f32, out: usize): void {
  const c = f32x4.splat(centre)
  const h = f32x4.splat(half)
  const ones = f32x4.splat(1)
  let count = f64x2.splat(0)
  let sumA = f64x2.splat(0)
  let sumB = f64x2.splat(0)
  let sqA = f64x2.splat(0)
  let sqB = f64x2.splat(0)
  let i: i32 = 0
  while (i + 4 <= n) {
    let s = f32x4.splat(0)
    let q = f32x4.splat(0)
    let k = f32x4.splat(0)
    let s2 = f32x4.splat(0)
    let q2 = f32x4.splat(0)
    let k2 = f32x4.splat(0)
    const stop = min(i + 64, n - 3)
    for (; i + 4 < stop; i += 8) {
      const d0 = f32x4.sub(v128.load(values + (<usize>i << 2)), c)
      const e0 = f32x4.sub(v128.load(values + (<usize>i << 2), 16), c)
      const keep = f32x4.le(f32x4.abs(d0), h)
      const keep2 = f32x4.le(f32x4.abs(e0), h)
      const d = v128.and(d0, keep)
      const e = v128.and(e0, keep2)
      s = f32x4.add(s, d)
      s2 = f32x4.add(s2, e)
      q = f32x4.add(q, f32x4.mul(d, d))
      q2 = f32x4.add(q2, f32x4.mul(e, e))
      k = f32x4.add(k, v128.and(ones, keep))
      k2 = f32x4.add(k2, v128.and(ones, keep2))
    }
    for (; i < stop; i += 4) {
      const d0 = f32x4.sub(v128.load(values + (<usize>i << 2)), c)
      const keep = f32x4.le(f32x4.abs(d0), h)
      const d = v128.and(d0, keep)
      s = f32x4.add(s, d)
      q = f32x4.add(q, f32x4.mul(d, d))
      k = f32x4.add(k, v128.and(ones, keep))
    }
    s = f32x4.add(s, s2)
    q = f32x4.add(q, q2)
    k = f32x4.add(k, k2)
    sumA = f64x2.add(sumA, f64x2.promote_low_f32x4(s))
    sumB = f64x2.add(sumB, f64x2.promote_low_f32x4(i8x16.shuffle(s, s, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)))
    sqA = f64x2.add(sqA, f64x2.promote_low_f32x4(q))
    sqB = f64x2.add(sqB, f64x2.promote_low_f32x4(i8x16.shuffle(q, q, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)))
    count = f64x2.add(count, f64x2.promote_low_f32x4(k))
    count = f64x2.add(count, f64x2.promote_low_f32x4(i8x16.shuffle(k, k, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)))
  }
  let m = f64x2.extract_lane(count, 0) + f64x2.extract_lane(count, 1)
  let s = f64x2.extract_lane(sumA, 0) + f64x2.extract_lane(sumA, 1) + (f64x2.extract_lane(sumB, 0) + f64x2.extract_lane(sumB, 1))
  let q = f64x2.extract_lane(sqA, 0) + f64x2.extract_lane(sqA, 1) + (f64x2.extract_lane(sqB, 0) + f64x2.extract_lane(sqB, 1))
  for (; i < n; i++) {
    const d = load<f32>(values + (<usize>i << 2)) - centre
    if (abs<f32>(d) <= half) {
      m += 1
      s += <f64>d
      q += <f64>(d * d)
    }
  }
  store<f64>(out, m)
  store<f64>(out, s, 8)
  store<f64>(out, q, 16)
}

// Element by element work: raw to calibrated pixels, dot products, byte order.

/**
 * Raw counts of one amplifier row to image, variance and mask (any multiple of 4 pixels; the caller pads):
 * i = raw − level − bias;  v = max(i, 0)/gain + readNoise² + biasVariance;  then divided by the flat:
 * v ← v/f² + i²·fv/f⁴, i ← i/f.  Pointers 0 leave a step out. Raw ≥ saturation sets `satBit`, else ≥ suspect `suspectBit`.
 */
export function isrRow(
  raw: usize, n: i32, level: f32, bias: usize, biasVar: usize, flat: usize, flatVar: usize,
  invGain: f32, readVar: f32, saturation: f32, suspect: f32, satBit: i32, suspectBit: i32,
  image: usize, variance: usize, mask: usize,
): void {
  const lev = f32x4.splat(level)
  const g = f32x4.splat(invGain)
  const rv = f32x4.splat(readVar)
  const sat = f32x4.splat(saturation)
  const sus = f32x4.splat(suspect)
  const satBits = i32x4.splat(satBit)
  const susBits = i32x4.splat(suspectBit)
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  for (let x: i32 = 0; x < n; x += 4) {
    const o = <usize>x << 2
    const counts = f32x4.convert_i32x4_s(v128.load16x4_u(raw + (<usize>x << 1)))
    let i = f32x4.sub(counts, lev)
    if (bias) i = f32x4.sub(i, v128.load(bias + o))
    let v = f32x4.add(f32x4.mul(f32x4.max(i, zero), g), rv)
    if (biasVar) v = f32x4.add(v, v128.load(biasVar + o))
    if (flat) {
      const r = f32x4.div(one, v128.load(flat + o))
      i = f32x4.mul(i, r)
      const r2 = f32x4.mul(r, r)
      v = f32x4.mul(v, r2)
      if (flatVar) v = f32x4.add(v, f32x4.mul(f32x4.mul(f32x4.mul(i, i), r2), v128.load(flatVar + o)))
    }
    const hot = f32x4.ge(counts, sat)
    const warm = v128.andnot(f32x4.ge(counts, sus), hot)
    v128.store(image + o, i)
    v128.store(variance + o, v)
    v128.store(mask + o, v128.or(v128.and(hot, satBits), v128.and(warm, susBits)))
  }
}

/** a[i] += scale·b[i]; length padded to a multiple of 4. */
export function addScaled(a: usize, b: usize, n: i32, scale: f32): void {
  const s = f32x4.splat(scale)
  for (let x: i32 = 0; x < n; x += 4) {
    const o = <usize>x << 2
    v128.store(a + o, f32x4.add(v128.load(a + o), f32x4.mul(s, v128.load(b + o))))
  }
}

/** image /= flat; variance ← variance/f² + image²·flatVariance/f⁴ (flatVar 0: none); length padded to a multiple of 4. */
export function divideFlat(image: usize, variance: usize, flat: usize, flatVar: usize, n: i32): void {
  const one = f32x4.splat(1)
  for (let x: i32 = 0; x < n; x += 4) {
    const o = <usize>x << 2
    const r = f32x4.div(one, v128.load(flat + o))
    const i = f32x4.mul(v128.load(image + o), r)
    const r2 = f32x4.mul(r, r)
    let v = f32x4.mul(v128.load(variance + o), r2)
    if (flatVar) v = f32x4.add(v, f32x4.mul(f32x4.mul(f32x4.mul(i, i), r2), v128.load(flatVar + o)))
    v128.store(image + o, i)
    v128.store(variance + o, v)
  }
}

/** Σ a·b: f32 products, four f64 sums over lanes. */
export function dot(a: usize, b: usize, n: i32): f64 {
  let lo = f64x2.splat(0)
  let hi = f64x2.splat(0)
  let i: i32 = 0
  for (; i + 4 <= n; i += 4) {
    const p = f32x4.mul(v128.load(a + (<usize>i << 2)), v128.load(b + (<usize>i << 2)))
    lo = f64x2.add(lo, f64x2.promote_low_f32x4(p))
    hi = f64x2.add(hi, f64x2.promote_low_f32x4(i8x16.shuffle(p, p, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)))
  }
  let sum = f64x2.extract_lane(lo, 0) + f64x2.extract_lane(lo, 1) + (f64x2.extract_lane(hi, 0) + f64x2.extract_lane(hi, 1))
  for (; i < n; i++) sum += <f64>(load<f32>(a + (<usize>i << 2)) * load<f32>(b + (<usize>i << 2)))
  return sum
}

export function swap16(p: usize, bytes: i32): void {
  for (let i: i32 = 0; i < bytes; i += 16) {
    const v = v128.load(p + i)
    v128.store(p + i, i8x16.shuffle(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14))
  }
}

export function swap32(p: usize, bytes: i32): void {
  for (let i: i32 = 0; i < bytes; i += 16) {
    const v = v128.load(p + i)
    v128.store(p + i, i8x16.shuffle(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12))
  }
}

export function swap64(p: usize, bytes: i32): void {
  for (let i: i32 = 0; i < bytes; i += 16) {
    const v = v128.load(p + i)
    v128.store(p + i, i8x16.shuffle(v, v, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8))
  }
}

// Exact sums over circles: every pixel weighs with the area of it that the circle covers.

// @ts-ignore: decorator
@inline
function half(t: f64, r: f64): f64 {
  return Math.sqrt(max(0.0, r * r - t * t))
}

/**
 * ∫ √(r² − t²) dt from t1 to t2 (0 ≤ t1 ≤ t2 ≤ r; s1, s2 the roots there): the trapezoid under the chord and the circular
 * segment above it, r²(φ − sin φ cos φ) with sin φ = chord/2r, as a series for short chords.
 */
function arc(t1: f64, s1: f64, t2: f64, s2: f64, r: f64): f64 {
  const dt = t2 - t1
  const ds = s1 - s2
  const trapezoid = 0.5 * dt * (s1 + s2)
  const u2 = (dt * dt + ds * ds) / (4 * r * r)
  const u = Math.sqrt(u2)
  if (u2 < 0.03) {
    const series = 2.0 / 3 + u2 * (0.2 + u2 * (3.0 / 28 + u2 * (5.0 / 72 + u2 * (35.0 / 704 + u2 * (63.0 / 1664 + u2 * (231.0 / 7680))))))
    return trapezoid + r * r * u2 * u * series
  }
  return trapezoid + r * r * (Math.asin(min(1.0, u)) - u * Math.sqrt(max(0.0, 1 - u2)))
}

/** ∫ over the row's |y| range [lo, hi] ⊂ [0, r] of min(x, √(r² − y²)), x ≥ 0; sHi the root at hi, whole the integral for x ≥ r. */
// @ts-ignore: decorator
@inline
function capped(x: f64, r: f64, lo: f64, hi: f64, sHi: f64, whole: f64): f64 {
  if (x >= r) return whole
  const turn = Math.sqrt(r * r - x * x)
  if (turn >= hi) return x * (hi - lo)
  if (turn <= lo) return whole
  return x * (turn - lo) + arc(turn, x, hi, sHi, r)
}

// The row's part above and below the centre line, as |y| ranges; set by `row`.
let lo1: f64 = 0
let hi1: f64 = 0
let s1: f64 = 0
let all1: f64 = 0
let lo2: f64 = 0
let hi2: f64 = 0
let s2: f64 = 0
let all2: f64 = 0

function covered(x: f64, r: f64): f64 {
  const a = abs(x)
  let area = capped(a, r, lo1, hi1, s1, all1)
  if (hi2 > lo2) area += capped(a, r, lo2, hi2, s2, all2)
  return x < 0 ? -area : area
}

let sumI: f64 = 0
let sumV: f64 = 0
let sumA: f64 = 0

/** Sum of n floats in f64: eight at a time in four independent chains. */
function lineSum(p: usize, n: i32): f64 {
  let a = f64x2.splat(0)
  let b = f64x2.splat(0)
  let c = f64x2.splat(0)
  let d = f64x2.splat(0)
  let i: i32 = 0
  for (; i + 8 <= n; i += 8) {
    const o = p + (<usize>i << 2)
    a = f64x2.add(a, f64x2.promote_low_f32x4(v128.load64_zero(o)))
    b = f64x2.add(b, f64x2.promote_low_f32x4(v128.load64_zero(o, 8)))
    c = f64x2.add(c, f64x2.promote_low_f32x4(v128.load64_zero(o, 16)))
    d = f64x2.add(d, f64x2.promote_low_f32x4(v128.load64_zero(o, 24)))
  }
  a = f64x2.add(f64x2.add(a, b), f64x2.add(c, d))
  let s = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1)
  for (; i < n; i++) s += <f64>load<f32>(p + (<usize>i << 2))
  return s
}

function full(image: usize, variance: usize, n: i32): void {
  sumI += lineSum(image, n)
  sumV += lineSum(variance, n)
  sumA += <f64>n
}

/**
 * Circles of `radii[0 … n)` (f64) about (cx, cy): writes Σ w·I, Σ w²·V and Σ w, three f64 a radius. Pixels outside the
 * image count as nothing. Images are `width` floats a row without padding.
 */
export function circleSums(image: usize, variance: usize, width: i32, height: i32, cx: f64, cy: f64, radii: usize, n: i32, out: usize): void {
  for (let k: i32 = 0; k < n; k++) {
    const r = load<f64>(radii + (<usize>k << 3))
    sumI = 0
    sumV = 0
    sumA = 0
    const top = max(0, <i32>Math.floor(cy - r + 0.5))
    const end = min(height - 1, <i32>Math.floor(cy + r + 0.5))
    for (let y: i32 = top; y <= end; y++) row(image, variance, width, y, cx, cy, r)
    const o = out + <usize>k * 24
    store<f64>(o, sumI)
    store<f64>(o, sumV, 8)
    store<f64>(o, sumA, 16)
  }
}

function row(image: usize, variance: usize, width: i32, y: i32, cx: f64, cy: f64, r: f64): void {
  const low = <f64>y - 0.5 - cy
  const high = low + 1
  // |y| ranges of the row inside the circle.
  lo2 = 0
  hi2 = 0
  if (low < 0 && high > 0) {
    lo1 = 0
    hi1 = min(high, r)
    hi2 = min(-low, r)
    s2 = half(hi2, r)
    all2 = arc(0, r, hi2, s2, r)
  } else {
    lo1 = min(min(abs(low), abs(high)), r)
    hi1 = min(max(abs(low), abs(high)), r)
  }
  if (hi1 <= lo1 && hi2 <= 0) return
  s1 = half(hi1, r)
  all1 = arc(lo1, half(lo1, r), hi1, s1, r)
  const nearest = lo1
  const farthest = max(abs(low), abs(high))
  const outer = Math.sqrt(max(0.0, r * r - nearest * nearest))
  const inner = farthest < r ? Math.sqrt(r * r - farthest * farthest) : -1
  const x0 = max(0, <i32>Math.floor(cx - outer + 0.5))
  const x1 = min(width - 1, <i32>Math.floor(cx + outer + 0.5))
  if (x1 < x0) return
  // Fully covered: pixel edges within ±inner.
  let f0 = inner < 0 ? x1 + 1 : max(x0, <i32>Math.ceil(cx - inner + 0.5))
  let f1 = inner < 0 ? x1 : min(x1, <i32>Math.floor(cx + inner - 0.5))
  if (f1 < f0) {
    f0 = x1 + 1
    f1 = x1
  }
  const line = image + ((<usize>y * <usize>width) << 2)
  const vline = variance + ((<usize>y * <usize>width) << 2)
  edge(line, vline, x0, f0 - 1, cx, r)
  if (f1 >= f0) {
    full(line + (<usize>f0 << 2), vline + (<usize>f0 << 2), f1 - f0 + 1)
    edge(line, vline, f1 + 1, x1, cx, r)
  }
}

function edge(line: usize, vline: usize, from: i32, to: i32, cx: f64, r: f64): void {
  if (to < from) return
  let left = covered(<f64>from - 0.5 - cx, r)
  for (let x: i32 = from; x <= to; x++) {
    const right = covered(<f64>x + 0.5 - cx, r)
    const w = right - left
    left = right
    sumI += w * <f64>load<f32>(line + (<usize>x << 2))
    sumV += w * w * <f64>load<f32>(vline + (<usize>x << 2))
    sumA += w
  }
}

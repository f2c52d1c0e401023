export type FloatArray = Float32Array | Float64Array

/**
 * Reorder `a` in place so that a[k] is what sorting would put there, everything left of it is not larger, everything
 * right not smaller; a[k]. No NaN may be in the range [left, right].
 * @see Floyd & Rivest 1975, CACM 18, algorithm 489 (SELECT)
 */
export function selectInPlace(a: FloatArray, k: number, left = 0, right: number = a.length - 1): number {
  let lo = left
  let hi = right
  while (hi > lo) {
    if (hi - lo > 600) narrow(a, k, lo, hi)
    const pivot = a[k]!
    let i = lo
    let j = hi
    swap(a, lo, k)
    if (a[hi]! > pivot) swap(a, hi, lo)
    while (i < j) {
      swap(a, i, j)
      i++
      j--
      while (a[i]! < pivot) i++
      while (a[j]! > pivot) j--
    }
    if (a[lo] === pivot) swap(a, lo, j)
    else {
      j++
      swap(a, j, hi)
    }
    if (j <= k) lo = j + 1
    if (k <= j) hi = j - 1
  }
  return a[k]!
}

/** Select in a sample around the expected place first, which brings a[k] close to its final value. */
function narrow(a: FloatArray, k: number, lo: number, hi: number): void {
  const n = hi - lo + 1
  const i = k - lo + 1
  const z = Math.log(n)
  const s = 0.5 * Math.exp((2 * z) / 3)
  const sd = 0.5 * Math.sqrt((z * s * (n - s)) / n) * Math.sign(i - n / 2)
  const newLo = Math.max(lo, Math.floor(k - (i * s) / n + sd))
  const newHi = Math.min(hi, Math.floor(k + ((n - i) * s) / n + sd))
  selectInPlace(a, k, newLo, newHi)
}

function swap(a: FloatArray, i: number, j: number): void {
  const t = a[i]!
  a[i] = a[j]!
  a[j] = t
}

// Values are kept in float64: sums of 32-bit pixels over a tile need more than 32 bits and less than 53.

/**
 * Decode one tile of HCOMPRESS (FITS 4.0 §10.4.4; White 1992): bit planes of the H-transform coefficients in quadtrees.
 * @param out    receives `n` pixels
 * @param smooth interpolate coefficients to soften blocks, as the card SMOOTH asks
 * @throws Error on a wrong magic number, size or code
 */
export function hcompressDecode(src: Uint8Array, out: Float64Array, n: number, smooth: boolean): void {
  const view = new DataView(src.buffer, src.byteOffset, src.byteLength)
  if (src.length < 25 || view.getUint16(0) !== 0xdd99) throw new Error('this is no HCOMPRESS data')
  const nx = view.getInt32(2)
  const ny = view.getInt32(6)
  const scale = view.getInt32(10)
  if (nx <= 0 || ny <= 0 || nx * ny !== n)
    throw new Error(`HCOMPRESS data of ${nx} × ${ny} pixels, ${n} were wanted`)
  const sum = Number(view.getBigInt64(14))
  const planes = [src[22]!, src[23]!, src[24]!]
  if (planes.some((p) => p > 53)) throw new Error('impossible number of HCOMPRESS bit planes')
  const bits = new BitReader(src, 25)
  const a = out.subarray(0, n).fill(0)
  const nx2 = (nx + 1) >> 1
  const ny2 = (ny + 1) >> 1
  decodeQuadrant(bits, a, 0, ny, nx2, ny2, planes[0]!)
  decodeQuadrant(bits, a, ny2, ny, nx2, ny >> 1, planes[1]!)
  decodeQuadrant(bits, a, ny * nx2, ny, nx >> 1, ny2, planes[1]!)
  decodeQuadrant(bits, a, ny * nx2 + ny2, ny, nx >> 1, ny >> 1, planes[2]!)
  if (bits.take(4) !== 0) throw new Error('the HCOMPRESS bit planes do not end where they should')
  bits.align()
  for (let i = 0; i < n; i++) if (a[i] !== 0 && bits.take(1) === 1) a[i] = -a[i]!
  a[0] = sum
  if (scale > 1) for (let i = 0; i < n; i++) a[i]! *= scale
  invert(a, nx, ny, smooth, scale)
}

class BitReader {
  readonly #src: Uint8Array
  #at: number
  #bits = 0
  #held = 0

  constructor(src: Uint8Array, at: number) {
    this.#src = src
    this.#at = at
  }

  take(count: number): number {
    while (this.#held < count) {
      const byte = this.#src[this.#at++]
      if (byte === undefined) throw new Error('the HCOMPRESS data end too early')
      this.#bits = ((this.#bits << 8) | byte) & 0xffff
      this.#held += 8
    }
    this.#held -= count
    return (this.#bits >> this.#held) & ((1 << count) - 1)
  }

  align(): void {
    this.#held = 0
  }

  /** One code of the fixed Huffman table: 0 … 15, the four pixels of a node. */
  huffman(): number {
    let code = this.take(3)
    if (code < 4) return 1 << code
    code = (code << 1) | this.take(1)
    if (code < 13) return FOUR_BITS[code - 8]!
    code = (code << 1) | this.take(1)
    if (code < 31) return FIVE_BITS[code - 26]!
    return this.take(1) === 0 ? 0 : 14
  }
}

const FOUR_BITS = [3, 5, 10, 12, 15]
const FIVE_BITS = [6, 7, 9, 11, 13]

/** Power of two that is not below n. */
const ceilLog2 = (n: number): number => (n <= 1 ? 0 : 32 - Math.clz32(n - 1))

/** Bit planes of one quadrant of nqx × nqy coefficients at `start` of rows of `stride`. */
function decodeQuadrant(
  bits: BitReader,
  a: Float64Array,
  start: number,
  stride: number,
  nqx: number,
  nqy: number,
  planes: number,
): void {
  if (nqx === 0 || nqy === 0) {
    for (let bit = 0; bit < planes; bit++) if (bits.take(4) !== 0) bits.huffman()
    return
  }
  const levels = ceilLog2(Math.max(nqx, nqy))
  const codes = ((nqx + 1) >> 1) * ((nqy + 1) >> 1)
  for (let bit = planes - 1; bit >= 0; bit--) {
    const form = bits.take(4)
    if (form === 0) {
      const direct = new Uint8Array(codes)
      for (let i = 0; i < codes; i++) direct[i] = bits.take(4)
      insertPlane(direct, a, start, stride, nqx, nqy, 2 ** bit)
    } else if (form === 15) {
      insertPlane(expandTree(bits, nqx, nqy, levels), a, start, stride, nqx, nqy, 2 ** bit)
    } else throw new Error(`unknown HCOMPRESS plane code ${form}`)
  }
}

/** Grow the quadtree level by level: a set pixel of one level is a node with its own code on the next. */
function expandTree(bits: BitReader, nqx: number, nqy: number, levels: number): Uint8Array {
  let nodes = new Uint8Array([bits.huffman()])
  for (let level = levels - 1; level >= 1; level--) {
    const nx = Math.ceil(nqx / 2 ** level)
    const ny = Math.ceil(nqy / 2 ** level)
    const next = new Uint8Array(nx * ny)
    const ny2 = (ny + 1) >> 1
    for (let x = 0; x < nx; x++)
      for (let y = 0; y < ny; y++)
        next[x * ny + y] = (nodes[(x >> 1) * ny2 + (y >> 1)]! >> (3 - 2 * (x & 1) - (y & 1))) & 1
    for (let i = next.length - 1; i >= 0; i--) if (next[i] !== 0) next[i] = bits.huffman()
    nodes = next
  }
  return nodes
}

function insertPlane(
  codes: Uint8Array,
  a: Float64Array,
  start: number,
  stride: number,
  nqx: number,
  nqy: number,
  weight: number,
): void {
  const ny2 = (nqy + 1) >> 1
  for (let x = 0; x < nqx; x++)
    for (let y = 0; y < nqy; y++)
      if (((codes[(x >> 1) * ny2 + (y >> 1)]! >> (3 - 2 * (x & 1) - (y & 1))) & 1) === 1)
        a[start + x * stride + y]! += weight
}

/** Round to a multiple of `unit`, halves away from zero as the forward transform expects. */
const roundTo = (v: number, unit: number, low: number): number =>
  Math.floor((v + (v >= 0 ? unit / 2 : low)) / unit) * unit

const odd = (v: number, unit: number): number => (Math.abs(Math.floor(v / unit)) % 2 === 1 ? unit : 0)

/** The inverse H-transform, from the one sum of all pixels down to the pixels. */
function invert(a: Float64Array, nx: number, ny: number, smooth: boolean, scale: number): void {
  const levels = ceilLog2(Math.max(nx, ny))
  if (levels === 0) {
    a[0] = Math.floor(a[0]! / 4 + 0.5)
    return
  }
  const line = new Float64Array(Math.max(nx, ny))
  let bit0 = 2 ** (levels - 1)
  a[0] = roundTo(a[0]!, 4 * bit0, 2 * bit0 - 1)
  for (let k = levels - 1; k >= 0; k--, bit0 /= 2) {
    const nxTop = Math.ceil(nx / 2 ** k)
    const nyTop = Math.ceil(ny / 2 ** k)
    for (let x = 0; x < nxTop; x++) interleave(a, x * ny, 1, nyTop, line)
    for (let y = 0; y < nyTop; y++) interleave(a, y, ny, nxTop, line)
    if (smooth) smoothen(a, nxTop, nyTop, ny, scale)
    invertLevel(a, nxTop, nyTop, ny, bit0, k === 0)
  }
}

/** First half of a line to the even places, second half to the odd ones. */
function interleave(a: Float64Array, start: number, step: number, n: number, line: Float64Array): void {
  const half = (n + 1) >> 1
  for (let i = 0; i < n; i++) line[i] = a[start + i * step]!
  for (let i = 0; i < n; i++) a[start + i * step] = line[(i & 1) === 0 ? i >> 1 : half + (i >> 1)]!
}

function invertLevel(
  a: Float64Array,
  nx: number,
  ny: number,
  stride: number,
  bit0: number,
  last: boolean,
): void {
  const bit1 = 2 * bit0
  const divisor = last ? 4 : 2
  const low0 = last ? 0 : bit0 / 2 - 1
  const low1 = bit0 - 1
  // Where a row or column is missing at the rim, its coefficients count as zero.
  for (let x = 0; x < nx; x += 2)
    for (let y = 0; y < ny; y += 2) {
      const s00 = x * stride + y
      const s10 = s00 + stride
      const hasX = x + 1 < nx
      const hasY = y + 1 < ny
      let h0 = a[s00]!
      if (hasX && hasY) {
        let hx = roundTo(a[s10]!, bit1, low1)
        let hy = roundTo(a[s00 + 1]!, bit1, low1)
        const hc = roundLow(a[s10 + 1]!, bit0, low0)
        const low = odd(hc, bit0)
        hx += hx >= 0 ? -low : low
        hy += hy >= 0 ? -low : low
        const next = (odd(hc, bit1) + odd(hx, bit1) + odd(hy, bit1)) % (2 * bit1)
        h0 = h0 >= 0 ? h0 + low - next : h0 + (low === 0 ? next : low - next)
        a[s10 + 1] = Math.floor((h0 + hx + hy + hc) / divisor)
        a[s10] = Math.floor((h0 + hx - hy - hc) / divisor)
        a[s00 + 1] = Math.floor((h0 - hx + hy - hc) / divisor)
        a[s00] = Math.floor((h0 - hx - hy + hc) / divisor)
      } else if (hasX || hasY) {
        const other = hasX ? s10 : s00 + 1
        const h = roundTo(a[other]!, bit1, low1)
        const next = odd(h, bit1)
        h0 += h0 >= 0 ? -next : next
        a[other] = Math.floor((h0 + h) / divisor)
        a[s00] = Math.floor((h0 - h) / divisor)
      } else a[s00] = Math.floor(h0 / divisor)
    }
}

/** As roundTo; on the last level the unit is 1 and values stay as they are. */
const roundLow = (v: number, unit: number, low: number): number =>
  unit === 1 ? Math.floor(v) : Math.floor((v + (v >= 0 ? unit / 2 : low)) / unit) * unit

const between = (v: number, low: number, high: number): number => Math.max(Math.min(v, high), low)

/** Adjust the differences of a level towards the slopes of its neighbours, by no more than half the scale. */
function smoothen(a: Float64Array, nx: number, ny: number, stride: number, scale: number): void {
  const limit = scale >> 1
  if (limit <= 0) return
  for (let x = 2; x < nx - 2; x += 2)
    for (let y = 0; y < ny; y += 2) slope(a, x * stride + y, 2 * stride, x * stride + y + stride, limit)
  for (let x = 0; x < nx; x += 2)
    for (let y = 2; y < ny - 2; y += 2) slope(a, x * stride + y, 2, x * stride + y + 1, limit)
  for (let x = 2; x < nx - 2; x += 2)
    for (let y = 2; y < ny - 2; y += 2) curvature(a, x * stride + y, stride, limit)
}

function slope(a: Float64Array, at: number, step: number, target: number, limit: number): void {
  const before = a[at]! - a[at - step]!
  const after = a[at + step]! - a[at]!
  const high = 4 * Math.max(Math.min(after, before), 0)
  const low = 4 * Math.min(Math.max(after, before), 0)
  if (low >= high) return
  const change = Math.trunc((between(before + after, low, high) - 8 * a[target]!) / 8)
  a[target]! += between(change, -limit, limit)
}

function curvature(a: Float64Array, at: number, stride: number, limit: number): void {
  const h0 = a[at]!
  const hmm = a[at - 2 * stride - 2]!
  const hpm = a[at + 2 * stride - 2]!
  const hmp = a[at - 2 * stride + 2]!
  const hpp = a[at + 2 * stride + 2]!
  const hx2 = 2 * a[at + stride]!
  const hy2 = 2 * a[at + 1]!
  const high =
    16 *
    Math.min(
      Math.max(hpp - h0, 0) - hx2 - hy2,
      Math.max(h0 - hpm, 0) + hx2 - hy2,
      Math.max(h0 - hmp, 0) - hx2 + hy2,
      Math.max(hmm - h0, 0) + hx2 + hy2,
    )
  const low =
    16 *
    Math.max(
      Math.min(hpp - h0, 0) - hx2 - hy2,
      Math.min(h0 - hpm, 0) + hx2 - hy2,
      Math.min(h0 - hmp, 0) - hx2 + hy2,
      Math.min(hmm - h0, 0) + hx2 + hy2,
    )
  if (low >= high) return
  const target = at + stride + 1
  const change = Math.trunc((between(hpp + hmm - hmp - hpm, low, high) - 64 * a[target]!) / 64)
  a[target]! += between(change, -limit, limit)
}

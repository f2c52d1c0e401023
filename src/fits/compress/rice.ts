/** Parameters of a Rice stream by the bytes of a pixel (FITS 4.0 §10.4.1). */
interface RiceForm {
  /** Bits in which a block's split position is written. */
  readonly fsBits: number
  /** Split position that announces a block of plain differences. */
  readonly fsMax: number
  readonly pixelBits: number
}

export type BytePix = 1 | 2 | 4

const FORMS: Record<BytePix, RiceForm> = {
  1: { fsBits: 3, fsMax: 6, pixelBits: 8 },
  2: { fsBits: 4, fsMax: 14, pixelBits: 16 },
  4: { fsBits: 5, fsMax: 25, pixelBits: 32 },
}

const ENDS = 'the Rice data end before the last pixel'

/**
 * Decode one tile: the first pixel plainly, then blocks of differences, each split into unary high and plain low bits.
 * The bit buffer is aligned to its highest bit, so that a count of leading zeros reads a unary number at once.
 * @param src   the compressed bytes
 * @param out   receives `n` pixels: unsigned for 1 byte a pixel, signed for 2 and 4
 * @param block pixels of a block, 32 as a rule
 * @throws Error when the data end too early
 */
export function riceDecode(
  src: Uint8Array,
  out: Int32Array,
  n: number,
  block: number,
  bytePix: BytePix,
): void {
  const { fsBits, fsMax, pixelBits } = FORMS[bytePix]
  if (src.length < bytePix) throw new Error(ENDS)
  const wrap = 32 - pixelBits
  let last = 0
  for (let i = 0; i < bytePix; i++) last = (last << 8) | src[i]!
  let at = bytePix
  let bits = 0
  let held = 0
  for (let i = 0; i < n; ) {
    const end = Math.min(n, i + block)
    while (held <= 24) {
      bits |= (at < src.length ? src[at]! : 0) << (24 - held)
      at++
      held += 8
    }
    const fs = (bits >>> (32 - fsBits)) - 1
    bits <<= fsBits
    held -= fsBits
    if (fs < 0) {
      out.fill(bytePix === 1 ? last & 255 : bytePix === 2 ? (last << 16) >> 16 : last, i, end)
      i = end
    } else if (fs === fsMax) {
      for (; i < end; i++) {
        let left = pixelBits
        let diff = 0
        while (left > 0) {
          while (held <= 24) {
            bits |= (at < src.length ? src[at]! : 0) << (24 - held)
            at++
            held += 8
          }
          const take = left < 16 ? left : 16
          diff = (diff << take) | (bits >>> (32 - take))
          bits <<= take
          held -= take
          left -= take
        }
        last = (last + ((diff >>> 1) ^ -(diff & 1))) | 0
        out[i] = last
      }
    } else {
      const spare = 31 - fs
      for (; i < end; i++) {
        while (held <= 24) {
          bits |= (at < src.length ? src[at]! : 0) << (24 - held)
          at++
          held += 8
        }
        let zeros = Math.clz32(bits)
        let diff: number
        if (zeros + 1 + fs <= held) {
          diff = (zeros << fs) | ((((bits << zeros) << 1) >>> 1) >>> spare)
          bits = ((bits << zeros) << 1) << fs
          held -= zeros + 1 + fs
        } else {
          if (zeros < held) {
            bits = (bits << zeros) << 1
            held -= zeros + 1
          } else {
            zeros = held
            bits = 0
            held = 0
            for (;;) {
              if (at >= src.length) throw new Error(ENDS)
              const byte = src[at++]!
              if (byte === 0) {
                zeros += 8
                continue
              }
              const more = Math.clz32(byte) - 24
              zeros += more
              held = 7 - more
              bits = held === 0 ? 0 : byte << (32 - held)
              break
            }
          }
          let low = 0
          let left = fs
          while (left > 0) {
            while (held <= 24) {
              bits |= (at < src.length ? src[at]! : 0) << (24 - held)
              at++
              held += 8
            }
            const take = left < 16 ? left : 16
            low = (low << take) | (bits >>> (32 - take))
            bits <<= take
            held -= take
            left -= take
          }
          diff = (zeros << fs) | low
        }
        last = (last + ((diff >>> 1) ^ -(diff & 1))) | 0
        out[i] = last
      }
    }
    if (at - (held >> 3) > src.length) throw new Error(ENDS)
  }
  if (bytePix === 2) for (let i = 0; i < n; i++) out[i] = (out[i]! << wrap) >> wrap
  else if (bytePix === 1) for (let i = 0; i < n; i++) out[i]! &= 255
}

/** Bytes that can never be too few for `n` pixels. */
export const riceBound = (n: number, block: number, bytePix: BytePix): number =>
  bytePix + Math.ceil((n * FORMS[bytePix].pixelBits + Math.ceil(n / block) * FORMS[bytePix].fsBits) / 8) + 8

/**
 * Encode one tile into `dst`, which has at least `riceBound` bytes.
 * @param src pixels, within the range of `bytePix` bytes
 * @returns how many bytes were written
 */
export function riceEncode(
  src: Int32Array,
  n: number,
  dst: Uint8Array,
  block: number,
  bytePix: BytePix,
): number {
  const { fsBits, fsMax, pixelBits } = FORMS[bytePix]
  const wrap = 32 - pixelBits
  const mask = 0xffffffff >>> wrap
  const diffs = new Uint32Array(block)
  const out: BitSink = { dst, at: 0, bits: 0, held: 0 }
  let last = src[0] ?? 0
  putWide(out, last, pixelBits)
  for (let i = 0; i < n; i += block) {
    const size = Math.min(block, n - i)
    let sum = 0
    for (let k = 0; k < size; k++) {
      const pixel = src[i + k]!
      const diff = ((pixel - last) << wrap) >> wrap
      const folded = (((diff << 1) ^ (diff >> 31)) & mask) >>> 0
      diffs[k] = folded
      sum += folded
      last = pixel
    }
    const fs = splitPosition(sum, size)
    if (fs >= fsMax) {
      put(out, fsMax + 1, fsBits)
      for (let k = 0; k < size; k++) putWide(out, diffs[k]!, pixelBits)
    } else if (sum === 0) put(out, 0, fsBits)
    else {
      put(out, fs + 1, fsBits)
      putSplit(out, diffs, size, fs)
    }
  }
  if (out.held > 0) put(out, 0, 8 - out.held)
  return out.at
}

/** Bytes being written; fewer than eight bits wait in the low end of `bits`. */
interface BitSink {
  readonly dst: Uint8Array
  at: number
  bits: number
  held: number
}

/** Up to 24 bits. */
function put(out: BitSink, value: number, count: number): void {
  out.bits = (out.bits << count) | (value & ((1 << count) - 1))
  out.held += count
  while (out.held >= 8) {
    out.held -= 8
    out.dst[out.at++] = out.bits >>> out.held
  }
  out.bits &= 0xff
}

function putWide(out: BitSink, value: number, count: number): void {
  if (count > 16) put(out, value >>> 16, count - 16)
  put(out, value, Math.min(count, 16))
}

/** The high part of each difference in unary, zeros and a one, then its `fs` low bits. */
function putSplit(out: BitSink, diffs: Uint32Array, size: number, fs: number): void {
  const { dst } = out
  const low = (1 << fs) - 1
  let { at, bits, held } = out
  for (let k = 0; k < size; k++) {
    const diff = diffs[k]!
    let zeros = diff >>> fs
    if (zeros + 1 + fs > 24) {
      for (; zeros >= 16; zeros -= 16) {
        bits <<= 16
        dst[at++] = bits >>> (held + 8)
        dst[at++] = bits >>> held
        bits &= 0xff
      }
      bits = (bits << (zeros + 1)) | 1
      held += zeros + 1
      while (held >= 8) {
        held -= 8
        dst[at++] = bits >>> held
      }
      bits = ((bits & 0xff) << fs) | (diff & low)
      held += fs
    } else {
      bits = (bits << (zeros + 1 + fs)) | (1 << fs) | (diff & low)
      held += zeros + 1 + fs
    }
    while (held >= 8) {
      held -= 8
      dst[at++] = bits >>> held
    }
    bits &= 0xff
  }
  out.at = at
  out.bits = bits
  out.held = held
}

/** How many low bits of the differences are noise: from their mean. */
function splitPosition(sum: number, size: number): number {
  const mean = Math.max(0, (sum - Math.floor(size / 2) - 1) / size)
  let rest = Math.floor(mean) >>> 1
  let fs = 0
  for (; rest > 0; fs++) rest >>>= 1
  return fs
}

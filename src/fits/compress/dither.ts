const N_RANDOM = 10000

/** The random numbers that every FITS reader and writer shares (FITS 4.0, appendix I), in [0, 1). */
export const RANDOM: Float32Array = makeRandom()

function makeRandom(): Float32Array {
  const values = new Float32Array(N_RANDOM)
  let seed = 1
  for (let i = 0; i < N_RANDOM; i++) {
    seed = (16807 * seed) % 2147483647
    values[i] = seed / 2147483647
  }
  return values
}

/** Integer that stands for an exact zero with SUBTRACTIVE_DITHER_2. */
export const ZERO_VALUE = -2147483646
/** Integer that stands for NaN. */
export const NULL_VALUE = -2147483647

/** Where the dither of a tile starts; `tile` counts from 0, `seed` is ZDITHER0. */
export function ditherStart(tile: number, seed: number): number {
  return (((tile + seed - 1) % N_RANDOM) + N_RANDOM) % N_RANDOM
}

/** The first index into RANDOM of a sequence that starts at `seed`. */
export const firstIndex = (seed: number): number => Math.floor(RANDOM[seed]! * 500)

export interface Quantized {
  readonly scale: number
  readonly zero: number
  /** 0: none, 1, 2: SUBTRACTIVE_DITHER_1, _2. */
  readonly dither: 0 | 1 | 2
  /** Of this tile, from ditherStart. */
  readonly seed: number
  /** The integer of undefined pixels, undefined when there are none. */
  readonly blank: number | undefined
}

/** Integers back to floats: (i − random + ½)·scale + zero; undefined pixels NaN. */
export function unquantize(
  src: Int32Array | Float64Array,
  out: Float32Array | Float64Array,
  n: number,
  { scale, zero, dither, seed, blank }: Quantized,
): void {
  const nothing = blank ?? Number.NaN
  if (dither === 0) {
    for (let i = 0; i < n; i++) out[i] = src[i] === nothing ? Number.NaN : src[i]! * scale + zero
    return
  }
  const exactZero = dither === 2 ? ZERO_VALUE : Number.NaN
  let start = seed
  let at = firstIndex(start)
  for (let i = 0; i < n; i++) {
    const v = src[i]!
    if (v === nothing) out[i] = Number.NaN
    else if (v === exactZero) out[i] = 0
    else out[i] = (v - RANDOM[at]! + 0.5) * scale + zero
    if (++at === N_RANDOM) {
      start = (start + 1) % N_RANDOM
      at = firstIndex(start)
    }
  }
}

/** Floats to integers: floor((v − zero)/scale + random), without dither rounded; NaN and exact zeros by their own integers. */
export function quantize(
  src: Float32Array | Float64Array,
  out: Int32Array,
  n: number,
  { scale, zero, dither, seed }: Quantized,
): void {
  let start = seed
  let at = firstIndex(start)
  const plain = dither === 0 ? 0.5 : 0
  const random = dither === 0 ? 0 : 1
  const zeroIsExact = dither === 2
  for (let i = 0; i < n; i++) {
    const v = src[i]!
    if (v !== v) out[i] = NULL_VALUE
    else if (v === 0 && zeroIsExact) out[i] = ZERO_VALUE
    else out[i] = Math.floor((v - zero) / scale + random * RANDOM[at]! + plain)
    if (++at === N_RANDOM) {
      start = (start + 1) % N_RANDOM
      at = firstIndex(start)
    }
  }
}

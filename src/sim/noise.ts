import type { Random } from '#math'

/**
 * A fast stream of Gaussian deviates for whole frames: xoshiro128++ and a 128-layer ziggurat, about 10 ns each.
 * Seeded from a `Random`, so a frame's noise depends on the seed and the labels it was forked with only.
 * @see Blackman & Vigna 2021; Marsaglia & Tsang 2000, with layer index and value from different bits (Doornik 2005)
 */
export class NoiseStream {
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(random: Random) {
    const word = () => random.integer(0, 0xffffffff) | 0
    this.#a = word()
    this.#b = word()
    this.#c = word()
    this.#d = word() | 1
  }

  /** 32 random bits as a signed integer. */
  bits(): number {
    const sum = (this.#a + this.#d) | 0
    const result = (((sum << 7) | (sum >>> 25)) + this.#a) | 0
    const t = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= t
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result
  }

  /** In (0, 1). */
  uniform(): number {
    return ((this.bits() >>> 0) + 0.5) / 4294967296
  }

  normal(): number {
    for (;;) {
      const bits = this.bits()
      const layer = bits & 127
      const value = bits >> 7
      if (Math.abs(value) < LIMIT[layer]!) return value * WIDTH[layer]!
      if (layer === 0) return this.#tail(value < 0)
      const x = value * WIDTH[layer]!
      const [low, high] = [HEIGHT[layer]!, HEIGHT[layer - 1]!]
      if (low + this.uniform() * (high - low) < Math.exp(-0.5 * x * x)) return x
    }
  }

  /** The next deviates in order; the same numbers as so many calls of `normal`. */
  fillNormal(out: Float32Array, count = out.length): void {
    let [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d]
    for (let i = 0; i < count; i++) {
      const sum = (a + d) | 0
      const bits = (((sum << 7) | (sum >>> 25)) + a) | 0
      const layer = bits & 127
      const value = bits >> 7
      const sign = value >> 31
      if ((value ^ sign) - sign < LIMIT[layer]!) {
        const t = b << 9
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= t
        d = (d << 11) | (d >>> 21)
        out[i] = value * WIDTH[layer]!
        continue
      }
      this.#a = a
      this.#b = b
      this.#c = c
      this.#d = d
      out[i] = this.normal()
      a = this.#a
      b = this.#b
      c = this.#c
      d = this.#d
    }
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
  }

  /** Poisson: exact below a mean of 32, above a rounded Gaussian with the third moment corrected (error below 1e-3 σ). */
  poisson(mean: number): number {
    if (mean <= 0) return 0
    if (mean < 32) return this.#smallPoisson(mean)
    const z = this.normal()
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * z + (z * z - 1) / 6))
  }

  #smallPoisson(mean: number): number {
    const limit = Math.exp(-mean)
    let k = 0
    for (let product = this.uniform(); product > limit; product *= this.uniform()) k++
    return k
  }

  #tail(negative: boolean): number {
    for (;;) {
      const x = -Math.log(this.uniform()) / START
      const y = -Math.log(this.uniform())
      if (2 * y > x * x) return negative ? -(START + x) : START + x
    }
  }
}

/** Where the tail begins, and the area of each layer. */
const START = 3.442619855899
const AREA = 9.91256303526217e-3
const SCALE = 2 ** 24

const LIMIT = new Int32Array(128)
const WIDTH = new Float64Array(128)
const HEIGHT = new Float64Array(128)

{
  let outer = START
  let inner = START
  const base = AREA / Math.exp(-0.5 * START * START)
  LIMIT[0] = (START / base) * SCALE
  WIDTH[0] = base / SCALE
  HEIGHT[0] = 1
  LIMIT[1] = 0
  WIDTH[127] = START / SCALE
  HEIGHT[127] = Math.exp(-0.5 * START * START)
  for (let i = 126; i >= 1; i--) {
    inner = Math.sqrt(-2 * Math.log(AREA / outer + Math.exp(-0.5 * outer * outer)))
    LIMIT[i + 1] = (inner / outer) * SCALE
    HEIGHT[i] = Math.exp(-0.5 * inner * inner)
    WIDTH[i] = inner / SCALE
    outer = inner
  }
}

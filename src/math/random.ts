import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { samplePoisson } from './poisson.ts'

/** Anything that names a stream: equal seeds give equal streams on every machine. */
export type Seed = string | number | bigint

/**
 * A seeded stream of random numbers (xoroshiro128+). Streams of sub-tasks come by `fork`, from labels such as a data ID,
 * so that they do not depend on how much was drawn before or on the order of work. @see Blackman & Vigna 2018
 */
export class Random {
  readonly #name: string
  readonly #source: RandomGenerator
  #spare = Number.NaN

  constructor(seed: Seed) {
    this.#name = `${typeof seed === 'string' ? 's' : 'n'}:${seed}`
    this.#source = xoroshiro128plusFromState(stateOf(this.#name))
  }

  /** An independent stream that depends on this one's seed and the label only. */
  fork(label: Seed): Random {
    return new Random(`${this.#name}/${label}`)
  }

  /** In [0, 1), 53 bits. */
  uniform(): number {
    const high = this.#source.next() >>> 5
    const low = this.#source.next() >>> 6
    return (high * 67108864 + low) / 9007199254740992
  }

  /** In [lo, hi). */
  between(lo: number, hi: number): number {
    return lo + (hi - lo) * this.uniform()
  }

  /** A whole number in [lo, hi], both possible, without bias; the range at most 2^53. */
  integer(lo: number, hi: number): number {
    return lo + Math.floor(this.uniform() * (hi - lo + 1))
  }

  /** Gaussian by Marsaglia's polar method. */
  normal(mean = 0, sigma = 1): number {
    let z = this.#spare
    if (z === z) this.#spare = Number.NaN
    else {
      let [u, v, s] = [0, 0, 0]
      do {
        u = 2 * this.uniform() - 1
        v = 2 * this.uniform() - 1
        s = u * u + v * v
      } while (s >= 1 || s === 0)
      const f = Math.sqrt((-2 * Math.log(s)) / s)
      z = u * f
      this.#spare = v * f
    }
    return mean + sigma * z
  }

  /** Poisson with any mean ≥ 0, by exact methods. */
  poisson(mean: number): number {
    return samplePoisson(mean, this)
  }

  /** Exponential with the given mean. */
  exponential(mean = 1): number {
    return -mean * Math.log(1 - this.uniform())
  }

  fillNormal(out: Float32Array | Float64Array, mean = 0, sigma = 1): void {
    for (let i = 0; i < out.length; i++) out[i] = this.normal(mean, sigma)
  }

  /** Fisher–Yates, in place. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(0, i)
      const t = items[i] as T
      items[i] = items[j] as T
      items[j] = t
    }
    return items
  }
}

/** 128 bits from a text by two FNV-1a-like passes and a finishing mix, never all zero. */
function stateOf(text: string): number[] {
  const state = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x8aed2a6b]
  for (let word = 0; word < 4; word++) {
    let h = (0x811c9dc5 ^ state[word]!) | 0
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    state[word] = h ^ (h >>> 16)
  }
  return state.every((s) => s === 0) ? [1, 0, 0, 0] : state
}

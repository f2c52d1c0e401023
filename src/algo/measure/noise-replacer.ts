import type { Footprint } from '#image'
import type { Random } from '#math'
import type { MeasureFrame } from './plugin.ts'

/**
 * Shows one source at a time: the pixels of all others are Gaussian noise, the same each time, so that results do not
 * depend on the order.
 * @see lsst.meas.base.NoiseReplacer
 */
export class NoiseReplacer {
  readonly #frame: MeasureFrame
  readonly #spans: readonly Int32Array[]
  readonly #original: readonly Float32Array[]
  readonly #noise: readonly Float32Array[]

  /** Replaces all footprints at once. @param noise mean and σ of the noise, in the image's unit */
  constructor(
    frame: MeasureFrame,
    footprints: readonly Footprint[],
    noise: { readonly mean: number; readonly stdev: number },
    random: Random,
  ) {
    this.#frame = frame
    this.#spans = footprints.map(({ spans }) => spans)
    this.#original = this.#spans.map((spans) => this.#take(spans))
    this.#noise = this.#original.map((own) => {
      const values = new Float32Array(own.length)
      for (let i = 0; i < values.length; i++) values[i] = noise.mean + noise.stdev * random.normal()
      return values
    })
    this.#noise.forEach((values, k) => this.#put(this.#spans[k]!, values))
  }

  /** Put the source's own pixels in, do the work, put the noise back. */
  withSource(k: number, work: () => void): void {
    this.#put(this.#spans[k]!, this.#original[k]!)
    try {
      work()
    } finally {
      this.#put(this.#spans[k]!, this.#noise[k]!)
    }
  }

  /** All sources back as they were. */
  restore(): void {
    this.#original.forEach((values, k) => this.#put(this.#spans[k]!, values))
  }

  #take(spans: Int32Array): Float32Array {
    const { store, x0, y0 } = this.#frame
    const parts: number[] = []
    for (let i = 0; i < spans.length; i += 3) {
      const from = (spans[i]! - y0) * store.width + spans[i + 1]! - x0
      for (let k = 0; k <= spans[i + 2]! - spans[i + 1]!; k++) parts.push(store.image[from + k]!)
    }
    return Float32Array.from(parts)
  }

  #put(spans: Int32Array, values: Float32Array): void {
    const { store, x0, y0 } = this.#frame
    let at = 0
    for (let i = 0; i < spans.length; i += 3) {
      const to = (spans[i]! - y0) * store.width + spans[i + 1]! - x0
      const n = spans[i + 2]! - spans[i + 1]! + 1
      store.image.set(values.subarray(at, at + n), to)
      at += n
    }
  }
}

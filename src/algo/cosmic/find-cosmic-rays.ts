import type { Image, MaskedImage, Psf } from '#image'
import { Random } from '#math'
import { sharpPixels } from '#simd'
import { sampleStatistics } from '../background/sample-statistics.ts'
import { connectSpans } from '../detect/connect.ts'
import { algoError } from '../errors.ts'
import { planeBits } from '../plane-bits.ts'
import { IndexQueue } from './index-queue.ts'
import { replacePixels } from './replace-pixels.ts'

export interface CosmicRayOptions {
  /** A pixel must stand this many of its sigmas above the mean of an opposite pair of neighbours. */
  readonly minSigma: number
  /** A cosmic ray must hold at least this many counts. */
  readonly minCounts: number
  /** Sharpness: with sigmas of allowance (fac), sharper than this fraction of the PSF (fac2). */
  readonly condition3Sigmas: number
  readonly condition3Fraction: number
  /** Rounds of looking for fainter pixels beside those found. */
  readonly rounds: number
  readonly maxPixels: number
  /** Mark only; leave the pixel values. */
  readonly keep: boolean
  readonly seed: bigint
}

/** Of lsst.meas.algorithms.FindCosmicRaysConfig. */
export const DEFAULT_COSMIC_RAYS: CosmicRayOptions = {
  minSigma: 6,
  minCounts: 150,
  condition3Sigmas: 2.5,
  condition3Fraction: 0.6,
  rounds: 3,
  maxPixels: 10000,
  keep: false,
  seed: 1n,
}

/** Weights of the condition: what fraction of the central pixel the PSF has beside it, times the allowed fraction. */
interface Sharpness {
  readonly vertical: number
  readonly horizontal: number
  readonly diagonal: number
}

/**
 * Find cosmic rays as pixels sharper than the PSF allows; set CR (and INTRP where values are replaced).
 * The method is that of the stack (gradient conditions by R. Lupton). Two faults there are not copied: its test for clean
 * neighbours lets every neighbour pass as bad, so that its four-direction interpolation never runs, and of its two
 * single-direction fallbacks it takes the wrong one when both can be had.
 * @returns number of cosmic rays and of their pixels
 * @throws FirstlightError 'algo/too-many-cosmic-rays'; the image is then as it was
 * @see lsst::meas::algorithms::findCosmicRays
 */
export function findCosmicRays(
  maskedImage: MaskedImage,
  psf: Psf,
  options: Partial<CosmicRayOptions> = {},
): { readonly count: number; readonly pixels: number } {
  const o = { ...DEFAULT_COSMIC_RAYS, ...options }
  const sky = sampleStatistics(maskedImage.image.data, maskedImage.image, maskedImage.mask, SKY_IGNORES)
  const skyVariance = sampleStatistics(
    maskedImage.variance.data,
    maskedImage.image,
    maskedImage.mask,
    SKY_IGNORES,
  )
  const background = Number.isFinite(sky.median) ? sky.median : 0
  const sharpness = sharpnessOf(psf.kernelImage(), o.condition3Fraction)
  const search = new Search(maskedImage, background, sharpness)
  const first = search.scan(o)
  const rays = search.raysOf(first, o.minCounts)
  for (const ray of rays) search.overwrite(ray)
  for (let round = 0; round < o.rounds; round++) if (search.extend(rays, o) === 0) break
  search.restore()
  const hits = Int32Array.from(rays.flatMap((ray) => [...ray.keys()])).sort()
  const { mask } = maskedImage
  const marks = mask.mask('CR') | (o.keep ? 0 : mask.mask('INTRP'))
  if (!o.keep)
    replacePixels(maskedImage, hits, {
      background,
      sigma: Math.sqrt(skyVariance.median > 0 ? skyVariance.median : sky.stdev ** 2),
      random: new Random(o.seed),
    })
  for (const i of hits) mask.data[i]! |= marks
  return { count: rays.length, pixels: hits.length }
}

const SKY_IGNORES = ['BAD', 'SAT', 'NO_DATA', 'DETECTED']

function sharpnessOf(kernel: Image, fraction: number): Sharpness {
  const at = (x: number, y: number) => kernel.get(x, y)
  const relative = (...values: number[]) =>
    (fraction * values.reduce((a, b) => a + b, 0)) / values.length / at(0, 0)
  return {
    vertical: relative(at(0, -1), at(0, 1)),
    horizontal: relative(at(-1, 0), at(1, 0)),
    diagonal: relative(at(-1, -1), at(1, 1), at(-1, 1), at(1, -1)),
  }
}

/** One cosmic ray: pixel index → its value before anything was replaced. */
type Ray = Map<number, number>

class Search {
  readonly #data: Float32Array
  readonly #variance: Float32Array
  readonly #mask: Int32Array
  readonly #width: number
  readonly #height: number
  readonly #unusable: number
  readonly #interpolated: number
  readonly #background: number
  readonly #sharpness: Sharpness
  readonly #original = new Map<number, number>()
  /** Replacement of the pixel that was tested last. */
  #estimate = 0

  constructor({ image, mask, variance }: MaskedImage, background: number, sharpness: Sharpness) {
    this.#data = image.data
    this.#variance = variance.data
    this.#mask = mask.data
    this.#width = image.width
    this.#height = image.height
    this.#unusable = planeBits(mask, ['BAD', 'INTRP', 'SAT', 'NO_DATA'])
    this.#interpolated = mask.mask('INTRP')
    this.#background = background
    this.#sharpness = sharpness
  }

  /** Row-major; each hit is overwritten at once so that later pixels see a cleaned neighbourhood. Then all is restored. */
  scan(o: CosmicRayOptions): Int32Array {
    const [w, h, data] = [this.#width, this.#height, this.#data]
    const queue = new IndexQueue(sharpPixels(data, this.#variance, { width: w, height: h }, o.minSigma))
    for (let i = queue.next(); i !== undefined; i = queue.next()) {
      if (!this.#isSharp(i, o.minSigma, o.condition3Sigmas) || !this.#isUsable(i)) continue
      this.#original.set(i, data[i]!)
      data[i] = this.#estimate
      for (const later of [i + 1, i + w - 1, i + w, i + w + 1])
        if (later % w > 0 && later % w < w - 1 && later < (h - 1) * w) queue.add(later)
      if (this.#original.size > o.maxPixels) {
        this.restore()
        throw algoError('too-many-cosmic-rays', `Too many CR pixels (max ${o.maxPixels})`, {
          hint: 'The PSF may be narrower than the one assumed, or the image undersampled: raise nCrPixelMax or switch doCosmicRay off.',
        })
      }
    }
    const hits = Int32Array.from(this.#original.keys())
    this.restore()
    return hits
  }

  /** Group 8-connected pixels; drop groups of fewer than `minCounts` counts above the background. */
  raysOf(hits: Int32Array, minCounts: number): Ray[] {
    const w = this.#width
    const runs: number[] = []
    for (const i of hits) {
      const [y, x] = [Math.floor(i / w), i % w]
      const last = runs.length - 3
      if (last >= 0 && runs[last] === y && runs[last + 2] === x - 1) runs[last + 2] = x
      else runs.push(y, x, x)
    }
    const spans = Int32Array.from(runs)
    const { group, count } = connectSpans(spans)
    const rays = Array.from({ length: count }, () => new Map<number, number>())
    group.forEach((g, s) => {
      for (let x = spans[3 * s + 1]!; x <= spans[3 * s + 2]!; x++) {
        const i = spans[3 * s]! * w + x
        rays[g]!.set(i, this.#data[i]!)
      }
    })
    const counts = (ray: Ray) => [...ray.values()].reduce((sum, v) => sum + v - this.#background, 0)
    return rays.filter((ray) => counts(ray) >= minCounts)
  }

  /** Put the background in the place of a ray's pixels, so that its rim stands out. */
  overwrite(ray: Ray): void {
    for (const [i, value] of ray) {
      if (!this.#original.has(i)) this.#original.set(i, value)
      this.#data[i] = this.#background
    }
  }

  /** Test the pixels around each ray again, less strictly; add hits to it. @returns how many were added */
  extend(rays: readonly Ray[], o: CosmicRayOptions): number {
    const [w, h] = [this.#width, this.#height]
    let added = 0
    for (const ray of rays) {
      const around = new Set<number>()
      for (const i of ray.keys())
        for (const d of [-w - 1, -w, -w + 1, -1, 1, w - 1, w, w + 1]) if (!ray.has(i + d)) around.add(i + d)
      for (const i of [...around].sort((a, b) => a - b)) {
        const [x, y] = [i % w, Math.floor(i / w)]
        if (x < 1 || y < 1 || x >= w - 1 || y >= h - 1 || this.#original.has(i)) continue
        if ((this.#mask[i]! & this.#unusable) !== 0 || !this.#isSharp(i, o.minSigma / 2, 0)) continue
        ray.set(i, this.#data[i]!)
        this.#original.set(i, this.#data[i]!)
        this.#data[i] = this.#estimate
        added++
      }
    }
    return added
  }

  restore(): void {
    for (const [i, value] of this.#original) this.#data[i] = value
    this.#original.clear()
  }

  #isUsable(i: number): boolean {
    const [mask, w, bit] = [this.#mask, this.#width, this.#interpolated]
    if ((mask[i]! & this.#unusable) !== 0) return false
    const around =
      mask[i - 1]! |
      mask[i + 1]! |
      mask[i - w - 1]! |
      mask[i - w]! |
      mask[i - w + 1]! |
      mask[i + w - 1]! |
      mask[i + w]! |
      mask[i + w + 1]!
    return (around & bit) === 0
  }

  #isSharp(i: number, minSigma: number, allowance: number): boolean {
    const [data, w] = [this.#data, this.#width]
    const v = data[i]!
    if (!(v >= 0)) return false
    const we = (data[i - 1]! + data[i + 1]!) / 2
    const ns = (data[i - w]! + data[i + w]!) / 2
    const swne = (data[i - w - 1]! + data[i + w + 1]!) / 2
    const nwse = (data[i + w - 1]! + data[i - w + 1]!) / 2
    const variance = this.#variance
    const excess = v - Math.min(we, ns, swne, nwse)
    if (!(excess > 0 && excess * excess > minSigma * minSigma * variance[i]!)) return false
    const b = this.#background
    const peak = v - b - allowance * Math.sqrt(variance[i]!)
    const sharper = (fraction: number, mean: number, p: number, q: number) =>
      fraction * peak > mean - b + (allowance * Math.sqrt(variance[p]! + variance[q]!)) / 2
    const { vertical, horizontal, diagonal } = this.#sharpness
    if (sharper(vertical, ns, i - w, i + w)) this.#estimate = ns
    else if (sharper(horizontal, we, i - 1, i + 1)) this.#estimate = we
    else if (sharper(diagonal, swne, i - w - 1, i + w + 1)) this.#estimate = swne
    else if (sharper(diagonal, nwse, i + w - 1, i - w + 1)) this.#estimate = nwse
    else return false
    return true
  }
}

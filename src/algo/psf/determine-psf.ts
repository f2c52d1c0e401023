import type { Box2I } from '#geom'
import { Image, LinearCombinationPsf, monomials, normalized, shiftImage } from '#image'
import { percentile, solveCholesky } from '#math'
import { algoError } from '../errors.ts'
import type { PsfCandidate } from './psf-candidate.ts'

export interface PsfModelOptions {
  /** Order of the polynomial in position; lowered when there are few stars. */
  readonly spatialOrder: number
  /** Stars needed for each polynomial term. */
  readonly starsPerTerm: number
  /** Rounds of refitting, each with the residuals of the last and without its outliers. */
  readonly iterations: number
  /** Stars above this signal-to-noise weigh as if they had it: models are never as good as the brightest star. */
  readonly maxSignalToNoise: number
  /** A star is dropped when its reduced χ² is above this and stands out from the others. */
  readonly reducedChi2: number
}

export const DEFAULT_PSF_MODEL: PsfModelOptions = {
  spatialOrder: 2,
  starsPerTerm: 4,
  iterations: 4,
  maxSignalToNoise: 300,
  reducedChi2: 2,
}

export interface PsfModel {
  readonly psf: LinearCombinationPsf
  /** Stars of the last fit. */
  readonly used: readonly PsfCandidate[]
  /** Reduced χ² of each candidate under the model, NaN for those that have no pixels. */
  readonly reducedChi2: Float64Array
}

/** Root of the effective area 4πσ² of a PSF of σ ≈ 1.7 px: noise of a pixel to noise of a flux. */
const EFFECTIVE_SIDE = 6
/** Model error, as a fraction of each pixel, that χ² allows for. */
const MODEL_ERROR = 0.01

/**
 * An empirical PSF on the pixel grid: one image for each polynomial term of position,
 * PSF(u; x) = Σ m_t(x)·P_t(u), solved pixel by pixel by least squares over the stars, each first brought to the middle of its
 * pixel. The residuals of the model, drawn at each star's own sub-pixel place, are brought back and fitted again, so that
 * interpolation errors do not stay in it. Terms that vary fade out where only noise is left.
 * @throws FirstlightError 'algo/no-psf-stars'
 * @see Bertin 2011 (PSFEx) for the form; lsst.meas.algorithms.PcaPsfDeterminer for its place
 */
export function determinePsf(
  candidates: readonly PsfCandidate[],
  bbox: Box2I,
  options: Partial<PsfModelOptions> = {},
): PsfModel {
  const o = { ...DEFAULT_PSF_MODEL, ...options }
  if (candidates.length === 0)
    throw algoError('no-psf-stars', 'There is no star to model the PSF from.', {
      hint: 'Lower the flux limit of the star selector, or give a PSF.',
    })
  const fit = new Fit(candidates, bbox, o)
  return fit.run()
}

class Fit {
  readonly #all: readonly PsfCandidate[]
  readonly #options: PsfModelOptions
  readonly #bbox: Box2I
  readonly #size: number
  #used: readonly PsfCandidate[]
  #flux = new Map<PsfCandidate, number>()
  #order = 0

  constructor(candidates: readonly PsfCandidate[], bbox: Box2I, options: PsfModelOptions) {
    this.#all = candidates
    this.#used = candidates
    this.#bbox = bbox
    this.#options = options
    this.#size = candidates[0]!.size
  }

  run(): PsfModel {
    for (const c of this.#all) this.#flux.set(c, sumWithin(c))
    this.#used = this.#all.filter((c) => this.#flux.get(c)! > 0)
    if (this.#used.length === 0) throw algoError('no-psf-stars', 'None of the PSF stars has a positive flux.')
    this.#order = this.#supportedOrder()
    let planes = this.#solve(this.#used.map((c) => this.#centred(c, c.data)))
    let psf = this.#toPsf(planes)
    for (let round = 1; round < this.#options.iterations; round++) {
      this.#used = this.#withoutOutliers(psf)
      const order = this.#supportedOrder()
      if (order < this.#order) {
        this.#order = order
        planes = planes.slice(0, termsOf(order))
        psf = this.#toPsf(planes)
      }
      const corrections = this.#solve(this.#used.map((c) => this.#centred(c, this.#residual(c, psf))))
      planes = planes.map((plane, t) => plane.map((v, i) => v + corrections[t]![i]!))
      psf = this.#toPsf(planes)
    }
    return { psf, used: this.#used, reducedChi2: Float64Array.from(this.#all, (c) => this.#chi2(c, psf)) }
  }

  #supportedOrder(): number {
    let order = this.#options.spatialOrder
    while (order > 0 && this.#used.length < this.#options.starsPerTerm * termsOf(order)) order--
    return order
  }

  #terms(c: PsfCandidate): Float64Array {
    const { x0, y0, scaleX, scaleY } = this.#frame()
    return monomials((c.x - x0) / scaleX, (c.y - y0) / scaleY, this.#order)
  }

  #frame() {
    const { x, y } = this.#bbox.center
    return {
      x0: x,
      y0: y,
      scaleX: Math.max(1, this.#bbox.width / 2),
      scaleY: Math.max(1, this.#bbox.height / 2),
    }
  }

  /** A stamp divided by its star's flux, the star in the middle of its pixel; and which pixels of it count. */
  #centred(c: PsfCandidate, pixels: Float32Array): Centred {
    const image = new Image(c.size, c.size, { data: pixels })
    const data = shiftImage(image, -c.dx, -c.dy)
    const flux = this.#flux.get(c)!
    for (let i = 0; i < data.length; i++) data[i]! /= flux
    const noise =
      Math.sqrt(
        percentile(
          c.variance.filter((v) => v > 0),
          50,
        ),
      ) / flux
    const floor = 1 / (this.#options.maxSignalToNoise * EFFECTIVE_SIDE)
    return {
      data,
      weight: c.weight,
      importance: 1 / (noise * noise + floor * floor),
      terms: this.#terms(c),
    }
  }

  /** Least squares over the stars in every pixel. @returns one plane a term */
  #solve(stars: readonly Centred[]): Float64Array[] {
    const n = termsOf(this.#order)
    const pixels = this.#size * this.#size
    const planes = Array.from({ length: n }, () => new Float64Array(pixels))
    const A = new Float64Array(n * n)
    const b = new Float64Array(n)
    for (let p = 0; p < pixels; p++) {
      A.fill(0)
      b.fill(0)
      let count = 0
      for (const { data, weight, importance, terms } of stars) {
        if (weight[p] === 0) continue
        count++
        for (let i = 0; i < n; i++) {
          const wi = importance * terms[i]!
          b[i]! += wi * data[p]!
          for (let j = 0; j < n; j++) A[i * n + j]! += wi * terms[j]!
        }
      }
      if (count < 2 * n) {
        // Too few stars see this pixel for its variation: their mean alone.
        if (count > 0) planes[0]![p] = b[0]! / A[0]!
        continue
      }
      const solution = solveCholesky(A, b)
      if (solution === undefined) planes[0]![p] = b[0]! / A[0]!
      else for (let t = 0; t < n; t++) planes[t]![p] = solution[t]!
    }
    return planes
  }

  #toPsf(planes: readonly Float64Array[]): LinearCombinationPsf {
    const half = (this.#size - 1) / 2
    const mean = Float32Array.from(planes[0]!)
    const sum = mean.reduce((a, v) => a + v, 0)
    const reach = halfLightRadius(normalized(mean.slice()), this.#size)
    const basis = planes.map((plane, t) => {
      const data = Float32Array.from(plane, (v, i) => {
        const r = Math.hypot((i % this.#size) - half, Math.floor(i / this.#size) - half)
        return (v * (t === 0 ? 1 : fade(r, 4 * reach, 7 * reach))) / sum
      })
      return new Image(this.#size, this.#size, { x0: -half, y0: -half, data })
    })
    const n = basis.length
    const coefficients = basis.map((_, t) =>
      Float64Array.from({ length: n }, (_unused, k) => (k === t ? 1 : 0)),
    )
    const average = (key: 'x' | 'y') => this.#used.reduce((s, c) => s + c[key], 0) / this.#used.length
    return new LinearCombinationPsf({
      basis,
      order: this.#order,
      coefficients,
      frame: this.#frame(),
      averagePosition: { x: average('x'), y: average('y') },
    })
  }

  /** What the model leaves of a star, counts; its flux is fitted first. */
  #residual(c: PsfCandidate, psf: LinearCombinationPsf): Float32Array {
    const model = modelOf(c, psf)
    let [dot, norm] = [0, 0]
    for (let i = 0; i < model.length; i++) {
      if (c.weight[i] === 0) continue
      dot += model[i]! * c.data[i]!
      norm += model[i]! * model[i]!
    }
    const flux = dot / norm
    if (flux > 0) this.#flux.set(c, flux)
    return c.data.map((v, i) => (c.weight[i] === 0 ? 0 : v - flux * model[i]!))
  }

  #chi2(c: PsfCandidate, psf: LinearCombinationPsf): number {
    const residual = this.#residual(c, psf)
    const model = modelOf(c, psf)
    const flux = this.#flux.get(c)!
    const limit = 0.01 * model.reduce((a, v) => Math.max(a, v), 0)
    let [chi2, n] = [0, 0]
    for (let i = 0; i < model.length; i++) {
      if (c.weight[i] === 0 || model[i]! < limit) continue
      const allowed = MODEL_ERROR * flux * model[i]!
      chi2 += residual[i]! ** 2 / (c.variance[i]! + allowed * allowed)
      n++
    }
    return n > 1 ? chi2 / (n - 1) : Number.NaN
  }

  /** Without the stars whose χ² is bad in itself and among its like; at most a tenth of them in a round. */
  #withoutOutliers(psf: LinearCombinationPsf): readonly PsfCandidate[] {
    const rated = this.#used.map((c) => ({ c, chi2: this.#chi2(c, psf) }))
    const values = rated.map(({ chi2 }) => chi2).filter(Number.isFinite)
    const middle = percentile(values, 50)
    const sigma = 0.7413 * (percentile(values, 75) - percentile(values, 25))
    const limit = Math.max(this.#options.reducedChi2, middle + 4 * sigma)
    const bad = rated.filter(({ chi2 }) => !(chi2 <= limit)).sort((a, b) => b.chi2 - a.chi2)
    const quota = Math.max(1, Math.ceil(this.#used.length / 10))
    const dropped = new Set(bad.slice(0, quota).map(({ c }) => c))
    const kept = this.#used.filter((c) => !dropped.has(c))
    return kept.length > 0 ? kept : this.#used
  }
}

interface Centred {
  readonly data: Float32Array
  readonly weight: Uint8Array
  readonly importance: number
  readonly terms: Float64Array
}

const termsOf = (order: number): number => ((order + 1) * (order + 2)) / 2

/** 1 up to `from`, 0 beyond `to`, a cosine between. */
const fade = (r: number, from: number, to: number): number =>
  r <= from ? 1 : r >= to ? 0 : 0.5 * (1 + Math.cos((Math.PI * (r - from)) / (to - from)))

const modelOf = (c: PsfCandidate, psf: LinearCombinationPsf): Float32Array =>
  psf.computeImage({ x: c.x, y: c.y }).data

/** Sum of the good pixels within 0.6 of the half side: a first flux. */
function sumWithin({ data, weight, size }: PsfCandidate): number {
  const half = (size - 1) / 2
  let sum = 0
  for (let i = 0; i < data.length; i++) {
    const r = Math.hypot((i % size) - half, Math.floor(i / size) - half)
    if (weight[i] === 1 && r < 0.6 * half) sum += data[i]!
  }
  return sum
}

/** Radius that holds half of the light of a normalised image, px. */
function halfLightRadius(data: Float32Array, size: number): number {
  const half = (size - 1) / 2
  for (let r = 0.5; r < half; r += 0.25) {
    let sum = 0
    for (let i = 0; i < data.length; i++)
      if (Math.hypot((i % size) - half, Math.floor(i / size) - half) <= r) sum += data[i]!
    if (sum >= 0.5) return r
  }
  return half
}

import type { MaskedImage } from '#image'
import { correlate2d } from '#simd'

export interface BrighterFatterKernel {
  readonly width: number
  readonly height: number
  /** Row-major, odd sides, per electron. */
  readonly data: Float32Array
}

export interface BrighterFatterOptions {
  readonly maxIter: number
  /** Stop when the summed absolute change of an iteration falls below this, electrons. */
  readonly threshold: number
}

export interface BrighterFatterResult {
  /** Zero-based index of the last pass, as the stack counts. */
  readonly iterations: number
  readonly converged: boolean
  /** Correction of each pixel, electrons; zero on a border of half the kernel plus one. */
  readonly correction: Float32Array
}

/**
 * The charge a bright pixel pushed to its neighbours: ½∇·(I ∇(K⊗I)), iterated from the observed image.
 * @param electrons image in electrons, shape (height, width); NaN counts as zero
 * @see Coulton et al. 2018, AJ 155, 258
 */
export function brighterFatterCorrection(
  electrons: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
  kernel: BrighterFatterKernel,
  options: BrighterFatterOptions,
): BrighterFatterResult {
  const start = electrons.slice()
  for (let i = 0; i < start.length; i++) if (!Number.isFinite(start[i]!)) start[i] = 0
  const current = start.slice()
  const convolved = new Float32Array(start.length)
  const correction = new Float32Array(start.length)
  const margin = (Math.max(kernel.width, kernel.height) >> 1) + 1
  let change = 0
  for (let pass = 0; pass < options.maxIter; pass++) {
    correlate2d(current, { width, height }, kernel.data, kernel.width, kernel.height, convolved)
    change = applyDivergence(start, current, convolved, correction, width, height, margin)
    if (pass > 0 && change < options.threshold) return { iterations: pass, converged: true, correction }
  }
  return { iterations: options.maxIter, converged: false, correction }
}

/**
 * current ← start + ½∇·(I∇O), as the sum of what flows through each pixel's four faces; gives the summed absolute change.
 * The stack takes central differences of ∇I·∇O + I∇²O instead, which does not conserve charge around stars of FWHM 4 px
 * (0.04 % of the flux lost); through faces every electron that leaves a pixel arrives in its neighbour.
 */
function applyDivergence(
  start: Float32Array,
  current: Float32Array,
  o: Float32Array,
  correction: Float32Array,
  width: number,
  height: number,
  margin: number,
): number {
  // In place: every pixel is read by its left and lower neighbours before it changes.
  const fromBelow = new Float64Array(width)
  let change = 0
  for (let y = margin; y <= height - margin; y++) {
    const row = y * width
    const below = y < height - margin
    let fromLeft = 0
    for (let x = margin; x <= width - margin; x++) {
      const i = row + x
      const inside = below && x < width - margin
      const here = current[i]!
      const right = inside ? 0.25 * (here + current[i + 1]!) * (o[i + 1]! - o[i]!) : 0
      const up = inside ? 0.25 * (here + current[i + width]!) * (o[i + width]! - o[i]!) : 0
      const flow = right + up - fromLeft - fromBelow[x]!
      fromLeft = right
      fromBelow[x] = up
      correction[i] = flow
      const next = start[i]! + flow
      change += Math.abs(next - here)
      current[i] = next
    }
  }
  return change
}

/** Add a correction in electrons to an image in ADU, amplifier gain by gain. In place. */
export function addCorrection(exposure: MaskedImage, correction: Float32Array, gainAt: Float32Array): void {
  const { data } = exposure.image
  for (let i = 0; i < data.length; i++) data[i]! += correction[i]! / gainAt[i]!
}

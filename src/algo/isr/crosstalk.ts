import { FirstlightError } from '#core'
import type { Amplifier, Detector, MaskedImage } from '#image'
import { medianOfUnmasked } from './sky.ts'

export interface CrosstalkOptions {
  /** Source pixels brighter than this above the background mark their ghosts with CROSSTALK, ADU. */
  readonly minPixelToMask: number
}

/**
 * Subtract the electronic ghosts amplifiers cast on each other: I_i −= Σ_j C[i][j]·(I_j − b), each source seen in the
 * read-out orientation of its target. First order: the residual is of order C² ≈ 2e-8. In place, on the assembled chip.
 * @param coefficients C[target][source], dimensionless
 * @see lsst.ip.isr.crosstalk, background method DETECTOR
 */
export function subtractCrosstalk(
  exposure: MaskedImage,
  detector: Detector,
  coefficients: readonly (readonly number[])[],
  options: CrosstalkOptions,
): void {
  const amps = detector.amplifiers
  if (coefficients.length !== amps.length || coefficients.some((row) => row.length !== amps.length))
    throw new FirstlightError(
      'isr/crosstalk-shape',
      `Crosstalk matrix is ${coefficients.length}×${coefficients[0]?.length ?? 0}; detector ${detector.name} has ${amps.length} amplifiers.`,
    )
  const background = medianOfUnmasked(exposure, ['BAD'])
  const source = exposure.image.data.slice()
  const sourceVariance = exposure.variance.data.slice()
  const flag = 1 << exposure.mask.addPlane('CROSSTALK')
  const ghosts: Ghosts = {
    exposure,
    source,
    sourceVariance,
    background,
    threshold: options.minPixelToMask + background,
    flag,
  }
  amps.forEach((target, i) => {
    amps.forEach((from, j) => {
      const c = coefficients[i]![j]!
      if (c !== 0 && i !== j) subtractGhost(ghosts, target, from, c)
    })
  })
}

interface Ghosts {
  readonly exposure: MaskedImage
  /** Image and variance as they were before any ghost went. */
  readonly source: Float32Array
  readonly sourceVariance: Float32Array
  readonly background: number
  readonly threshold: number
  readonly flag: number
}

/** Take what one amplifier casts on another off, row by row in the order of reading. */
function subtractGhost(ghosts: Ghosts, target: Amplifier, from: Amplifier, c: number): void {
  const { exposure, source, sourceVariance, background, threshold, flag } = ghosts
  const { width: stride, x0, y0, data } = exposure.image
  const [mask, variance] = [exposure.mask.data, exposure.variance.data]
  const { width, height } = target.bbox
  const flipX = target.readoutCorner[1] !== from.readoutCorner[1]
  const flipY = target.readoutCorner[0] !== from.readoutCorner[0]
  const step = flipX ? -1 : 1
  for (let y = 0; y < height; y++) {
    const t = (target.bbox.y0 - y0 + y) * stride + target.bbox.x0 - x0
    let s = (from.bbox.y0 - y0 + (flipY ? height - 1 - y : y)) * stride + from.bbox.x0 - x0
    if (flipX) s += width - 1
    for (let i = t; i < t + width; i++, s += step) {
      const v = source[s]!
      data[i]! -= c * (v - background)
      variance[i]! += c * c * sourceVariance[s]!
      if (v > threshold) mask[i]! |= flag
    }
  }
}

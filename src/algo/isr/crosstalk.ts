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
  const { image, mask, variance } = exposure
  const source = image.data.slice()
  const sourceVariance = variance.data.slice()
  const flag = mask.addPlane('CROSSTALK')
  const threshold = options.minPixelToMask + background
  amps.forEach((target, i) => {
    amps.forEach((from, j) => {
      const c = coefficients[i]![j]!
      if (c === 0 || i === j) return
      forEachPair(target, from, image.width, image.x0, image.y0, (t, s) => {
        const v = source[s]!
        image.data[t]! -= c * (v - background)
        variance.data[t]! += c * c * sourceVariance[s]!
        if (v > threshold) mask.data[t]! |= 1 << flag
      })
    })
  })
}

/** Visit target and source pixels read out at the same moment. */
function forEachPair(
  target: Amplifier,
  from: Amplifier,
  stride: number,
  x0: number,
  y0: number,
  visit: (t: number, s: number) => void,
): void {
  const { width, height } = target.bbox
  const flipX = target.readoutCorner[1] !== from.readoutCorner[1]
  const flipY = target.readoutCorner[0] !== from.readoutCorner[0]
  for (let y = 0; y < height; y++) {
    const t = (target.bbox.y0 - y0 + y) * stride + target.bbox.x0 - x0
    const s = (from.bbox.y0 - y0 + (flipY ? height - 1 - y : y)) * stride + from.bbox.x0 - x0
    for (let x = 0; x < width; x++) visit(t + x, s + (flipX ? width - 1 - x : x))
  }
}

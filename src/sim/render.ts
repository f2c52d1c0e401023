import { MOFFAT_ALPHA, MOFFAT_BETA, type MoffatShape, shearMatrix } from './psf-field.ts'

/** A frame being drawn: row-major float32, pixel centres on integers. */
export interface Canvas {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

/** A Gaussian component: share of the flux, covariance [xx, xy, yy] in px². */
export type Component = readonly [weight: number, xx: number, xy: number, yy: number]

/**
 * Add a star: the Moffat profile sampled at pixel centres (the pixel's response is part of the profile), out to where it falls
 * below `floor` a pixel.
 */
export function drawMoffat(
  canvas: Canvas,
  x0: number,
  y0: number,
  flux: number,
  shape: MoffatShape,
  floor: number,
): void {
  const alpha2 = (shape.fwhm * MOFFAT_ALPHA) ** 2
  const peak = (flux * (MOFFAT_BETA - 1)) / (Math.PI * alpha2)
  if (!(peak > floor)) return
  const [xx, xy, yy] = shearMatrix(shape.e1, shape.e2)
  const limit = (peak / floor) ** (1 / MOFFAT_BETA) - 1
  const [reachX, reachY] = [Math.sqrt(limit * alpha2 * xx), Math.sqrt(limit * alpha2 * yy)]
  // The inverse of the (unit-determinant) shear matrix.
  const [a, b, c] = [yy / alpha2, -xy / alpha2, xx / alpha2]
  const [left, right] = [
    Math.max(0, Math.ceil(x0 - reachX)),
    Math.min(canvas.width - 1, Math.floor(x0 + reachX)),
  ]
  const [low, high] = [
    Math.max(0, Math.ceil(y0 - reachY)),
    Math.min(canvas.height - 1, Math.floor(y0 + reachY)),
  ]
  const { data, width } = canvas
  for (let y = low; y <= high; y++) {
    const dy = y - y0
    for (let x = left, i = y * width + left; x <= right; x++, i++) {
      const dx = x - x0
      const q = a * dx * dx + 2 * b * dx * dy + c * dy * dy
      if (q > limit) continue
      const s = 1 + q
      data[i]! += peak / (s * s * s * Math.sqrt(s))
    }
  }
}

/** Add a sum of elliptical Gaussians about one centre, each out to where it falls below `floor` a pixel. */
export function drawGaussians(
  canvas: Canvas,
  x0: number,
  y0: number,
  flux: number,
  components: readonly Component[],
  floor: number,
): void {
  for (const [weight, xx, xy, yy] of components) {
    const det = xx * yy - xy * xy
    const peak = (weight * flux) / (2 * Math.PI * Math.sqrt(det))
    if (peak > floor) drawGaussian(canvas, x0, y0, peak, [yy / det, -xy / det, xx / det], xx, yy, floor)
  }
}

/** Along a row a Gaussian is a geometric progression of geometric progressions: two products a pixel. */
function drawGaussian(
  { data, width, height }: Canvas,
  x0: number,
  y0: number,
  peak: number,
  [a, b, c]: readonly [number, number, number],
  xx: number,
  yy: number,
  floor: number,
): void {
  const reach2 = 2 * Math.log(peak / floor)
  const [reachX, reachY] = [Math.sqrt(reach2 * xx), Math.sqrt(reach2 * yy)]
  const [left, right] = [Math.max(0, Math.ceil(x0 - reachX)), Math.min(width - 1, Math.floor(x0 + reachX))]
  const [low, high] = [Math.max(0, Math.ceil(y0 - reachY)), Math.min(height - 1, Math.floor(y0 + reachY))]
  const fall = Math.exp(-a)
  for (let y = low; y <= high; y++) {
    const dy = y - y0
    const dx = left - x0
    let value = peak * Math.exp(-0.5 * (a * dx * dx + 2 * b * dx * dy + c * dy * dy))
    let ratio = Math.exp(-0.5 * (a * (2 * dx + 1) + 2 * b * dy))
    for (let i = y * width + left, end = y * width + right; i <= end; i++) {
      data[i]! += value
      value *= ratio
      ratio *= fall
    }
  }
}

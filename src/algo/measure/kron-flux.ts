import { axesOf, determinantRadius, type Quadrupole } from '#image'
import type { PixelStore } from '#simd'
import { MeasurementFailure, type MeasurementPlugin } from './plugin.ts'

export interface KronOptions {
  /** The radius is measured in the shape ellipse scaled by this. */
  readonly nSigmaForRadius: number
  /** The flux is measured within this many Kron radii. */
  readonly nRadiusForFlux: number
}

/** √(π/2): the Kron radius of a Gaussian in units of σ. */
const GAUSSIAN_KRON = Math.sqrt(Math.PI / 2)
/** Mean radius of a unit pixel at the origin. */
const PIXEL_RADIUS = 0.3826

/**
 * Flux in an ellipse of the slot shape, 2.5 times the first-moment radius R = Σ rI/Σ I large, never smaller than for the PSF.
 * Pixels on the rim weigh with the covered area (4×4 points).
 * @see Kron 1980; lsst::meas::extensions::photometryKron
 */
export function kronFlux(
  options: KronOptions = { nSigmaForRadius: 6, nRadiusForFlux: 2.5 },
): MeasurementPlugin {
  const name = 'ext_photometryKron_KronFlux'
  return {
    name,
    order: 2,
    prepare(columns, { store, psf, x0, y0 }) {
      const flux = columns.number(`${name}_instFlux`, { unit: 'count', doc: 'flux within the Kron ellipse' })
      const fluxErr = columns.number(`${name}_instFluxErr`, {
        unit: 'count',
        doc: '1-sigma error of the flux',
      })
      const radius = columns.number(`${name}_radius`, { unit: 'pixel', doc: 'Kron radius, √(ab)' })
      const forRadius = columns.number(`${name}_radius_for_radius`, {
        unit: 'pixel',
        doc: 'radius of the ellipse the Kron radius was measured in, √(ab)',
      })
      const psfRadius = columns.number(`${name}_psf_radius`, { unit: 'pixel', doc: 'Kron radius of the PSF' })
      const flag = columns.flag(`${name}_flag`, 'set when the flux failed in any way')
      const edge = columns.flag(`${name}_flag_edge`, 'the ellipse reaches over the edge of the image')
      const badShape = columns.flag(`${name}_flag_bad_shape`, 'the shape is bad: that of the PSF is used')
      const badRadius = columns.flag(`${name}_flag_bad_radius`, 'the radius is bad: that of the PSF is used')
      const small = columns.flag(`${name}_flag_small_radius`, 'the radius is below that of the PSF')
      const usedPsf = columns.flag(`${name}_flag_used_psf_radius`, 'the radius of the PSF is used')
      return (source) => {
        const { row } = source
        const [cx, cy] = [source.x - x0, source.y - y0]
        const psfShape = psf.shapeAt({ x: source.x, y: source.y })
        const smallest = GAUSSIAN_KRON * determinantRadius(psfShape)
        const failed = columns.flags('base_SdssShape_flag')[row] === 1
        if (failed) badShape[row] = 1
        const shape = failed || source.shape === undefined ? psfShape : source.shape
        const size = determinantRadius(shape)
        psfRadius[row] = smallest
        forRadius[row] = options.nSigmaForRadius * size
        const measured = firstMoment(store, cx, cy, shape, options.nSigmaForRadius)
        const sound = measured > 0 && measured < options.nSigmaForRadius * size
        if (!sound) badRadius[row] = 1
        if (sound && measured < smallest) small[row] = 1
        const kron = sound ? Math.max(measured, smallest) : smallest
        if (kron === smallest) usedPsf[row] = 1
        radius[row] = kron
        const sum = ellipseSum(store, cx, cy, shape, (options.nRadiusForFlux * kron) / size)
        if (!Number.isFinite(sum.flux)) throw new MeasurementFailure('pixels are not finite')
        flux[row] = sum.flux
        fluxErr[row] = Math.sqrt(sum.variance)
        if (sum.clipped) {
          edge[row] = 1
          flag[row] = 1
        }
      }
    },
  }
}

/** The inverse of the ellipse's quadrupole scaled by `factor`, and its half sides. */
function ellipse({ ixx, iyy, ixy }: Quadrupole, factor: number) {
  const det = ixx * iyy - ixy * ixy
  const f2 = factor * factor
  return {
    a: iyy / det / f2,
    b: -ixy / det / f2,
    c: ixx / det / f2,
    halfX: factor * Math.sqrt(ixx),
    halfY: factor * Math.sqrt(iyy),
  }
}

/** Σ rI/ΣI over the ellipse, r the radius of the circle of the same area through the pixel's ellipse. */
function firstMoment(store: PixelStore, cx: number, cy: number, shape: Quadrupole, factor: number): number {
  const { a, b, c, halfX, halfY } = ellipse(shape, factor)
  const scale = factor * determinantRadius(shape)
  const axes = axesOf(shape)
  const atCentre = PIXEL_RADIUS * Math.sqrt(axes.b / axes.a)
  let [sum, moment] = [0, 0]
  const y1 = Math.min(store.height - 1, Math.floor(cy + halfY))
  const x1 = Math.min(store.width - 1, Math.floor(cx + halfX))
  const x0 = Math.max(0, Math.ceil(cx - halfX))
  for (let y = Math.max(0, Math.ceil(cy - halfY)); y <= y1; y++) {
    const dy = y - cy
    const row = y * store.width
    for (let x = x0; x <= x1; x++) {
      const dx = x - cx
      const r2 = a * dx * dx + 2 * b * dx * dy + c * dy * dy
      if (r2 > 1) continue
      const v = store.image[row + x]!
      let r = scale * Math.sqrt(r2)
      if (Math.abs(dx) < 0.5 && Math.abs(dy) < 0.5) r = Math.hypot(r, atCentre)
      sum += v
      moment += r * v
    }
  }
  return moment / sum
}

function ellipseSum(store: PixelStore, cx: number, cy: number, shape: Quadrupole, factor: number) {
  const { a, b, c, halfX, halfY } = ellipse(shape, factor)
  // Pixels whose centre is deeper than this are whole; farther out than the other they are empty.
  const margin = Math.SQRT1_2 * Math.sqrt(Math.max(a, c) + Math.abs(b))
  const [inner, outer] = [Math.max(0, 1 - margin) ** 2, (1 + margin) ** 2]
  let [flux, variance] = [0, 0]
  const bottom = Math.min(store.height - 1, Math.floor(cy + halfY + 0.5))
  const right = Math.min(store.width - 1, Math.floor(cx + halfX + 0.5))
  const left = Math.max(0, Math.floor(cx - halfX + 0.5))
  for (let y = Math.max(0, Math.floor(cy - halfY + 0.5)); y <= bottom; y++) {
    const dy = y - cy
    const row = y * store.width
    for (let x = left; x <= right; x++) {
      const dx = x - cx
      const r2 = a * dx * dx + 2 * b * dx * dy + c * dy * dy
      if (r2 > outer) continue
      const w = r2 < inner ? 1 : coverage(dx, dy, a, b, c)
      flux += w * store.image[row + x]!
      variance += w * w * store.variance[row + x]!
    }
  }
  const clipped =
    cx - halfX < -0.5 ||
    cy - halfY < -0.5 ||
    cx + halfX > store.width - 0.5 ||
    cy + halfY > store.height - 0.5
  return { flux, variance, clipped }
}

function coverage(dx: number, dy: number, a: number, b: number, c: number): number {
  let n = 0
  for (let j = -0.375; j < 0.5; j += 0.25)
    for (let i = -0.375; i < 0.5; i += 0.25) {
      const [u, v] = [dx + i, dy + j]
      if (a * u * u + 2 * b * u * v + c * v * v <= 1) n++
    }
  return n / 16
}

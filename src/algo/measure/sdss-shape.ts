import { adaptiveMoments, type AdaptiveMoments } from '#simd'
import { MeasurementFailure, type MeasurementPlugin } from './plugin.ts'

/** Second moment of a single lit pixel: what an object too small to have moments is given. */
const PIXEL = 1 / 12
const MAX_SHIFT = 2

/**
 * Adaptive (Gaussian-weighted) moments at the slot centroid, those of the PSF there, and the flux of the fitted Gaussian.
 * Errors are those of a Gaussian in flat noise: σ(Ixx) = √8·Ixx/SNR and so on with the matched-filter SNR.
 * The stack's Fisher matrix has its last two rows swapped (its xyErr and yyErr); ours are in their places.
 * @see lsst::meas::base::SdssShapeAlgorithm; Bernstein & Jarvis 2002, AJ 123 583
 */
export function sdssShape(): MeasurementPlugin {
  const name = 'base_SdssShape'
  return {
    name,
    order: 1,
    prepare(columns, frame) {
      const moment = (part: string, doc: string) =>
        columns.number(`${name}_${part}`, { unit: 'pixel**2', doc })
      const xx = moment('xx', 'second moment along x')
      const yy = moment('yy', 'second moment along y')
      const xy = moment('xy', 'mixed second moment')
      const xxErr = moment('xxErr', '1-sigma error of xx')
      const yyErr = moment('yyErr', '1-sigma error of yy')
      const xyErr = moment('xyErr', '1-sigma error of xy')
      const cx = columns.number(`${name}_x`, { unit: 'pixel', doc: 'weighted centroid, x' })
      const cy = columns.number(`${name}_y`, { unit: 'pixel', doc: 'weighted centroid, y' })
      const flux = columns.number(`${name}_instFlux`, { unit: 'count', doc: 'flux of the fitted Gaussian' })
      const fluxErr = columns.number(`${name}_instFluxErr`, {
        unit: 'count',
        doc: '1-sigma error of the flux',
      })
      const psfXX = moment('psf_xx', 'second moment of the PSF along x')
      const psfYY = moment('psf_yy', 'second moment of the PSF along y')
      const psfXY = moment('psf_xy', 'mixed second moment of the PSF')
      const flag = columns.flag(`${name}_flag`, 'set when the moments failed in any way')
      const unweighted = columns.flag(
        `${name}_flag_unweighted`,
        'adaptive moments failed; unweighted ones are given',
      )
      const unweightedBad = columns.flag(`${name}_flag_unweightedBad`, 'unweighted moments failed too')
      const shift = columns.flag(`${name}_flag_shift`, 'the weighted centroid is too far from the centroid')
      const maxIter = columns.flag(`${name}_flag_maxIter`, 'too many iterations')
      const psfFlag = columns.flag(`${name}_flag_psf`, 'the moments of the PSF failed')
      return (source) => {
        const { row } = source
        const [x, y] = [source.x - frame.x0, source.y - frame.y0]
        try {
          const psf = frame.psf.shapeAt({ x: source.x, y: source.y })
          psfXX[row] = psf.ixx
          psfYY[row] = psf.iyy
          psfXY[row] = psf.ixy
        } catch {
          psfFlag[row] = 1
        }
        const m = adaptiveMoments(frame.store, x, y)
        const good = m.status === 'converged'
        const found = good ? m : unweightedMoments(frame.store, source.footprint, frame, x, y)
        xx[row] = found?.xx ?? PIXEL
        yy[row] = found?.yy ?? PIXEL
        xy[row] = found?.xy ?? 0
        source.shape = { ixx: xx[row]!, iyy: yy[row]!, ixy: xy[row]! }
        cx[row] = source.x + m.dx
        cy[row] = source.y + m.dy
        if (!good) {
          unweighted[row] = 1
          if (found === undefined) unweightedBad[row] = 1
          if (m.status === 'max-iterations') maxIter[row] = 1
          throw new MeasurementFailure(m.status)
        }
        const ix = Math.min(frame.store.width - 1, Math.max(0, Math.round(x)))
        const iy = Math.min(frame.store.height - 1, Math.max(0, Math.round(y)))
        const errors = momentErrors(m, frame.store.variance[iy * frame.store.width + ix]!)
        flux[row] = errors.flux
        fluxErr[row] = errors.fluxErr
        xxErr[row] = errors.xx
        yyErr[row] = errors.yy
        xyErr[row] = errors.xy
        if (Math.hypot(m.dx, m.dy) > MAX_SHIFT) {
          shift[row] = 1
          flag[row] = 1
        }
      }
    },
  }
}

/** Errors of the parameters of a Gaussian with moments M and height i0 in flat noise of variance `v` a pixel. */
function momentErrors({ xx, yy, xy, i0 }: AdaptiveMoments, v: number) {
  const root = Math.sqrt(xx * yy - xy * xy)
  const flux = 2 * Math.PI * root * i0
  const snr = Math.abs(i0) * Math.sqrt((Math.PI * root) / v)
  return {
    flux,
    fluxErr: (Math.SQRT2 * Math.abs(flux)) / snr,
    xx: (Math.sqrt(8) * xx) / snr,
    yy: (Math.sqrt(8) * yy) / snr,
    xy: (2 * Math.sqrt(xx * yy + xy * xy)) / snr,
  }
}

function unweightedMoments(
  { image, width }: { image: Float32Array; width: number },
  { spans }: { spans: Int32Array },
  { x0, y0 }: { x0: number; y0: number },
  cx: number,
  cy: number,
): { xx: number; yy: number; xy: number } | undefined {
  let [sum, xx, yy, xy] = [0, 0, 0, 0]
  for (let i = 0; i < spans.length; i += 3) {
    const y = spans[i]! - y0
    for (let x = spans[i + 1]! - x0; x <= spans[i + 2]! - x0; x++) {
      const v = image[y * width + x]!
      sum += v
      xx += v * (x - cx) ** 2
      yy += v * (y - cy) ** 2
      xy += v * (x - cx) * (y - cy)
    }
  }
  const m = { xx: xx / sum, yy: yy / sum, xy: xy / sum }
  return sum > 0 && m.xx > 0 && m.yy > 0 && m.xx * m.yy > m.xy * m.xy ? m : undefined
}

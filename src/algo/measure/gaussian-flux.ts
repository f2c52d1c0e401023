import { MeasurementFailure, type MeasurementPlugin } from './plugin.ts'

/** Weights reach to this squared radius in units of the shape. */
const CUT = 14

/**
 * Flux through a Gaussian with the slot shape's moments: F = 2·Σ w·I, σ = 2·√(V·A) with A = π·√det.
 * @see lsst::meas::base::GaussianFluxAlgorithm
 */
export function gaussianFlux(): MeasurementPlugin {
  const name = 'base_GaussianFlux'
  return {
    name,
    order: 2,
    prepare(columns, { store, x0, y0 }) {
      const flux = columns.number(`${name}_instFlux`, { unit: 'count', doc: 'flux of the fitted Gaussian' })
      const fluxErr = columns.number(`${name}_instFluxErr`, {
        unit: 'count',
        doc: '1-sigma error of the flux',
      })
      columns.flag(`${name}_flag`, 'set when the flux failed in any way')
      const sums = new Float64Array(6)
      return ({ row, x, y, shape }) => {
        const det = shape === undefined ? 0 : shape.ixx * shape.iyy - shape.ixy * shape.ixy
        if (shape === undefined || !(det > 0)) throw new MeasurementFailure('no shape')
        const weight = { xx: shape.iyy / det, yy: shape.ixx / det, xy: -shape.ixy / det }
        store.moments(x - x0, y - y0, weight, CUT, shape.ixx < 0.25 || shape.iyy < 0.25 ? 4 : 1, sums)
        const ix = Math.min(store.width - 1, Math.max(0, Math.round(x - x0)))
        const iy = Math.min(store.height - 1, Math.max(0, Math.round(y - y0)))
        if (!Number.isFinite(sums[0])) throw new MeasurementFailure('pixels are not finite')
        flux[row] = 2 * sums[0]!
        fluxErr[row] = 2 * Math.sqrt(store.variance[iy * store.width + ix]! * Math.PI * Math.sqrt(det))
      }
    },
  }
}

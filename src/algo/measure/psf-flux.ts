import { MeasurementFailure, type MeasurementPlugin } from './plugin.ts'

/**
 * Flux of the PSF at the slot centroid, fitted with equal weights: F = Σφd/Σφ², σ = √(Σφ²V)/Σφ². Equal weights make the
 * effect of an imperfect PSF the same for faint and bright stars.
 * @see lsst::meas::base::PsfFluxAlgorithm
 */
export function psfFlux(): MeasurementPlugin {
  const name = 'base_PsfFlux'
  return {
    name,
    order: 2,
    prepare(columns, { store, psf, x0, y0 }) {
      const flux = columns.number(`${name}_instFlux`, { unit: 'count', doc: 'flux of the fitted PSF' })
      const fluxErr = columns.number(`${name}_instFluxErr`, {
        unit: 'count',
        doc: '1-sigma error of the flux',
      })
      const area = columns.number(`${name}_area`, { unit: 'pixel', doc: 'effective area of the PSF' })
      const flag = columns.flag(`${name}_flag`, 'set when the flux failed in any way')
      const edge = columns.flag(`${name}_flag_edge`, 'the PSF reaches over the edge of the image')
      columns.flag(`${name}_flag_noGoodPixels`, 'no pixel to fit')
      return ({ row, x, y }) => {
        const model = psf.computeImage({ x, y })
        let [dot, norm, noise, sum] = [0, 0, 0, 0]
        const clip = {
          left: Math.max(0, x0 - model.x0),
          right: Math.min(model.width, x0 + store.width - model.x0),
          top: Math.max(0, y0 - model.y0),
          bottom: Math.min(model.height, y0 + store.height - model.y0),
        }
        for (let j = clip.top; j < clip.bottom; j++) {
          const to = (model.y0 + j - y0) * store.width + model.x0 - x0
          for (let i = clip.left; i < clip.right; i++) {
            const phi = model.data[j * model.width + i]!
            const p = phi * phi
            dot += phi * store.image[to + i]!
            norm += p
            noise += p * store.variance[to + i]!
            sum += phi
          }
        }
        if (!(norm > 0) || !Number.isFinite(dot)) {
          columns.flags(`${name}_flag_noGoodPixels`)[row] = 1
          throw new MeasurementFailure('no finite pixel under the PSF')
        }
        flux[row] = dot / norm
        fluxErr[row] = Math.sqrt(noise) / norm
        area[row] = sum / norm
        if (clip.right - clip.left < model.width || clip.bottom - clip.top < model.height) {
          edge[row] = 1
          flag[row] = 1
        }
      }
    },
  }
}

import { MeasurementFailure, type MeasurementPlugin } from './plugin.ts'

/**
 * Barycentre of the light in the footprint: where the whole object lies, a blend in the middle of its parts. What
 * SExtractor calls X_IMAGE, Y_IMAGE (isophotal). It does not move the slot centroid.
 * @see lsst::meas::base::NaiveCentroidAlgorithm for its nearest relative
 */
export function footprintCentroid(): MeasurementPlugin {
  const name = 'ext_FootprintCentroid'
  return {
    name,
    order: 2,
    prepare(columns, { store, x0, y0 }) {
      const x = columns.number(`${name}_x`, { unit: 'pixel', doc: 'barycentre of the footprint, x' })
      const y = columns.number(`${name}_y`, { unit: 'pixel', doc: 'barycentre of the footprint, y' })
      columns.flag(`${name}_flag`, 'set when the light of the footprint is not positive')
      return ({ row, footprint: { spans } }) => {
        let [sum, sx, sy] = [0, 0, 0]
        for (let i = 0; i < spans.length; i += 3) {
          const from = (spans[i]! - y0) * store.width - x0
          for (let px = spans[i + 1]!; px <= spans[i + 2]!; px++) {
            const v = store.image[from + px]!
            sum += v
            sx += v * px
            sy += v * spans[i]!
          }
        }
        if (!(sum > 0)) throw new MeasurementFailure('no light')
        x[row] = sx / sum
        y[row] = sy / sum
      }
    },
  }
}

import type { PixelStore } from '#simd'
import { MeasurementFailure, type MeasurementPlugin } from './plugin.ts'
import { sincCoefficientsAt } from './sinc-aperture.ts'

export interface CircularApertureOptions {
  readonly radii: readonly number[]
  /** Up to this radius the image is taken as band-limited (sinc); above, pixels weigh with their covered area. */
  readonly maxSincRadius: number
}

export const DEFAULT_APERTURES: CircularApertureOptions = {
  radii: [3, 4.5, 6, 9, 12, 17, 25, 35, 50, 70],
  maxSincRadius: 10,
}

/** `base_CircularApertureFlux_12_0` of a radius of 12. */
export const apertureName = (radius: number): string =>
  `base_CircularApertureFlux_${radius.toFixed(1).replace('.', '_')}`

/**
 * Fluxes in circles about the slot centroid. Small ones by sinc photometry, which has no pixel-phase error on band-limited
 * images; large ones with exact pixel coverage (the stack sums whole pixels there: 4·10⁻⁴ rms at r = 6 px and less above).
 * @see lsst::meas::base::CircularApertureFluxAlgorithm
 */
export function circularApertureFlux(
  options: CircularApertureOptions = DEFAULT_APERTURES,
): MeasurementPlugin {
  const { radii, maxSincRadius } = options
  return {
    name: 'base_CircularApertureFlux',
    order: 2,
    prepare(columns, { store, x0, y0 }) {
      const each = radii.map((radius) => {
        const name = apertureName(radius)
        const doc = `flux within ${radius} pixels`
        return {
          radius,
          flux: columns.number(`${name}_instFlux`, { unit: 'count', doc }),
          fluxErr: columns.number(`${name}_instFluxErr`, { unit: 'count', doc: '1-sigma error of the flux' }),
          flag: columns.flag(`${name}_flag`, 'set when the flux failed in any way'),
          truncated: columns.flag(
            `${name}_flag_apertureTruncated`,
            'the circle reaches over the edge of the image',
          ),
          ...(radius <= maxSincRadius && {
            coefficients: columns.flag(
              `${name}_flag_sincCoeffsTruncated`,
              'the sinc weights reach over the edge of the image',
            ),
          }),
        }
      })
      const exact = each.filter(({ radius }) => radius > maxSincRadius)
      const exactRadii = exact.map(({ radius }) => radius)
      return ({ row, x, y }) => {
        const [cx, cy] = [x - x0, y - y0]
        const sums = store.circles(cx, cy, exactRadii)
        exact.forEach(({ flux, fluxErr }, k) => {
          flux[row] = sums.flux[k]!
          fluxErr[row] = Math.sqrt(sums.variance[k]!)
        })
        for (const { radius, flux, fluxErr, flag, truncated, coefficients } of each) {
          if (coefficients !== undefined) {
            const sum = sincSum(store, cx, cy, radius)
            flux[row] = sum.flux
            fluxErr[row] = Math.sqrt(sum.variance)
            if (sum.clipped) coefficients[row] = 1
          }
          const outside =
            cx - radius < -0.5 ||
            cy - radius < -0.5 ||
            cx + radius > store.width - 0.5 ||
            cy + radius > store.height - 0.5
          if (outside) truncated[row] = 1
          if (outside || !Number.isFinite(flux[row])) flag[row] = 1
        }
        if (!Number.isFinite(cx + cy)) throw new MeasurementFailure('no position')
      }
    },
  }
}

function sincSum({ image, variance, width, height }: PixelStore, cx: number, cy: number, radius: number) {
  const [ix, iy] = [Math.floor(cx + 0.5), Math.floor(cy + 0.5)]
  const c = sincCoefficientsAt(radius, cx - ix, cy - iy)
  const left = Math.max(0, -(ix + c.x0))
  const top = Math.max(0, -(iy + c.y0))
  const right = Math.min(c.width, width - ix - c.x0)
  const bottom = Math.min(c.height, height - iy - c.y0)
  let [flux, noise] = [0, 0]
  for (let j = top; j < bottom; j++) {
    const from = (iy + c.y0 + j) * width + ix + c.x0
    const row = j * c.width
    for (let i = left; i < right; i++) {
      const w = c.data[row + i]!
      flux += w * image[from + i]!
      noise += w * w * variance[from + i]!
    }
  }
  return { flux, variance: noise, clipped: right - left < c.width || bottom - top < c.height }
}

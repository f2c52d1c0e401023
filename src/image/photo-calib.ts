import type { Box2I, Point2D } from '#geom'
import { imageError } from './errors.ts'

/** A smooth function of position with a box it is meant for. @see lsst::afw::math::BoundedField */
export interface BoundedField {
  readonly bbox: Box2I
  evaluate(x: number, y: number): number
}

/** A value and its standard error. */
export interface Measured {
  readonly value: number
  readonly error: number
}

/** AB magnitude of 1 nJy: 31.4 = −2.5 log10(1e-9 / 3631), to a millimagnitude 31.400. */
export const AB_ZERO_NJY = -2.5 * Math.log10(1e-9 / 3630.7805477010175)

const LN10_25 = 2.5 / Math.LN10

/**
 * From instrumental flux (counts) to nanojansky: nJy = mean · field(x, y) · counts, the field having mean 1.
 * @see lsst::afw::image::PhotoCalib
 */
export class PhotoCalib {
  /** nJy per count. */
  readonly mean: number
  readonly error: number
  /** Spatial variation, mean 1; absent when constant. */
  readonly field?: BoundedField

  constructor(mean: number, error = 0, field?: BoundedField) {
    if (!(mean > 0) || !(error >= 0))
      throw imageError(
        'bad-photo-calib',
        `A calibration of ${mean} ± ${error} nJy per count is not possible.`,
        {
          hint: 'The calibration must be positive and its error not negative.',
        },
      )
    this.mean = mean
    this.error = error
    if (field !== undefined) this.field = field
  }

  /** From the counts of a zero-magnitude (AB) source, as old files have it (FLUXMAG0). */
  static fromFluxMag0(fluxMag0: number, error = 0): PhotoCalib {
    const mean = 3630.7805477010175e9 / fluxMag0
    return new PhotoCalib(mean, (mean * error) / fluxMag0)
  }

  /** Counts of a zero-magnitude source. */
  get fluxMag0(): number {
    return 3630.7805477010175e9 / this.mean
  }

  /** nJy per count at a position. */
  at(at?: Point2D): number {
    return this.field && at ? this.mean * this.field.evaluate(at.x, at.y) : this.mean
  }

  toNanojansky(counts: Measured, at?: Point2D): Measured {
    const factor = this.at(at)
    const value = counts.value * factor
    return { value, error: Math.hypot(factor * counts.error, (value * this.error) / this.mean) }
  }

  toMagnitude(counts: Measured, at?: Point2D): Measured {
    const flux = this.toNanojansky(counts, at)
    return {
      value: -2.5 * Math.log10(flux.value) + AB_ZERO_NJY,
      error: (LN10_25 * flux.error) / flux.value,
    }
  }

  fromMagnitude(magnitude: number, at?: Point2D): number {
    return 10 ** ((AB_ZERO_NJY - magnitude) / 2.5) / this.at(at)
  }
}

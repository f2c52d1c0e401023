import { INSPECT } from '#core'
import type { Box2I } from '#geom'
import type { Chebyshev2D } from '#math'
import type { BoundedField } from './photo-calib.ts'

/** A two-dimensional Chebyshev series over a box: aperture corrections, spatial photometric calibration. @see lsst::afw::math::ChebyshevBoundedField */
export class ChebyshevField implements BoundedField {
  readonly bbox: Box2I
  readonly series: Chebyshev2D

  constructor(bbox: Box2I, series: Chebyshev2D) {
    this.bbox = bbox
    this.series = series
  }

  evaluate(x: number, y: number): number {
    return this.series.evaluate(x, y)
  }

  /** Orders in x and y, and the value at the centre of the box. */
  toString(): string {
    return `ChebyshevField(${this.series.orderX} × ${this.series.orderY}, ${this.evaluate(this.bbox.x0 + this.bbox.width / 2, this.bbox.y0 + this.bbox.height / 2).toPrecision(6)} at the centre)`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

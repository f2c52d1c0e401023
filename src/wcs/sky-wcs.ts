import type { Card } from '#fits'
import type { AffineTransform, Angle, Point2D, SpherePoint } from '#geom'

/** Arrays of directions, radians: `ra` in [0, 2π), `dec`; NaN where a pixel has no sky (outside the projection). */
export interface SkyArrays {
  readonly ra: Float64Array
  readonly dec: Float64Array
}

/** Arrays of pixel positions, 0-based; NaN where a direction has no pixel. */
export interface PixelArrays {
  readonly x: Float64Array
  readonly y: Float64Array
}

/**
 * A map between the pixels of an image (LSST's: centres on integers, FITS minus 1, in the PARENT frame) and ICRS
 * directions. Implemented by FITS projections and by composed transforms.
 */
export interface SkyWcs {
  /** `TAN`, `TAN-SIP`, `TPV`, … for messages. */
  readonly kind: string
  /** What was assumed while it was read: an FK5 frame taken as ICRS, SIP terms without -SIP in CTYPE … Empty normally. */
  readonly notes: readonly string[]
  /** 0-based reference pixel. */
  readonly pixelOrigin: Point2D
  /** Sky direction of the reference point. */
  readonly skyOrigin: SpherePoint
  pixelToSky(x: number, y: number): SpherePoint
  /** @throws FirstlightError 'wcs/no-inverse' for a direction outside the projection */
  skyToPixel(p: SpherePoint): Point2D
  pixelToSkyArrays(xs: ArrayLike<number>, ys: ArrayLike<number>): SkyArrays
  /** @param ra radians @param dec radians */
  skyToPixelArrays(ra: ArrayLike<number>, dec: ArrayLike<number>): PixelArrays
  /** Square root of the pixel's solid angle at a position. */
  pixelScaleAt(x: number, y: number): Angle
  /** Local linear map of pixel offsets to tangent-plane offsets (east, north), radians a pixel. */
  linearizeAt(x: number, y: number): AffineTransform
  /** [CD1_1, CD1_2, CD2_1, CD2_2] at a position, degrees a pixel: the linear map above in FITS's unit. */
  cdMatrixAt(x: number, y: number): readonly [number, number, number, number]
  /** FITS cards of this map, for an image whose first pixel is (x0, y0) here; without it, PARENT pixels. */
  toFitsCards(origin?: { readonly x0: number; readonly y0: number }): readonly Card[]
}

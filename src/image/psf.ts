import type { Box2I, Point2D } from '#geom'
import type { Image } from './image.ts'
import type { Quadrupole } from './quadrupole.ts'

/**
 * A point-spread function that may vary over the image. Positions are PARENT pixels of its exposure; images sum to 1.
 * @see lsst::afw::detection::Psf
 */
export interface Psf {
  /** `gaussian`, `double-gaussian`, `kernel`, `linear-combination`, `psfex`, `warped`, `coadd` …: also the file form. */
  readonly kind: string
  /** Where it is evaluated when nobody says where. */
  readonly averagePosition: Point2D
  /** The box of `kernelImage`, centred on (0, 0), odd sides. */
  readonly kernelBox: Box2I
  /** Centred on pixel (0, 0), sum 1. The returned image may be shared: do not write to it. */
  kernelImage(at?: Point2D): Image
  /** The star at a position: on the pixel grid of the exposure, shifted by Lanczos-5 from the kernel, sum 1. */
  computeImage(at?: Point2D): Image
  /** Adaptive (Gaussian-weighted) second moments at a position, px². */
  shapeAt(at?: Point2D): Quadrupole
  /** Determinant radius of `shapeAt`, px: the σ of a round Gaussian as wide. */
  sigmaAt(at?: Point2D): number
  /** Flux within a circle of `radius` pixels around the centre of the kernel (sum is 1). */
  apertureFlux(radius: number, at?: Point2D): number
}

import type { Box2I, Point2D } from '#geom'
import type { Image } from './image.ts'
import type { Psf } from './psf.ts'
import { kernelFlux, shapeOfKernel } from './psf-measure.ts'
import { starAt } from './psf-shift.ts'
import { determinantRadius, type Quadrupole } from './quadrupole.ts'

/** What a PSF can say once it can give its kernel at a position; it keeps the last kernel. */
export abstract class KernelPsf implements Psf {
  abstract readonly kind: string
  abstract readonly averagePosition: Point2D
  abstract readonly kernelBox: Box2I
  #last: { readonly x: number; readonly y: number; readonly kernel: Image } | undefined

  /** The kernel at a position, sum 1, made anew. */
  protected abstract makeKernel(at: Point2D): Image

  kernelImage(at: Point2D = this.averagePosition): Image {
    if (this.#last?.x === at.x && this.#last.y === at.y) return this.#last.kernel
    const kernel = this.makeKernel(at)
    this.#last = { x: at.x, y: at.y, kernel }
    return kernel
  }

  computeImage(at: Point2D = this.averagePosition): Image {
    return starAt(this.kernelImage(at), at)
  }

  shapeAt(at: Point2D = this.averagePosition): Quadrupole {
    return shapeOfKernel(this.kernelImage(at))
  }

  sigmaAt(at: Point2D = this.averagePosition): number {
    return determinantRadius(this.shapeAt(at))
  }

  apertureFlux(radius: number, at: Point2D = this.averagePosition): number {
    return kernelFlux(this.kernelImage(at), radius)
  }
}

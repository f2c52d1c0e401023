import { Box2I, type Point2D } from '#geom'
import { imageError } from './errors.ts'
import { Image } from './image.ts'
import type { Psf } from './psf.ts'
import { kernelFlux, shapeOfKernel } from './psf-measure.ts'
import { normalized, starAt } from './psf-shift.ts'
import type { Quadrupole } from './quadrupole.ts'

const ORIGIN: Point2D = { x: 0, y: 0 }

/** A round Gaussian, the same everywhere, sampled at pixel centres. @see lsst::afw::detection::GaussianPsf */
export class GaussianPsf implements Psf {
  readonly kind = 'gaussian'
  readonly averagePosition = ORIGIN
  readonly kernelBox: Box2I
  readonly sigma: number
  readonly #kernel: Image
  #shape: Quadrupole | undefined

  /** @param size odd width and height of the kernel image, px */
  constructor(size: number, sigma: number) {
    if (!(sigma > 0) || size % 2 !== 1)
      throw imageError(
        'bad-psf',
        `No Gaussian PSF of sigma ${sigma} on ${size} × ${size} pixels: odd size, sigma > 0.`,
      )
    const half = (size - 1) / 2
    this.sigma = sigma
    this.kernelBox = new Box2I(-half, -half, size, size)
    const line = Float64Array.from({ length: size }, (_, i) => Math.exp(-0.5 * ((i - half) / sigma) ** 2))
    const data = Float32Array.from(
      { length: size * size },
      (_, i) => line[i % size]! * line[Math.floor(i / size)]!,
    )
    this.#kernel = Image.ofBox(this.kernelBox, normalized(data))
  }

  kernelImage(): Image {
    return this.#kernel
  }

  computeImage(at: Point2D = ORIGIN): Image {
    return starAt(this.#kernel, at)
  }

  shapeAt(): Quadrupole {
    this.#shape ??= shapeOfKernel(this.#kernel)
    return this.#shape
  }

  /** The σ it was made with: a placeholder wider than its box still says how wide it is meant to be. */
  sigmaAt(): number {
    return this.sigma
  }

  apertureFlux(radius: number): number {
    return kernelFlux(this.#kernel, radius)
  }
}

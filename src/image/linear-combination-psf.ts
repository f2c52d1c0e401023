import type { Box2I, Point2D } from '#geom'
import { imageError } from './errors.ts'
import { Image } from './image.ts'
import { KernelPsf } from './kernel-psf.ts'
import { normalized } from './psf-shift.ts'

/** Positions are taken as ((x − x0)/scaleX, (y − y0)/scaleY) in the polynomials. */
export interface PolynomialFrame {
  readonly x0: number
  readonly y0: number
  readonly scaleX: number
  readonly scaleY: number
}

export interface LinearCombination {
  /** Images of one odd-sided box centred on (0, 0). */
  readonly basis: readonly Image[]
  /** Total order of the polynomials; 0 for a PSF that is the same everywhere. */
  readonly order: number
  /** For each basis image the coefficients of 1, x, y, x², xy, y², x³ … : (order + 1)(order + 2)/2 of them. */
  readonly coefficients: readonly ArrayLike<number>[]
  readonly frame: PolynomialFrame
  /** Mean position of the stars it was made from. */
  readonly averagePosition: Point2D
}

/**
 * Σ_k p_k(x, y) · basis_k, normalised to sum 1: a kernel PSF (one image, order 0), a PCA PSF (eigen-images), or PSFEx's
 * form (one image a monomial). @see lsst::meas::algorithms::PcaPsf
 */
export class LinearCombinationPsf extends KernelPsf implements LinearCombination {
  readonly kind = 'linear-combination'
  readonly basis: readonly Image[]
  readonly order: number
  readonly coefficients: readonly Float64Array[]
  readonly frame: PolynomialFrame
  readonly averagePosition: Point2D
  #constant: Image | undefined

  constructor(model: LinearCombination) {
    super()
    const { basis, order, coefficients } = model
    const terms = ((order + 1) * (order + 2)) / 2
    const box = basis[0]?.bbox
    const fits =
      box !== undefined &&
      basis.length === coefficients.length &&
      coefficients.every((c) => c.length === terms) &&
      basis.every((image) => image.bbox.equals(box)) &&
      box.width === 1 - 2 * box.x0 &&
      box.height === 1 - 2 * box.y0
    if (!fits)
      throw imageError(
        'bad-psf',
        `A PSF of order ${order} needs images of one odd box centred on (0, 0) and ${terms} coefficients for each of them.`,
      )
    this.basis = basis
    this.order = order
    this.coefficients = coefficients.map((c) => Float64Array.from(c))
    this.frame = model.frame
    this.averagePosition = model.averagePosition
  }

  /** One image for everywhere. */
  static constant(kernel: Image, averagePosition: Point2D = { x: 0, y: 0 }): LinearCombinationPsf {
    const frame = { x0: 0, y0: 0, scaleX: 1, scaleY: 1 }
    return new LinearCombinationPsf({
      basis: [kernel],
      order: 0,
      coefficients: [[1]],
      frame,
      averagePosition,
    })
  }

  get kernelBox(): Box2I {
    return this.basis[0]!.bbox
  }

  /** Weight of each basis image at a position. */
  weightsAt(at: Point2D): Float64Array {
    const { x0, y0, scaleX, scaleY } = this.frame
    const terms = monomials((at.x - x0) / scaleX, (at.y - y0) / scaleY, this.order)
    return Float64Array.from(this.coefficients, (c) => c.reduce((sum, v, k) => sum + v * terms[k]!, 0))
  }

  protected override makeKernel(at: Point2D): Image {
    if (this.#constant) return this.#constant
    const data = new Float32Array(this.kernelBox.area)
    this.weightsAt(at).forEach((weight, k) => {
      const plane = this.basis[k]!.data
      for (let i = 0; i < data.length; i++) data[i]! += weight * plane[i]!
    })
    const kernel = Image.ofBox(this.kernelBox, normalized(data))
    if (this.order === 0) this.#constant = kernel
    return kernel
  }
}

/** 1, x, y, x², xy, y² … up to a total order. */
export function monomials(x: number, y: number, order: number): Float64Array {
  const terms = new Float64Array(((order + 1) * (order + 2)) / 2)
  let at = 0
  for (let total = 0; total <= order; total++)
    for (let j = 0; j <= total; j++) terms[at++] = x ** (total - j) * y ** j
  return terms
}

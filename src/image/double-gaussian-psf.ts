import { Box2I, type Point2D } from '#geom'
import { imageError } from './errors.ts'
import { Image } from './image.ts'
import { LinearCombinationPsf } from './linear-combination-psf.ts'
import { normalized } from './psf-shift.ts'

export interface DoubleGaussian {
  /** Odd width and height of the kernel image, px. */
  readonly size: number
  /** σ of core and wings, px. */
  readonly sigma1: number
  readonly sigma2: number
  /** Peak of the wings over the peak of the core. */
  readonly wings: number
  readonly averagePosition?: Point2D
}

/** Two concentric round Gaussians, the same everywhere. @see lsst::meas::algorithms::DoubleGaussianPsf */
export function makeDoubleGaussianPsf(model: DoubleGaussian): LinearCombinationPsf {
  const { size, sigma1, sigma2, wings, averagePosition } = model
  if (!(sigma1 > 0 && sigma2 > 0) || size % 2 !== 1)
    throw imageError(
      'bad-psf',
      `No double Gaussian of sigmas ${sigma1} and ${sigma2} on ${size} pixels: odd size, sigmas > 0.`,
    )
  const half = (size - 1) / 2
  const data = Float32Array.from({ length: size * size }, (_, i) => {
    const r2 = ((i % size) - half) ** 2 + (Math.floor(i / size) - half) ** 2
    return Math.exp((-0.5 * r2) / sigma1 ** 2) + wings * Math.exp((-0.5 * r2) / sigma2 ** 2)
  })
  const kernel = Image.ofBox(new Box2I(-half, -half, size, size), normalized(data))
  return LinearCombinationPsf.constant(kernel, averagePosition)
}

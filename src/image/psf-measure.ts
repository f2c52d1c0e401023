import { adaptiveMoments, arrayStore } from '#simd'
import { imageError } from './errors.ts'
import type { Image } from './image.ts'
import type { Quadrupole } from './quadrupole.ts'

/** Adaptive moments of a kernel image about (0, 0). @throws FirstlightError 'image/bad-psf' when they do not converge */
export function shapeOfKernel(kernel: Image): Quadrupole {
  const m = adaptiveMoments(arrayStore(kernel.data, kernel), -kernel.x0, -kernel.y0)
  if (m.status !== 'converged')
    throw imageError('bad-psf', `The PSF image has no measurable shape (${m.status}).`, {
      hint: 'Its stars may be too few or too noisy: look at the selected stars.',
    })
  return { ixx: m.xx, iyy: m.yy, ixy: m.xy }
}

/** Flux of a kernel image within `radius` of (0, 0), pixels weighed by their covered area. */
export const kernelFlux = (kernel: Image, radius: number): number =>
  arrayStore(kernel.data, kernel).circles(-kernel.x0, -kernel.y0, [radius]).flux[0]!

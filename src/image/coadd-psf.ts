import { AffineTransform, Box2I, type Point2D } from '#geom'
import type { SkyWcs } from '#wcs'
import { imageError } from './errors.ts'
import { Image } from './image.ts'
import { KernelPsf } from './kernel-psf.ts'
import { type Polygon, polygonContains } from './polygon.ts'
import type { Psf } from './psf.ts'
import { normalized } from './psf-shift.ts'
import { warpKernel } from './warped-psf.ts'

/** One image that went into a warp or a coadd. */
export interface CoaddInput {
  /** Number of the image: visit · 200 + detector for HSC. */
  readonly id: bigint
  readonly psf: Psf
  readonly wcs: SkyWcs
  /** Pixels of the image, its own frame. */
  readonly bbox: Box2I
  readonly weight: number
  /** Pixels of the coadd that it filled. */
  readonly goodPixels: number
  /** The part of the image that counts; all of it when absent. */
  readonly validPolygon?: Polygon
}

/**
 * The PSF of images that were warped to one frame and averaged: at each position the warped PSFs of the inputs that cover
 * it, weighted. It jumps where an input ends. @see lsst::meas::algorithms::CoaddPsf
 */
export class CoaddPsf extends KernelPsf {
  readonly kind = 'coadd'
  readonly inputs: readonly CoaddInput[]
  /** Of the frame they were warped to. */
  readonly wcs: SkyWcs
  /** Lanczos order of the warp. */
  readonly order: number
  readonly averagePosition: Point2D

  constructor(inputs: readonly CoaddInput[], wcs: SkyWcs, order = 3) {
    super()
    if (inputs.length === 0) throw imageError('bad-psf', 'A coadd PSF needs at least one input.')
    this.inputs = inputs
    this.wcs = wcs
    this.order = order
    this.averagePosition = this.#findAverage()
  }

  get kernelBox(): Box2I {
    return this.kernelImage().bbox
  }

  /** The inputs that cover a position. */
  inputsAt(at: Point2D): readonly CoaddInput[] {
    const sky = this.wcs.pixelToSky(at.x, at.y)
    return this.inputs.filter((input) => {
      const own = input.wcs.skyToPixel(sky)
      return input.bbox.contains(own) && (!input.validPolygon || polygonContains(input.validPolygon, own))
    })
  }

  /** @throws FirstlightError 'image/no-psf' where no input is */
  protected override makeKernel(at: Point2D): Image {
    const covering = this.inputsAt(at)
    if (covering.length === 0)
      throw imageError(
        'no-psf',
        `No input image covers the pixel (${at.x.toFixed(1)}, ${at.y.toFixed(1)}): there is no PSF.`,
      )
    const kernels = covering.map((input) => this.#warped(input, at))
    const box = kernels.reduce((all, { bbox }) => all.union(bbox), Box2I.empty)
    const data = new Float32Array(box.area)
    covering.forEach(({ weight }, k) => {
      addTo(data, box, kernels[k]!, weight)
    })
    return Image.ofBox(box, normalized(data))
  }

  #warped({ psf, wcs }: CoaddInput, at: Point2D): Image {
    const own = wcs.skyToPixel(this.wcs.pixelToSky(at.x, at.y))
    const map = this.wcs.linearizeAt(at.x, at.y).invert().after(wcs.linearizeAt(own.x, own.y))
    const linear = new AffineTransform(map.xx, map.xy, map.yx, map.yy)
    return warpKernel(psf.kernelImage(own), linear, this.order)
  }

  /** Mean of the inputs' middles by weight and pixels, or the middle of the best input where nothing covers that. */
  #findAverage(): Point2D {
    const middles = this.inputs.map(({ wcs, bbox, weight, goodPixels }) => ({
      ...this.wcs.skyToPixel(wcs.pixelToSky((bbox.x0 + bbox.x1) / 2, (bbox.y0 + bbox.y1) / 2)),
      share: weight * Math.max(goodPixels, 1),
    }))
    const total = middles.reduce((sum, m) => sum + m.share, 0)
    const mean = {
      x: middles.reduce((sum, m) => sum + m.x * m.share, 0) / total,
      y: middles.reduce((sum, m) => sum + m.y * m.share, 0) / total,
    }
    if (this.inputsAt(mean).length > 0) return mean
    const { x, y } = middles.reduce((best, m) => (m.share > best.share ? m : best))
    return { x, y }
  }
}

function addTo(data: Float32Array, box: Box2I, kernel: Image, weight: number): void {
  for (let y = 0; y < kernel.height; y++) {
    const to = (kernel.y0 + y - box.y0) * box.width + kernel.x0 - box.x0
    for (let x = 0; x < kernel.width; x++) data[to + x]! += weight * kernel.data[y * kernel.width + x]!
  }
}

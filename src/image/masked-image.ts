import { INSPECT } from '#core'
import type { Box2I } from '#geom'
import { imageError } from './errors.ts'
import { Image } from './image.ts'
import { Mask } from './mask.ts'

/** An image with its mask and its variance (unit: the image's squared), all on one box. */
export class MaskedImage {
  readonly image: Image
  readonly mask: Mask
  readonly variance: Image

  constructor(image: Image, mask: Mask = Mask.ofBox(image.bbox), variance: Image = Image.ofBox(image.bbox)) {
    for (const [name, plane] of [['mask', mask] as const, ['variance', variance] as const])
      if (!plane.bbox.equals(image.bbox))
        throw imageError(
          'bad-shape',
          `The ${name} covers ${plane.bbox.toString()}, its image ${image.bbox.toString()}.`,
        )
    this.image = image
    this.mask = mask
    this.variance = variance
  }

  static ofBox(box: Box2I): MaskedImage {
    return new MaskedImage(Image.ofBox(box))
  }

  get bbox(): Box2I {
    return this.image.bbox
  }

  get width(): number {
    return this.image.width
  }

  get height(): number {
    return this.image.height
  }

  get x0(): number {
    return this.image.x0
  }

  get y0(): number {
    return this.image.y0
  }

  clone(): MaskedImage {
    return new MaskedImage(this.image.clone(), this.mask.clone(), this.variance.clone())
  }

  /** A copy of the three planes in `box`. */
  subimage(box: Box2I): MaskedImage {
    return new MaskedImage(this.image.subimage(box), this.mask.subimage(box), this.variance.subimage(box))
  }

  assign(part: MaskedImage): void {
    this.image.assign(part.image)
    this.mask.assign(part.mask)
    this.variance.assign(part.variance)
  }

  /** `MaskedImage(2048 × 4176)`: class and size in pixels. */
  toString(): string {
    return `MaskedImage(${this.width} × ${this.height})`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

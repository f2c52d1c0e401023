import { INSPECT } from '#core'
import { Header } from '#fits'
import type { Box2I, Point2D } from '#geom'
import type { SkyWcs } from '#wcs'
import type { ApCorrMap } from './ap-corr-map.ts'
import type { Detector } from './detector.ts'
import type { FilterLabel } from './filter-label.ts'
import type { Image } from './image.ts'
import type { Mask } from './mask.ts'
import type { MaskedImage } from './masked-image.ts'
import type { PhotoCalib } from './photo-calib.ts'
import type { Psf } from './psf.ts'
import type { VisitInfo } from './visit-info.ts'

/** Summary numbers of a reduced image (sky level, PSF size, zero point …), by the stack's names. */
export type SummaryStats = Readonly<Record<string, number | readonly number[]>>

/** What is known about an exposure besides its pixels. */
export interface ExposureInfo {
  readonly wcs?: SkyWcs
  readonly psf?: Psf
  readonly photoCalib?: PhotoCalib
  readonly visitInfo?: VisitInfo
  readonly detector?: Detector
  readonly filter?: FilterLabel
  readonly apCorrMap?: ApCorrMap
  /** Corners, in order, of the part with good data; PARENT pixels. */
  readonly validPolygon?: readonly Point2D[]
  readonly summaryStats?: SummaryStats
  /** Unit of the image plane, e.g. `adu`, `electron`, `nJy`. */
  readonly unit?: string
  /** Free cards; the structural, WCS and mask cards of a file are not among them. */
  readonly metadata?: Header
}

/** A masked image with what is known about it. The pixels may be written; the rest is replaced by `with`. */
export class Exposure implements ExposureInfo {
  readonly maskedImage: MaskedImage
  readonly metadata: Header
  declare readonly wcs?: SkyWcs
  declare readonly psf?: Psf
  declare readonly photoCalib?: PhotoCalib
  declare readonly visitInfo?: VisitInfo
  declare readonly detector?: Detector
  declare readonly filter?: FilterLabel
  declare readonly apCorrMap?: ApCorrMap
  declare readonly validPolygon?: readonly Point2D[]
  declare readonly summaryStats?: SummaryStats
  declare readonly unit?: string

  constructor(maskedImage: MaskedImage, info: ExposureInfo = {}) {
    this.maskedImage = maskedImage
    this.metadata = info.metadata ?? new Header()
    for (const [key, value] of Object.entries(info) as [string, unknown][])
      if (key !== 'metadata' && value !== undefined) Object.assign(this, { [key]: value })
  }

  get image(): Image {
    return this.maskedImage.image
  }

  get mask(): Mask {
    return this.maskedImage.mask
  }

  get variance(): Image {
    return this.maskedImage.variance
  }

  get bbox(): Box2I {
    return this.maskedImage.bbox
  }

  /** Everything but the pixels. */
  get info(): ExposureInfo {
    const kept = Object.entries(this).filter(([key]) => key !== 'maskedImage')
    return Object.fromEntries(kept)
  }

  /** The same pixels (not copied) with parts of the information replaced; `undefined` removes a part. */
  with(parts: { readonly [K in keyof ExposureInfo]?: ExposureInfo[K] | undefined }): Exposure {
    const merged = { ...this.info, ...parts }
    const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined))
    return new Exposure(this.maskedImage, kept)
  }

  /** The same information with other pixels. */
  withPixels(maskedImage: MaskedImage): Exposure {
    return new Exposure(maskedImage, this.info)
  }

  clone(): Exposure {
    return this.withPixels(this.maskedImage.clone())
  }

  /** A copy of the pixels in `box`; WCS, PSF and the rest stay valid because positions are PARENT pixels. */
  subimage(box: Box2I): Exposure {
    return this.withPixels(this.maskedImage.subimage(box))
  }

  /** `Exposure(2048 × 4176)`: class and size in pixels. */
  toString(): string {
    return `Exposure(${this.maskedImage.width} × ${this.maskedImage.height})`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

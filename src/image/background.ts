import { Box2I } from '#geom'
import { Image } from './image.ts'
import type { MaskedImage } from './masked-image.ts'
import { chebyshevSurface, splineSurface } from './background-surface.ts'

/** How a grid of cell values becomes a surface, in the words of afw. */
export type BackgroundSpline = 'CONSTANT' | 'LINEAR' | 'NATURAL_SPLINE' | 'CUBIC_SPLINE' | 'AKIMA_SPLINE'
export type UndersampleStyle = 'THROW_EXCEPTION' | 'REDUCE_INTERP_ORDER' | 'INCREASE_NXNYSAMPLE'

export interface BackgroundStyle {
  readonly interpolation: BackgroundSpline
  readonly undersample: UndersampleStyle
  /** A Chebyshev fit to the cells instead of the spline through them; absent for the spline. */
  readonly approximation?: { readonly orderX: number; readonly orderY: number; readonly weighting: boolean }
}

/**
 * A smooth background: statistics of cells and how to join them. Nothing is lost by storing it: `image()` comes out the
 * same from the stored numbers. @see lsst::afw::math::BackgroundMI
 */
export class Background {
  /** The pixels it was measured on and is evaluated on. */
  readonly bbox: Box2I
  /** Cell values and the variance of each, one pixel a cell; NaN where a cell had no good pixel. */
  readonly stats: MaskedImage
  readonly style: BackgroundStyle

  constructor(bbox: Box2I, stats: MaskedImage, style: BackgroundStyle) {
    this.bbox = bbox
    this.stats = stats
    this.style = style
  }

  /** Its surface over `bbox`. @throws FirstlightError 'image/bad-background' when no cell has a value */
  image(): Image {
    const { approximation } = this.style
    const data = approximation ? chebyshevSurface(this, approximation) : splineSurface(this)
    return Image.ofBox(this.bbox, data)
  }
}

/** What was subtracted from an image, one model after the other; their sum restores it. */
export class BackgroundList {
  readonly entries: readonly Background[]

  constructor(entries: Iterable<Background> = []) {
    this.entries = [...entries]
  }

  append(...more: readonly Background[]): BackgroundList {
    return new BackgroundList([...this.entries, ...more])
  }

  /** Sum of the surfaces. */
  image(): Image | undefined {
    const [first, ...rest] = this.entries
    if (first === undefined) return undefined
    const total = first.image()
    for (const entry of rest) {
      const part = entry.image()
      for (let i = 0; i < total.data.length; i++) total.data[i]! += part.data[i]!
    }
    return total
  }
}

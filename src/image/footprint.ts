import { Box2I, type Point2D } from '#geom'

/** A local maximum inside a footprint. */
export interface Peak {
  readonly id: number
  /** PARENT pixel of the maximum. */
  readonly ix: number
  readonly iy: number
  /** Refined position where known, else the pixel's centre. */
  readonly x: number
  readonly y: number
  /** Value of the image that was searched (mostly the smoothed one). */
  readonly value: number
}

/**
 * The pixels of a detected object as horizontal runs, and the peaks in them, brightest first. Immutable.
 * @see lsst::afw::detection::Footprint
 */
export class Footprint {
  /** (y, x0, x1) for each run, x1 inside; PARENT pixels; by rising y, then x0; runs of a row do not touch. */
  readonly spans: Int32Array
  readonly peaks: readonly Peak[]
  readonly area: number
  readonly bbox: Box2I

  constructor(spans: Int32Array, peaks: readonly Peak[] = []) {
    this.spans = spans
    this.peaks = peaks
    let [area, x0, x1] = [0, Number.POSITIVE_INFINITY, -Infinity]
    for (let i = 0; i < spans.length; i += 3) {
      area += spans[i + 2]! - spans[i + 1]! + 1
      x0 = Math.min(x0, spans[i + 1]!)
      x1 = Math.max(x1, spans[i + 2]!)
    }
    this.area = area
    this.bbox =
      spans.length === 0 ? Box2I.empty : Box2I.fromCorners(x0, spans[0]!, x1, spans[spans.length - 3]!)
  }

  static ofBox(box: Box2I): Footprint {
    const spans = new Int32Array(3 * box.height)
    for (let r = 0; r < box.height; r++) spans.set([box.y0 + r, box.x0, box.x1], 3 * r)
    return new Footprint(spans)
  }

  withPeaks(peaks: readonly Peak[]): Footprint {
    return new Footprint(this.spans, peaks)
  }

  contains({ x, y }: Point2D): boolean {
    const [ix, iy] = [Math.floor(x + 0.5), Math.floor(y + 0.5)]
    let [low, high] = [0, this.spans.length / 3]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.spans[3 * middle]! < iy) low = middle + 1
      else high = middle
    }
    for (let i = 3 * low; i < this.spans.length && this.spans[i] === iy; i += 3)
      if (this.spans[i + 1]! <= ix && ix <= this.spans[i + 2]!) return true
    return false
  }

  /** The part inside a box, peaks outside dropped. */
  clippedTo(box: Box2I): Footprint {
    if (box.contains(this.bbox)) return this
    const kept: number[] = []
    for (let i = 0; i < this.spans.length; i += 3) {
      const y = this.spans[i]!
      const x0 = Math.max(this.spans[i + 1]!, box.x0)
      const x1 = Math.min(this.spans[i + 2]!, box.x1)
      if (y >= box.y0 && y <= box.y1 && x1 >= x0) kept.push(y, x0, x1)
    }
    return new Footprint(
      Int32Array.from(kept),
      this.peaks.filter(({ ix, iy }) => box.contains({ x: ix, y: iy })),
    )
  }
}

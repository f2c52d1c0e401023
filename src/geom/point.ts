/** A position on a plane; in images: pixels, centres on integers, first pixel (0, 0) unless an `xy0` says otherwise. */
export interface Point2D {
  readonly x: number
  readonly y: number
}

/** A position of a whole pixel. */
export interface Point2I {
  readonly x: number
  readonly y: number
}

/** The whole pixel that covers a position: pixel i covers [i - 0.5, i + 0.5). */
export const toPixel = ({ x, y }: Point2D): Point2I => ({ x: Math.floor(x + 0.5), y: Math.floor(y + 0.5) })

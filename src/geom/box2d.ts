import type { Point2D } from './point.ts'

/** A rectangle of the plane, [xMin, xMax) × [yMin, yMax). Empty when a maximum is not above its minimum. */
export class Box2D {
  readonly xMin: number
  readonly yMin: number
  readonly xMax: number
  readonly yMax: number

  constructor(xMin: number, yMin: number, xMax: number, yMax: number) {
    const empty = !(xMax > xMin && yMax > yMin)
    this.xMin = empty ? 0 : xMin
    this.yMin = empty ? 0 : yMin
    this.xMax = empty ? 0 : xMax
    this.yMax = empty ? 0 : yMax
  }

  static readonly empty: Box2D = new Box2D(0, 0, 0, 0)

  /** The smallest box around the points; its maxima are the largest coordinates (open, so nudged by one ulp in the stack; not here). */
  static covering(points: Iterable<Point2D>): Box2D {
    let [x0, y0, x1, y1] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -Infinity, -Infinity]
    for (const { x, y } of points) {
      x0 = Math.min(x0, x)
      x1 = Math.max(x1, x)
      y0 = Math.min(y0, y)
      y1 = Math.max(y1, y)
    }
    return new Box2D(x0, y0, x1, y1)
  }

  get width(): number {
    return this.xMax - this.xMin
  }

  get height(): number {
    return this.yMax - this.yMin
  }

  get isEmpty(): boolean {
    return this.width === 0
  }

  get center(): Point2D {
    return { x: (this.xMin + this.xMax) / 2, y: (this.yMin + this.yMax) / 2 }
  }

  /** Counter-clockwise from the lower left. */
  get corners(): readonly [Point2D, Point2D, Point2D, Point2D] {
    const { xMin, yMin, xMax, yMax } = this
    return [
      { x: xMin, y: yMin },
      { x: xMax, y: yMin },
      { x: xMax, y: yMax },
      { x: xMin, y: yMax },
    ]
  }

  contains({ x, y }: Point2D): boolean {
    return x >= this.xMin && y >= this.yMin && x < this.xMax && y < this.yMax
  }

  intersect(o: Box2D): Box2D {
    return new Box2D(
      Math.max(this.xMin, o.xMin),
      Math.max(this.yMin, o.yMin),
      Math.min(this.xMax, o.xMax),
      Math.min(this.yMax, o.yMax),
    )
  }

  overlaps(other: Box2D): boolean {
    return !this.intersect(other).isEmpty
  }

  grow(by: number): Box2D {
    if (this.isEmpty) return this
    return new Box2D(this.xMin - by, this.yMin - by, this.xMax + by, this.yMax + by)
  }
}

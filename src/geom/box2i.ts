import { Box2D } from './box2d.ts'
import type { Point2D, Point2I } from './point.ts'

/** A rectangle of whole pixels; `x1`, `y1` are the last column and row inside. Empty when a side is 0. */
export class Box2I {
  readonly x0: number
  readonly y0: number
  readonly width: number
  readonly height: number

  constructor(x0: number, y0: number, width: number, height: number) {
    const empty = !(width > 0 && height > 0)
    this.x0 = empty ? 0 : x0
    this.y0 = empty ? 0 : y0
    this.width = empty ? 0 : width
    this.height = empty ? 0 : height
  }

  static readonly empty: Box2I = new Box2I(0, 0, 0, 0)

  /** From the first and the last pixel, both inside. */
  static fromCorners(x0: number, y0: number, x1: number, y1: number): Box2I {
    return new Box2I(x0, y0, x1 - x0 + 1, y1 - y0 + 1)
  }

  /** The smallest box whose pixels cover the positions; empty for none. */
  static covering(points: Iterable<Point2D>): Box2I {
    let [x0, y0, x1, y1] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -Infinity, -Infinity]
    for (const { x, y } of points) {
      x0 = Math.min(x0, Math.floor(x + 0.5))
      x1 = Math.max(x1, Math.floor(x + 0.5))
      y0 = Math.min(y0, Math.floor(y + 0.5))
      y1 = Math.max(y1, Math.floor(y + 0.5))
    }
    return x1 >= x0 ? Box2I.fromCorners(x0, y0, x1, y1) : Box2I.empty
  }

  get x1(): number {
    return this.x0 + this.width - 1
  }

  get y1(): number {
    return this.y0 + this.height - 1
  }

  get isEmpty(): boolean {
    return this.width === 0
  }

  get area(): number {
    return this.width * this.height
  }

  get center(): Point2D {
    return { x: this.x0 + (this.width - 1) / 2, y: this.y0 + (this.height - 1) / 2 }
  }

  /** Pixel centres of the corners, counter-clockwise from the first pixel. */
  get corners(): readonly [Point2I, Point2I, Point2I, Point2I] {
    const { x0, y0, x1, y1 } = this
    return [
      { x: x0, y: y0 },
      { x: x1, y: y0 },
      { x: x1, y: y1 },
      { x: x0, y: y1 },
    ]
  }

  /** True for a pixel position inside (positions within half a pixel of an edge pixel's centre count), or a box inside. */
  contains(what: Point2D | Box2I): boolean {
    if (what instanceof Box2I) {
      if (what.isEmpty) return true
      return what.x0 >= this.x0 && what.y0 >= this.y0 && what.x1 <= this.x1 && what.y1 <= this.y1
    }
    const dx = what.x + 0.5 - this.x0
    const dy = what.y + 0.5 - this.y0
    return dx >= 0 && dy >= 0 && dx < this.width && dy < this.height
  }

  overlaps(other: Box2I): boolean {
    return !this.intersect(other).isEmpty
  }

  intersect(other: Box2I): Box2I {
    return Box2I.fromCorners(
      Math.max(this.x0, other.x0),
      Math.max(this.y0, other.y0),
      Math.min(this.x1, other.x1),
      Math.min(this.y1, other.y1),
    )
  }

  /** The smallest box that contains both. */
  union(other: Box2I): Box2I {
    if (this.isEmpty) return other
    if (other.isEmpty) return this
    return Box2I.fromCorners(
      Math.min(this.x0, other.x0),
      Math.min(this.y0, other.y0),
      Math.max(this.x1, other.x1),
      Math.max(this.y1, other.y1),
    )
  }

  /** Larger by `dx` pixels on the left and right, `dy` below and above; negative shrinks. */
  grow(dx: number, dy: number = dx): Box2I {
    if (this.isEmpty) return this
    return new Box2I(this.x0 - dx, this.y0 - dy, this.width + 2 * dx, this.height + 2 * dy)
  }

  shift(dx: number, dy: number): Box2I {
    return new Box2I(this.x0 + dx, this.y0 + dy, this.width, this.height)
  }

  equals(other: Box2I): boolean {
    return (
      this.x0 === other.x0 &&
      this.y0 === other.y0 &&
      this.width === other.width &&
      this.height === other.height
    )
  }

  /** The area its pixels cover: half a pixel more on each side. */
  toBox2D(): Box2D {
    if (this.isEmpty) return Box2D.empty
    return new Box2D(this.x0 - 0.5, this.y0 - 0.5, this.x1 + 0.5, this.y1 + 0.5)
  }

  toString(): string {
    return `(x ${this.x0}..${this.x1}, y ${this.y0}..${this.y1})`
  }
}

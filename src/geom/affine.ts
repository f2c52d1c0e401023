import { geomError } from './errors.ts'
import type { Point2D } from './point.ts'

/** x' = xx·x + xy·y + tx, y' = yx·x + yy·y + ty. */
export class AffineTransform {
  readonly xx: number
  readonly xy: number
  readonly yx: number
  readonly yy: number
  readonly tx: number
  readonly ty: number

  constructor(xx: number, xy: number, yx: number, yy: number, tx = 0, ty = 0) {
    this.xx = xx
    this.xy = xy
    this.yx = yx
    this.yy = yy
    this.tx = tx
    this.ty = ty
  }

  static readonly identity: AffineTransform = new AffineTransform(1, 0, 0, 1)

  static translation(tx: number, ty: number): AffineTransform {
    return new AffineTransform(1, 0, 0, 1, tx, ty)
  }

  static scaling(sx: number, sy: number = sx): AffineTransform {
    return new AffineTransform(sx, 0, 0, sy)
  }

  /** Counter-clockwise by `radians` in axes with y up. */
  static rotation(radians: number): AffineTransform {
    const [c, s] = [Math.cos(radians), Math.sin(radians)]
    return new AffineTransform(c, -s, s, c)
  }

  apply({ x, y }: Point2D): Point2D {
    return { x: this.xx * x + this.xy * y + this.tx, y: this.yx * x + this.yy * y + this.ty }
  }

  /** The linear part only: what happens to a displacement. */
  applyLinear({ x, y }: Point2D): Point2D {
    return { x: this.xx * x + this.xy * y, y: this.yx * x + this.yy * y }
  }

  get determinant(): number {
    return this.xx * this.yy - this.xy * this.yx
  }

  /** The map that applies `first`, then this one. */
  after(first: AffineTransform): AffineTransform {
    return new AffineTransform(
      this.xx * first.xx + this.xy * first.yx,
      this.xx * first.xy + this.xy * first.yy,
      this.yx * first.xx + this.yy * first.yx,
      this.yx * first.xy + this.yy * first.yy,
      this.xx * first.tx + this.xy * first.ty + this.tx,
      this.yx * first.tx + this.yy * first.ty + this.ty,
    )
  }

  /** @throws FirstlightError 'geom/singular-affine' when it flattens the plane. */
  invert(): AffineTransform {
    const d = this.determinant
    if (d === 0 || !Number.isFinite(d))
      throw geomError('singular-affine', `The affine map has determinant ${d}; it has no inverse.`)
    const { xx, xy, yx, yy, tx, ty } = this
    const [a, b, c, e] = [yy / d, -xy / d, -yx / d, xx / d]
    return new AffineTransform(a, b, c, e, -(a * tx + b * ty), -(c * tx + e * ty))
  }
}

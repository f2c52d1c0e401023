import { INSPECT } from '#core'
import { Box2I } from '#geom'
import { imageError } from './errors.ts'

/** A plane of float32 pixels, row-major from the first row up, whose first pixel is at (x0, y0) in the PARENT frame. */
export class Image {
  readonly width: number
  readonly height: number
  readonly x0: number
  readonly y0: number
  /** width × height pixels; owned by this image and writable. */
  readonly data: Float32Array

  constructor(
    width: number,
    height: number,
    options: { x0?: number; y0?: number; data?: Float32Array } = {},
  ) {
    checkShape(width, height, options.data)
    this.width = width
    this.height = height
    this.x0 = options.x0 ?? 0
    this.y0 = options.y0 ?? 0
    this.data = options.data ?? new Float32Array(width * height)
  }

  static ofBox(box: Box2I, data?: Float32Array): Image {
    return new Image(box.width, box.height, { x0: box.x0, y0: box.y0, ...(data && { data }) })
  }

  get bbox(): Box2I {
    return new Box2I(this.x0, this.y0, this.width, this.height)
  }

  /** Index in `data` of a PARENT pixel. @throws FirstlightError 'image/outside' */
  index(x: number, y: number): number {
    return indexIn(this, x, y)
  }

  get(x: number, y: number): number {
    return this.data[this.index(x, y)]!
  }

  set(x: number, y: number, value: number): void {
    this.data[this.index(x, y)] = value
  }

  fill(value: number): this {
    this.data.fill(value)
    return this
  }

  clone(): Image {
    return Image.ofBox(this.bbox, this.data.slice())
  }

  /** A copy of the pixels in `box` (PARENT frame, wholly inside). */
  subimage(box: Box2I): Image {
    return Image.ofBox(box, cutRows(this, box, new Float32Array(box.area)))
  }

  /** Copy the pixels of `part` to where its box says; it must be inside. */
  assign(part: Image): void {
    pasteRows(this, part)
  }

  /** The same pixels (not copied) with another first-pixel position. */
  withOrigin(x0: number, y0: number): Image {
    return new Image(this.width, this.height, { x0, y0, data: this.data })
  }

  /** `Image(2048 × 4176)`: class and size in pixels. */
  toString(): string {
    return `Image(${this.width} × ${this.height})`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

interface Plane<T extends Float32Array | Int32Array = Float32Array | Int32Array> {
  readonly width: number
  readonly height: number
  readonly x0: number
  readonly y0: number
  readonly data: T
  readonly bbox: Box2I
}

export function checkShape(width: number, height: number, data?: ArrayLike<number>): void {
  const whole = Number.isInteger(width) && Number.isInteger(height) && width >= 0 && height >= 0
  if (!whole) throw imageError('bad-shape', `An image cannot have ${width} × ${height} pixels.`)
  if (data !== undefined && data.length !== width * height)
    throw imageError(
      'bad-shape',
      `${width} × ${height} pixels need ${width * height} values; ${data.length} were given.`,
    )
}

export function indexIn(plane: Plane, x: number, y: number): number {
  const [i, j] = [x - plane.x0, y - plane.y0]
  if (i >= 0 && j >= 0 && i < plane.width && j < plane.height) return j * plane.width + i
  throw imageError('outside', `Pixel (${x}, ${y}) is not in ${plane.bbox.toString()}.`)
}

function checkInside(whole: Plane, box: Box2I): void {
  if (!whole.bbox.contains(box))
    throw imageError('outside', `The box ${box.toString()} reaches out of ${whole.bbox.toString()}.`)
}

export function cutRows<T extends Float32Array | Int32Array>(from: Plane<T>, box: Box2I, to: T): T {
  checkInside(from, box)
  const first = (box.y0 - from.y0) * from.width + box.x0 - from.x0
  for (let row = 0; row < box.height; row++) {
    const start = first + row * from.width
    to.set(from.data.subarray(start, start + box.width), row * box.width)
  }
  return to
}

export function pasteRows<T extends Float32Array | Int32Array>(to: Plane<T>, part: Plane<T>): void {
  checkInside(to, part.bbox)
  if (part.width === 0) return
  const first = (part.y0 - to.y0) * to.width + part.x0 - to.x0
  for (let row = 0; row < part.height; row++)
    to.data.set(part.data.subarray(row * part.width, (row + 1) * part.width), first + row * to.width)
}

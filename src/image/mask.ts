import { INSPECT } from '#core'
import { Box2I } from '#geom'
import { checkShape, cutRows, indexIn, pasteRows } from './image.ts'
import { MaskPlanes } from './mask-planes.ts'

/** A plane of 32-bit flags whose bits are named; layout and frame as `Image`. */
export class Mask {
  readonly width: number
  readonly height: number
  readonly x0: number
  readonly y0: number
  readonly data: Int32Array
  /** Grows by `addPlane`; bits in `data` always follow it. */
  planes: MaskPlanes

  constructor(
    width: number,
    height: number,
    options: { x0?: number; y0?: number; data?: Int32Array; planes?: MaskPlanes } = {},
  ) {
    checkShape(width, height, options.data)
    this.width = width
    this.height = height
    this.x0 = options.x0 ?? 0
    this.y0 = options.y0 ?? 0
    this.data = options.data ?? new Int32Array(width * height)
    this.planes = options.planes ?? new MaskPlanes()
  }

  static ofBox(box: Box2I, options: { data?: Int32Array; planes?: MaskPlanes } = {}): Mask {
    return new Mask(box.width, box.height, { x0: box.x0, y0: box.y0, ...options })
  }

  get bbox(): Box2I {
    return new Box2I(this.x0, this.y0, this.width, this.height)
  }

  /** Bit number of a plane. @throws FirstlightError 'image/no-plane' */
  bit(name: string): number {
    return this.planes.bit(name)
  }

  /** The or of the named planes' bits. */
  mask(...names: readonly string[]): number {
    return this.planes.mask(...names)
  }

  /** Make sure the plane exists; its bit. */
  addPlane(name: string): number {
    this.planes = this.planes.with(name)
    return this.planes.bit(name)
  }

  index(x: number, y: number): number {
    return indexIn(this, x, y)
  }

  get(x: number, y: number): number {
    return this.data[this.index(x, y)]!
  }

  set(x: number, y: number, value: number): void {
    this.data[this.index(x, y)] = value
  }

  /** Set a plane on the part of `box` that is inside. */
  setPlane(name: string, box: Box2I = this.bbox): void {
    const bits = this.mask(name)
    const inside = box.intersect(this.bbox)
    for (let y = inside.y0; y <= inside.y1; y++) {
      const first = this.index(inside.x0, y)
      for (let i = first; i < first + inside.width; i++) this.data[i]! |= bits
    }
  }

  /** Clear planes everywhere. */
  clearPlanes(...names: readonly string[]): void {
    const keep = ~this.mask(...names)
    const { data } = this
    for (let i = 0; i < data.length; i++) data[i]! &= keep
  }

  /** Pixels with any of the named planes. */
  count(...names: readonly string[]): number {
    const bits = this.mask(...names)
    let n = 0
    for (const value of this.data) if ((value & bits) !== 0) n++
    return n
  }

  clone(): Mask {
    return Mask.ofBox(this.bbox, { data: this.data.slice(), planes: this.planes })
  }

  /** A copy of the pixels in `box`. */
  subimage(box: Box2I): Mask {
    return Mask.ofBox(box, { data: cutRows(this, box, new Int32Array(box.area)), planes: this.planes })
  }

  /** Copy `part` to where its box says, its planes remapped by name to ours (missing ones are added). */
  assign(part: Mask): void {
    for (const name of part.planes.names) this.addPlane(name)
    pasteRows(this, part.remapped(this.planes))
  }

  /** Or `part`'s flags into ours where its box says, planes remapped by name. */
  or(part: Mask): void {
    for (const name of part.planes.names) this.addPlane(name)
    const mine = this.subimage(part.bbox)
    const theirs = part.remapped(this.planes)
    for (let i = 0; i < mine.data.length; i++) mine.data[i]! |= theirs.data[i]!
    pasteRows(this, mine)
  }

  withOrigin(x0: number, y0: number): Mask {
    return new Mask(this.width, this.height, { x0, y0, data: this.data, planes: this.planes })
  }

  /**
   * The same flags with the bits of another dictionary; planes it lacks are added to it. Two files may disagree on
   * every bit above the standard nine, so everything that joins masks goes through here.
   */
  remapped(planes: MaskPlanes): Mask {
    const target = this.planes.names.reduce((all, name) => all.with(name), planes)
    const moves = this.planes.names
      .map((name) => [1 << this.planes.bit(name), 1 << target.bit(name)] as const)
      .filter(([from, to]) => from !== to)
    const data = moves.length === 0 ? this.data.slice() : moveBits(this.data, moves)
    return Mask.ofBox(this.bbox, { data, planes: target })
  }

  /** `Mask(2048 × 4176)`: class and size in pixels. */
  toString(): string {
    return `Mask(${this.width} × ${this.height})`
  }

  [INSPECT](): string {
    return this.toString()
  }
}

function moveBits(data: Int32Array, moves: readonly (readonly [number, number])[]): Int32Array {
  const leaving = ~moves.reduce((all, [from]) => all | from, 0)
  return data.map((value) => {
    let moved = value & leaving
    for (const [from, to] of moves) if ((value & from) !== 0) moved |= to
    return moved
  })
}

import type { Point2D } from '#geom'
import { Mask } from './mask.ts'

/** A polygon of the pixel plane by its corners in order; the last joins the first. */
export type Polygon = readonly Point2D[]

/** Even-odd rule; points on an edge may fall on either side. */
export function polygonContains(polygon: Polygon, { x, y }: Point2D): boolean {
  let inside = false
  let a = polygon[polygon.length - 1]
  for (const b of polygon) {
    if (a !== undefined && a.y > y !== b.y > y && x < ((a.x - b.x) * (y - b.y)) / (a.y - b.y) + b.x)
      inside = !inside
    a = b
  }
  return inside
}

/** Area, positive when the corners go counter-clockwise. */
export function polygonArea(polygon: Polygon): number {
  let sum = 0
  let a = polygon[polygon.length - 1]
  for (const b of polygon) {
    if (a !== undefined) sum += a.x * b.y - b.x * a.y
    a = b
  }
  return sum / 2
}

/** Set a plane on the pixels whose centre is outside. */
export function maskOutside(mask: Mask, polygon: Polygon, plane: string): void {
  const bits = 1 << mask.addPlane(plane)
  for (let row = 0; row < mask.height; row++)
    for (let column = 0; column < mask.width; column++)
      if (!polygonContains(polygon, { x: mask.x0 + column, y: mask.y0 + row }))
        mask.data[row * mask.width + column]! |= bits
}

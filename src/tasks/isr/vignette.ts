import type { Point2D } from '#geom'
import type { Detector, Exposure } from '#image'
import type { IsrConfig } from './config.ts'

/**
 * The part of the chip inside the camera's unvignetted circle: the circle as a polygon in focal-plane mm, brought to pixels
 * and clipped by the chip's outline (Sutherland–Hodgman; both are convex).
 * @returns corners in order, PARENT pixels, or undefined when the chip lies wholly inside
 */
export function vignettePolygon(
  { bbox }: Exposure,
  detector: Detector,
  config: IsrConfig,
): readonly Point2D[] | undefined {
  const n = config.vignetteNumPolygonPoints
  const circle = Array.from({ length: n }, (_, i) => {
    const angle = (2 * Math.PI * i) / n
    return toPixels(detector, {
      x: config.vignetteXCenter + config.vignetteRadius * Math.cos(angle),
      y: config.vignetteYCenter + config.vignetteRadius * Math.sin(angle),
    })
  })
  const low = { x: bbox.x0 - 0.5, y: bbox.y0 - 0.5 }
  const high = { x: bbox.x0 + bbox.width - 0.5, y: bbox.y0 + bbox.height - 0.5 }
  const corners = [low, { x: high.x, y: low.y }, high, { x: low.x, y: high.y }]
  if (corners.every((corner) => isInside(circle, corner))) return undefined
  const clipped = (
    [
      [(p: Point2D) => p.x - low.x],
      [(p: Point2D) => high.x - p.x],
      [(p: Point2D) => p.y - low.y],
      [(p: Point2D) => high.y - p.y],
    ] as const
  ).reduce<readonly Point2D[]>((polygon, [depth]) => clipHalfPlane(polygon, depth), circle)
  return clipped.length >= 3 ? clipped : undefined
}

/** Focal plane (mm) to the chip's pixels. */
function toPixels({ orientation, pixelSize }: Detector, focal: Point2D): Point2D {
  const angle = -orientation.yaw.radians
  const dx = focal.x - orientation.fpPosition.x
  const dy = focal.y - orientation.fpPosition.y
  return {
    x: orientation.referencePoint.x + (dx * Math.cos(angle) - dy * Math.sin(angle)) / pixelSize.x,
    y: orientation.referencePoint.y + (dx * Math.sin(angle) + dy * Math.cos(angle)) / pixelSize.y,
  }
}

const isInside = (polygon: readonly Point2D[], p: Point2D): boolean => {
  let sign = 0
  for (let i = 0; i < polygon.length; i++) {
    const a = polygon[i]!
    const b = polygon[(i + 1) % polygon.length]!
    const side = Math.sign((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x))
    if (sign === 0) sign = side
    else if (side !== 0 && side !== sign) return false
  }
  return true
}

function clipHalfPlane(polygon: readonly Point2D[], depth: (p: Point2D) => number): readonly Point2D[] {
  return polygon.flatMap((a, i) => {
    const b = polygon[(i + 1) % polygon.length]!
    const [da, db] = [depth(a), depth(b)]
    const kept = da >= 0 ? [a] : []
    if (da >= 0 === db >= 0) return kept
    const t = da / (da - db)
    return [...kept, { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) }]
  })
}

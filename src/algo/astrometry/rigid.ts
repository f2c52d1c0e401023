import type { MatchedPair, Positions } from '../match/nearest.ts'

/** A shift with a rotation: (x, y) → (c·x − s·y + dx, s·x + c·y + dy), c² + s² = 1. */
export interface RigidMap {
  readonly c: number
  readonly s: number
  readonly dx: number
  readonly dy: number
}

export const moveX = ({ c, s, dx }: RigidMap, x: number, y: number): number => c * x - s * y + dx
export const moveY = ({ c, s, dy }: RigidMap, x: number, y: number): number => s * x + c * y + dy

export function moved(map: RigidMap, { x, y }: Positions): { x: Float64Array; y: Float64Array } {
  return {
    x: Float64Array.from({ length: x.length }, (_, i) => moveX(map, x[i]!, y[i]!)),
    y: Float64Array.from({ length: x.length }, (_, i) => moveY(map, x[i]!, y[i]!)),
  }
}

/**
 * The shift and rotation that bring sources nearest to their references, least squares.
 * @see Kabsch 1976, in two dimensions; needs at least two pairs
 */
export function fitRigid(
  sources: Positions,
  references: Positions,
  pairs: readonly Pick<MatchedPair, 'source' | 'reference'>[],
): RigidMap {
  const n = pairs.length
  let [ax, ay, bx, by] = [0, 0, 0, 0]
  for (const { source, reference } of pairs) {
    ax += sources.x[source]! / n
    ay += sources.y[source]! / n
    bx += references.x[reference]! / n
    by += references.y[reference]! / n
  }
  let [along, across] = [0, 0]
  for (const { source, reference } of pairs) {
    const [px, py] = [sources.x[source]! - ax, sources.y[source]! - ay]
    const [qx, qy] = [references.x[reference]! - bx, references.y[reference]! - by]
    along += px * qx + py * qy
    across += px * qy - py * qx
  }
  const norm = Math.hypot(along, across)
  if (norm === 0) return { c: 1, s: 0, dx: bx - ax, dy: by - ay }
  const [c, s] = [along / norm, across / norm]
  return { c, s, dx: bx - (c * ax - s * ay), dy: by - (s * ax + c * ay) }
}

import { type MatchedPair, matchNearest, PointGrid, type Positions } from '../match/nearest.ts'
import { fitRigid, moved, moveX, moveY, type RigidMap } from './rigid.ts'

export interface PatternMatchOptions {
  /** Sources whose patterns are tried, brightest first. */
  readonly numBrightStars: number
  /** Points of a pattern: a centre and its spokes. */
  readonly numPointsForShape: number
  /** Points that are tried for it: the excess over `numPointsForShape` may be missing. */
  readonly numPointsForShapeAttempt: number
  /** Largest shift, pixels. */
  readonly maxOffset: number
  /** Largest rotation, degrees. */
  readonly maxRotation: number
  /** Patterns that must tell of the same shift and rotation before it is believed. */
  readonly numPatternConsensus: number
  readonly minMatchedPairs: number
  readonly minFracMatchedPairs: number
  /** Smallest tolerance of a pattern, pixels. */
  readonly minTolerance: number
  /** Times the tolerance is doubled before giving up, the first attempt counted. */
  readonly iterations: number
}

/** Of lsst.meas.astrom.MatchPessimisticBConfig. */
export const DEFAULT_PATTERN_MATCH: PatternMatchOptions = {
  numBrightStars: 200,
  numPointsForShape: 6,
  numPointsForShapeAttempt: 6,
  maxOffset: 300,
  maxRotation: 1,
  numPatternConsensus: 3,
  minMatchedPairs: 30,
  minFracMatchedPairs: 0.3,
  minTolerance: 1,
  iterations: 5,
}

export type PatternMatch =
  | {
      readonly status: 'matched'
      /** From sources to references. */
      readonly map: RigidMap
      readonly pairs: readonly MatchedPair[]
      /** Tolerance that it was found with, pixels. */
      readonly tolerance: number
    }
  | { readonly status: 'too-few-points' | 'no-pattern'; readonly tolerance: number }

/**
 * Find the shift and small rotation between two lists of positions, both brightest first, by patterns of bright sources that
 * the references repeat: the pessimistic pattern matcher B. No pattern is believed until others agree with it and most
 * sources find a partner. Positions are pixels of one plane, references taken there by a first WCS.
 * The tolerance starts small and is doubled until a match is found (the stack starts it where the patterns of its two lists
 * are still told apart, which lets chance in); and we search ends of spokes only where the offset and rotation limits allow them, instead of in a table of all distances,
 * and turn in the plane instead of on the sphere: the same patterns are found.
 * @see Tabur 2007 (PASA 24, 189); DMTN-031; lsst.meas.astrom.PessimisticPatternMatcherB
 */
export function matchPatterns(
  sources: Positions,
  references: Positions,
  options: Partial<PatternMatchOptions> = {},
): PatternMatch {
  const o = { ...DEFAULT_PATTERN_MATCH, ...options }
  const fewest = Math.min(sources.x.length, references.x.length)
  const points = Math.min(o.numPointsForShape, fewest)
  const attempted = Math.min(Math.max(points, o.numPointsForShapeAttempt), fewest)
  if (points < 3) return { status: 'too-few-points', tolerance: o.minTolerance }
  let tolerance = o.minTolerance
  for (let attempt = 0; attempt < o.iterations; attempt++, tolerance *= 2) {
    const wanted = Math.max(
      3,
      Math.min(o.minMatchedPairs, Math.floor(o.minFracMatchedPairs * fewest)),
      CHANCES * byChance(sources, references, tolerance),
    )
    const found = search(
      sources,
      references,
      { ...o, numPointsForShape: points, numPointsForShapeAttempt: attempted },
      tolerance,
      wanted,
    )
    if (found) return { status: 'matched', ...found, tolerance }
  }
  return { status: 'no-pattern', tolerance: tolerance / 2 }
}

/** Pairs must be this many times what unrelated lists would have. */
const CHANCES = 3

/** Pairs that two unrelated lists have within a tolerance. */
function byChance(sources: Positions, references: Positions, tolerance: number): number {
  const [low, , , high] = cornersOf(references)
  const area = (high![0] - low![0]) * (high![1] - low![1])
  return (sources.x.length * references.x.length * Math.PI * tolerance ** 2) / Math.max(area, 1)
}

function search(
  sources: Positions,
  references: Positions,
  o: PatternMatchOptions,
  tolerance: number,
  wanted: number,
): { map: RigidMap; pairs: readonly MatchedPair[] } | undefined {
  const far = new PointGrid(references.x, references.y, o.maxOffset)
  const near = new PointGrid(references.x, references.y, 2 * tolerance)
  const corners = cornersOf(sources)
  const few = Math.min(sources.x.length, references.x.length) < o.numBrightStars + o.numPointsForShape
  const consensus = few ? 1 : o.numPatternConsensus
  const believed: RigidMap[] = []
  const last = Math.min(o.numBrightStars, sources.x.length) - o.numPointsForShapeAttempt
  for (let first = 0; first <= last; first++) {
    const spokes = Array.from({ length: o.numPointsForShapeAttempt - 1 }, (_, k) => first + 1 + k)
    for (const center of far.within(sources.x[first]!, sources.y[first]!))
      for (const map of patternsAt(sources, references, { first, spokes, center }, near, o, tolerance)) {
        const agreeing = believed.filter((other) => agree(map, other, corners, tolerance)).length + 1
        believed.push(map)
        if (agreeing < consensus) continue
        const pairs = matchNearest(moved(map, sources), references, tolerance)
        if (pairs.length < wanted) continue
        const refined = fitRigid(sources, references, pairs)
        return { map: refined, pairs: matchNearest(moved(refined, sources), references, tolerance) }
      }
  }
  return undefined
}

interface Pattern {
  readonly first: number
  readonly spokes: readonly number[]
  /** The reference taken for the first source. */
  readonly center: number
}

/** The maps under which every point of the pattern has a reference, the pattern's centre being `center`. */
function* patternsAt(
  sources: Positions,
  references: Positions,
  { first, spokes, center }: Pattern,
  near: PointGrid,
  o: PatternMatchOptions,
  tolerance: number,
): Iterable<RigidMap> {
  const [sx, sy] = [sources.x[first]!, sources.y[first]!]
  const [rx, ry] = [references.x[center]!, references.y[center]!]
  const [dx, dy] = [sources.x[spokes[0]!]! - sx, sources.y[spokes[0]!]! - sy]
  const length = Math.hypot(dx, dy)
  const limit = (o.maxRotation * Math.PI) / 180
  for (let end = 0; end < references.x.length; end++) {
    const [ex, ey] = [references.x[end]! - rx, references.y[end]! - ry]
    if (end === center || Math.abs(Math.hypot(ex, ey) - length) > tolerance) continue
    const angle = Math.atan2(dx * ey - dy * ex, dx * ex + dy * ey)
    if (!(Math.abs(angle) <= limit)) continue
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    const guess = { c, s, dx: rx - (c * sx - s * sy), dy: ry - (s * sx + c * sy) }
    const pairs = pairsOf(sources, [first, ...spokes], guess, near, 2 * tolerance)
    if (pairs.length < o.numPointsForShape) continue
    const map = fitRigid(sources, references, pairs)
    if (pairs.every((pair) => residual(map, sources, references, pair) <= tolerance)) yield map
  }
}

type Pair = Pick<MatchedPair, 'source' | 'reference'>

const residual = (map: RigidMap, { x, y }: Positions, references: Positions, { source, reference }: Pair) =>
  Math.hypot(
    moveX(map, x[source]!, y[source]!) - references.x[reference]!,
    moveY(map, x[source]!, y[source]!) - references.y[reference]!,
  )

/** The points of a pattern that have a reference within the radius under a map. */
function pairsOf(
  { x, y }: Positions,
  points: readonly number[],
  map: RigidMap,
  near: PointGrid,
  radius: number,
): Pair[] {
  const pairs: Pair[] = []
  for (const source of points) {
    const [px, py] = [moveX(map, x[source]!, y[source]!), moveY(map, x[source]!, y[source]!)]
    const reference = near.nearest(px, py, radius)
    if (reference >= 0 && !pairs.some((pair) => pair.reference === reference))
      pairs.push({ source, reference })
  }
  return pairs
}

/** True when two maps bring the corners of the image to the same places. */
const agree = (
  a: RigidMap,
  b: RigidMap,
  corners: readonly (readonly [number, number])[],
  tolerance: number,
) =>
  corners.every(
    ([x, y]) => Math.hypot(moveX(a, x, y) - moveX(b, x, y), moveY(a, x, y) - moveY(b, x, y)) <= 2 * tolerance,
  )

function cornersOf({ x, y }: Positions): readonly (readonly [number, number])[] {
  const [xs, ys] = [Array.from(x), Array.from(y)]
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  return [
    [x0, y0],
    [x1, y0],
    [x0, y1],
    [x1, y1],
  ]
}

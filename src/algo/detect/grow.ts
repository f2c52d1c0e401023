import { Footprint } from '#image'
import type { Box2I } from '#geom'
import { connectSpans, spansOfGroups } from './connect.ts'

/**
 * Grow footprints by `radius` pixels inside `bounds` and join those that then touch; joined ones keep all their peaks,
 * brightest first. Isotropic growth is by a disc, the other by a diamond (Manhattan distance).
 * @see lsst::afw::detection::FootprintSet(FootprintSet, int, bool)
 */
export function growFootprints(
  footprints: readonly Footprint[],
  radius: number,
  isotropic: boolean,
  bounds: Box2I,
): Footprint[] {
  if (radius === 0 || footprints.length === 0) return [...footprints]
  const reach = Int32Array.from({ length: radius + 1 }, (_, dy) =>
    isotropic ? Math.floor(Math.sqrt(radius * radius - dy * dy)) : radius - dy,
  )
  const spans = mergedRows(dilate(footprints, radius, reach, bounds), bounds)
  const { group, count } = connectSpans(spans)
  const grown = spansOfGroups(spans, group, count)
  const peaks = grown.map(() => [] as Footprint['peaks'][number][])
  for (const footprint of footprints) {
    const home = findRun(spans, footprint.spans[0]!, footprint.spans[1]!)
    peaks[group[home]!]!.push(...footprint.peaks)
  }
  return grown.map((own, g) => new Footprint(own, sortedPeaks(peaks[g]!)))
}

const sortedPeaks = (peaks: Footprint['peaks']): Footprint['peaks'] =>
  [...peaks].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).map((peak, i) => ({ ...peak, id: i + 1 }))

/** All runs grown, inside the bounds, in no order. */
function dilate(
  footprints: readonly Footprint[],
  radius: number,
  reach: Int32Array,
  bounds: Box2I,
): Int32Array {
  const runs = footprints.reduce((n, f) => n + f.spans.length / 3, 0)
  const out = new Int32Array(3 * runs * (2 * radius + 1))
  let at = 0
  for (const { spans } of footprints) {
    for (let i = 0; i < spans.length; i += 3) {
      for (let dy = -radius; dy <= radius; dy++) {
        const y = spans[i]! + dy
        if (y < bounds.y0 || y > bounds.y1) continue
        const extra = reach[Math.abs(dy)]!
        out[at] = y
        out[at + 1] = Math.max(bounds.x0, spans[i + 1]! - extra)
        out[at + 2] = Math.min(bounds.x1, spans[i + 2]! + extra)
        at += 3
      }
    }
  }
  return out.subarray(0, at)
}

/** Runs sorted by row and column, overlapping and touching ones joined. */
function mergedRows(runs: Int32Array, bounds: Box2I): Int32Array {
  const n = runs.length / 3
  // y, x0 and x1 as one exact number that sorts as they do: each is below 2^17 for images up to 131072 pixels a side.
  const side = 131072
  const keys = new Float64Array(n)
  for (let i = 0; i < n; i++)
    keys[i] =
      ((runs[3 * i]! - bounds.y0) * side + (runs[3 * i + 1]! - bounds.x0)) * side +
      (runs[3 * i + 2]! - bounds.x0)
  keys.sort()
  const out = new Int32Array(runs.length)
  let at = -3
  for (const key of keys) {
    const x1 = (key % side) + bounds.x0
    const rest = Math.floor(key / side)
    const x0 = (rest % side) + bounds.x0
    const y = Math.floor(rest / side) + bounds.y0
    if (at >= 0 && out[at] === y && x0 <= out[at + 2]! + 1) {
      out[at + 2] = Math.max(out[at + 2]!, x1)
    } else {
      at += 3
      out[at] = y
      out[at + 1] = x0
      out[at + 2] = x1
    }
  }
  return out.slice(0, at + 3)
}

/** Index of the run that contains a pixel. */
function findRun(spans: Int32Array, y: number, x: number): number {
  let [low, high] = [0, spans.length / 3 - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    const row = spans[3 * middle]!
    if (row < y || (row === y && spans[3 * middle + 1]! <= x)) low = middle
    else high = middle - 1
  }
  return low
}

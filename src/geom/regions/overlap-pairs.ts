import { DETERMINANT_ERROR } from './orientation.ts'
import { CircleGrid } from './circle-grid.ts'
import type { RegionList } from './region-list.ts'
import { outlinesOf, type Outlines } from './outlines.ts'

/** Which regions of one list overlap which of another: pairs of numbers, ordered by the first, then the second. */
export interface OverlapPairs {
  readonly first: Int32Array
  readonly second: Int32Array
}

/**
 * All pairs of regions that overlap, as `Region.overlaps` says it: bounding circles find the candidates, then edges that have the
 * other polygon on their far side tell them apart. Only where rounding leaves it open, and for other shapes than polygons, the
 * regions are compared exactly.
 */
export function overlapPairs(a: RegionList, b: RegionList): OverlapPairs {
  const [left, right] = [outlinesOf(a), outlinesOf(b)]
  const grid = new CircleGrid(right)
  const first = new Growing()
  const second = new Growing()
  for (let i = 0; i < a.length; i++) {
    if (!left.has(i)) continue
    const count = grid.near(left, i)
    for (let k = 0; k < count; k++) {
      const j = grid.found[k]!
      const separate = comparePolygons(left, i, right, j)
      if (separate === APART || (separate === UNSURE && a.get(i)?.overlaps(b.get(j)!) !== true)) continue
      first.push(i)
      second.push(j)
    }
  }
  return { first: first.done(), second: second.done() }
}

const APART = -1
const TOUCHING = 1
const UNSURE = 0

/**
 * Two convex polygons within one hemisphere are apart when, and only when, all vertices of one are outside of an edge of the other:
 * seen from the middle of the sphere, edges are straight. @see Gottschalk, Lin & Manocha 1996 (separating axes)
 */
function comparePolygons(a: Outlines, i: number, b: Outlines, j: number): -1 | 0 | 1 {
  if (!a.isSmallPolygon(i) || !b.isSmallPolygon(j)) return UNSURE
  const one = sideOfEdges(a, i, b, j)
  if (one === APART) return APART
  const other = sideOfEdges(b, j, a, i)
  if (other === APART) return APART
  return one === TOUCHING && other === TOUCHING ? TOUCHING : UNSURE
}

function sideOfEdges(a: Outlines, i: number, b: Outlines, j: number): -1 | 0 | 1 {
  const { normals } = a
  const { vertices } = b
  const [end, from, to] = [3 * a.starts[i + 1]!, 3 * b.starts[j]!, 3 * b.starts[j + 1]!]
  let sure: 0 | 1 = TOUCHING
  for (let e = 3 * a.starts[i]!; e < end; e += 3) {
    const x = normals[e]!
    const y = normals[e + 1]!
    const z = normals[e + 2]!
    let most = -1
    for (let v = from; v < to; v += 3) {
      const d = x * vertices[v]! + y * vertices[v + 1]! + z * vertices[v + 2]!
      if (d > most) most = d
      if (most > DETERMINANT_ERROR) break
    }
    if (most < -DETERMINANT_ERROR) return APART
    if (most <= DETERMINANT_ERROR) sure = UNSURE
  }
  return sure
}

/** A list of integers that grows by doubling. */
class Growing {
  #items = new Int32Array(1024)
  #length = 0

  push(value: number): void {
    if (this.#length === this.#items.length) {
      const wider = new Int32Array(2 * this.#length)
      wider.set(this.#items)
      this.#items = wider
    }
    this.#items[this.#length++] = value
  }

  done(): Int32Array {
    return this.#items.slice(0, this.#length)
  }
}

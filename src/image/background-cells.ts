/** Where cells begin along one side of `size` pixels, and the end: n + 1 edges. As afw rounds them. */
export function cellEdges(size: number, n: number): Int32Array {
  return Int32Array.from({ length: n + 1 }, (_, i) => Math.min(size, Math.floor((i * size + (n >> 1)) / n)))
}

/** Centre of each cell, pixel positions counted from the first pixel. */
export const cellCenters = (edges: Int32Array): Float64Array =>
  Float64Array.from({ length: edges.length - 1 }, (_, i) => (edges[i]! + edges[i + 1]! - 1) / 2)

/**
 * Join runs into 8-connected groups.
 * @param spans (y, x0, x1) by rising y, then x0
 * @returns the group of each run, numbered from 0 in order of the first run, and the number of groups
 */
export function connectSpans(spans: Int32Array): { readonly group: Int32Array; readonly count: number } {
  const n = spans.length / 3
  const parent = Int32Array.from({ length: n }, (_, i) => i)
  let above = 0
  for (let i = 0; i < n; i++) {
    const y = spans[3 * i]!
    const [x0, x1] = [spans[3 * i + 1]!, spans[3 * i + 2]!]
    while (
      above < i &&
      (spans[3 * above]! < y - 1 || (spans[3 * above] === y - 1 && spans[3 * above + 2]! < x0 - 1))
    )
      above++
    for (let j = above; j < i && spans[3 * j] === y - 1 && spans[3 * j + 1]! <= x1 + 1; j++)
      unite(parent, i, j)
  }
  return numberGroups(parent)
}

export function find(parent: Int32Array, i: number): number {
  let root = i
  while (parent[root] !== root) root = parent[root]!
  while (parent[i] !== root) {
    const next = parent[i]!
    parent[i] = root
    i = next
  }
  return root
}

/** The lower index becomes the root. */
export function unite(parent: Int32Array, a: number, b: number): void {
  const ra = find(parent, a)
  const rb = find(parent, b)
  if (ra < rb) parent[rb] = ra
  else parent[ra] = rb
}

function numberGroups(parent: Int32Array): { group: Int32Array; count: number } {
  const group = new Int32Array(parent.length)
  let count = 0
  for (let i = 0; i < parent.length; i++) {
    const root = find(parent, i)
    group[i] = root === i ? count++ : group[root]!
  }
  return { group, count }
}

/** The runs of each group, in order. */
export function spansOfGroups(spans: Int32Array, group: Int32Array, count: number): Int32Array[] {
  const sizes = new Int32Array(count)
  for (const g of group) sizes[g]! += 3
  const out = Array.from(sizes, (size) => new Int32Array(size))
  const at = new Int32Array(count)
  for (let i = 0; i < group.length; i++) {
    const g = group[i]!
    const to = out[g]!
    const k = at[g]!
    to[k] = spans[3 * i]!
    to[k + 1] = spans[3 * i + 1]!
    to[k + 2] = spans[3 * i + 2]!
    at[g] = k + 3
  }
  return out
}

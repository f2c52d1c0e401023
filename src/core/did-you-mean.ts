/** The nearest of the known names within a third of its length in edits, or undefined. */
export function closest(name: string, known: Iterable<string>): string | undefined {
  // Callers without types ask for undefined, too.
  if (typeof (name as unknown) !== 'string') return undefined
  let best: string | undefined
  let bestCost = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const cost = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (cost < bestCost) {
      best = candidate
      bestCost = cost
    }
  }
  return best
}

/** ` Did you mean 'HSC/raw/all'?` with a leading space, or nothing: made to be put behind a message. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const best = closest(name, known)
  return best === undefined ? '' : ` Did you mean '${best}'?`
}

/** Letters put in, left out, changed, or two neighbours swapped (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, swap))
    }
    before = previous
    previous = row
  }
  return previous[b.length] ?? 0
}

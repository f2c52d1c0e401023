/** Columns padded to their widest cell under a dashed rule, as the anchor prints tables. */
export function padTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly ('left' | 'right' | 'center')[] = [],
): string {
  const widths = head.map((name, c) => Math.max(name.length, ...rows.map((row) => row[c]?.length ?? 0)))
  const line = (cells: readonly string[], sides: readonly string[]): string =>
    cells
      .map((cell, c) => pad(cell, widths[c] ?? 0, sides[c] ?? 'left'))
      .join(' ')
      .trimEnd()
  const centered = head.map(() => 'center')
  return [
    line(head, centered),
    widths.map((w) => '-'.repeat(w)).join(' '),
    ...rows.map((row) => line(row, align)),
  ].join('\n')
}

function pad(text: string, width: number, side: string): string {
  if (side === 'right') return text.padStart(width)
  if (side === 'left') return text.padEnd(width)
  // As Python centres: an odd space goes left in a column of odd width.
  const spare = width - text.length
  const left = Math.floor(spare / 2) + (spare & width & 1)
  return text.padStart(text.length + left).padEnd(width)
}

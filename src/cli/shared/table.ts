/** Whether cells of a column stand at its left or right edge. */
export type Alignment = 'left' | 'right'

/**
 * A table as the anchor prints them (it uses astropy's): names centred over a dashed rule, cells padded to the width of their
 * column, also the last.
 */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: Alignment = 'right',
): string {
  const widths = head.map((name, c) =>
    rows.reduce((w, row) => Math.max(w, row[c]!.length), Math.max(name.length, NARROWEST)),
  )
  const lines = [
    head.map((name, c) => center(name, widths[c]!)),
    widths.map((w) => '-'.repeat(w)),
    ...rows.map((row) =>
      row.map((cell, c) => (align === 'left' ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))),
    ),
  ]
  return lines.map((cells) => `${cells.join(' ')}\n`).join('')
}

/** astropy leaves no column narrower. */
const NARROWEST = 3

/** As Python's `str.center`: an odd space goes left when the width is odd. */
function center(text: string, width: number): string {
  const space = Math.max(0, width - text.length)
  const left = (space >> 1) + (space & width & 1)
  return ' '.repeat(left) + text + ' '.repeat(space - left)
}

/** A number as Python writes it: floats always show that they are floats. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return `${value}.0`
  const size = Math.abs(value)
  if (size >= 1e16 || size < 1e-4) {
    const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
    return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
  }
  return String(value)
}

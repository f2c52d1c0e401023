/** Text as HTML. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

/** A number as people read it: integers whole, others to so many digits. */
export function numberText(value: number, digits = 7): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value)
  const text = value.toPrecision(digits)
  return text.includes('e') ? text.replace(/\.?0+e/, 'e') : text.replace(/\.?0+$/, '')
}

/** Columns of text, numbers to the right, as wide as `width` allows; the last column shown is `…` when some are left out. */
export function textTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  options: { readonly width?: number; readonly numeric?: readonly boolean[] } = {},
): string {
  const { width = 110, numeric = [] } = options
  const widths = heads.map((head, c) => Math.max(head.length, ...rows.map((row) => (row[c] ?? '').length)))
  let shown = 0
  for (let used = 0; shown < widths.length && used + (widths[shown] ?? 0) + 2 <= width; shown++)
    used += (widths[shown] ?? 0) + 2
  shown = Math.max(1, shown)
  const line = (cells: readonly string[]) => {
    const texts = cells.slice(0, shown).map((cell, c) => {
      const size = widths[c] ?? 0
      return numeric[c] === true ? cell.padStart(size) : cell.padEnd(size)
    })
    return [...texts, ...(shown < heads.length ? ['…'] : [])].join('  ').trimEnd()
  }
  return [line(heads), ...rows.map(line)].join('\n')
}

/** A plain HTML table for front ends without our views. */
export function htmlTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly boolean[] = [],
): string {
  const align = (c: number) =>
    numeric[c] === true ? ' style="text-align:right"' : ' style="text-align:left"'
  const row = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell, c) => `<${tag}${align(c)}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  return `<table><thead>${row(heads, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`
}

export const quantaText = (count: number): string => `${count} ${count === 1 ? 'quantum' : 'quanta'}`

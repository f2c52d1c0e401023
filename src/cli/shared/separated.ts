/** Cells of a line of separated values; one in double quotes may hold the separator, and `""` for a quote. Undefined: a quote is not closed. */
export function cellsOf(line: string, separator: string): readonly string[] | undefined {
  const cells: string[] = []
  let rest = line.trim()
  while (true) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(rest)
    if (rest.startsWith('"') && quoted === null) return undefined
    const end = rest.indexOf(separator, quoted?.[0].length ?? 0)
    const cell = end < 0 ? rest : rest.slice(0, end)
    cells.push(quoted === null ? cell.trim() : quoted[1]!.replaceAll('""', '"'))
    if (end < 0) return cells
    rest = rest.slice(end + separator.length).trimStart()
  }
}

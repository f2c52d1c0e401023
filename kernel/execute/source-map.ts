/** One mapped place: 0-based line and column. */
export interface Place {
  readonly line: number
  readonly column: number
}

interface Segment {
  readonly column: number
  readonly source: Place
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Reads a source map of one source (ECMA-426, version 3); lines are decoded when first asked for. */
export class SourceMap {
  readonly #mappings: string
  #lines: readonly (readonly Segment[])[] | undefined

  constructor(json: string) {
    this.#mappings = json === '' ? '' : (JSON.parse(json) as { mappings: string }).mappings
  }

  /** The source place of a generated one: that of the last segment at or before it in its line. */
  original(line: number, column: number): Place | undefined {
    this.#lines ??= decode(this.#mappings)
    const segments = this.#lines[line]
    const index = segments?.findLastIndex((segment) => segment.column <= column) ?? -1
    return (segments?.[index] ?? segments?.[0])?.source
  }

  /** The first generated place of a source line, or of the next line below it that has one; which line that is. */
  generated(line: number): { readonly place: Place; readonly line: number } | undefined {
    this.#lines ??= decode(this.#mappings)
    let best: { place: Place; source: Place } | undefined
    for (const [at, segments] of this.#lines.entries())
      for (const { column, source } of segments)
        if (source.line >= line && (best === undefined || isBefore(source, best.source)))
          best = { place: { line: at, column }, source }
    return best && { place: best.place, line: best.source.line }
  }
}

const isBefore = (a: Place, b: Place): boolean =>
  a.line < b.line || (a.line === b.line && a.column < b.column)

function decode(mappings: string): Segment[][] {
  let sourceLine = 0
  let sourceColumn = 0
  return mappings.split(';').map((line) => {
    let column = 0
    return line.split(',').flatMap((text) => {
      const [columnStep, , lineStep, sourceStep] = numbers(text)
      if (columnStep === undefined) return []
      column += columnStep
      if (lineStep === undefined || sourceStep === undefined) return []
      sourceLine += lineStep
      sourceColumn += sourceStep
      return [{ column, source: { line: sourceLine, column: sourceColumn } }]
    })
  })
}

/** Base64 variable-length quantities, sign in the lowest bit. */
function numbers(text: string): number[] {
  const out: number[] = []
  let value = 0
  let shift = 0
  for (const char of text) {
    const digit = DIGITS.indexOf(char)
    value += (digit & 31) << shift
    shift += 5
    if ((digit & 32) !== 0) continue
    out.push((value & 1) === 1 ? -(value >> 1) : value >> 1)
    value = 0
    shift = 0
  }
  return out
}

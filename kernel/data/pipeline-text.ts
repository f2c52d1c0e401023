/** Where a cursor stands in the YAML of a pipeline. */
export interface YamlPlace {
  /** Keys of the mappings around, outermost first: `['tasks', 'isr', 'config']`. */
  readonly path: readonly string[]
  /** The key whose value is being written on this line. */
  readonly key: string | undefined
  /** What is written of the key or value. */
  readonly typed: string
  /** An item of a list. */
  readonly isItem: boolean
}

const LINE = /^(\s*)((?:-\s+)*)(?:(['"]?)([^:'"#]+)\3\s*:(?:\s+(.*))?)?/

/** By indentation, as a half-written document has no parse: the lines above that are less indented, from below. */
export function yamlAt(body: string, at: number): YamlPlace {
  const lines = body.slice(0, at).split('\n')
  const last = lines.at(-1) ?? ''
  const [, , dash = '', , key, value] = LINE.exec(last) ?? []
  const indent = indentOf(last)
  const path = pathAbove(lines.slice(0, -1), indent)
  if (key !== undefined && value !== undefined)
    return { path, key: key.trim(), typed: inList(value), isItem: dash !== '' }
  return { path, key: undefined, typed: last.slice(indent).replace(/^['"]/, ''), isItem: dash !== '' }
}

/** In `[isr, cal` only the last name is being written. */
const inList = (value: string): string =>
  value.slice(Math.max(value.lastIndexOf('['), value.lastIndexOf(',')) + 1).trimStart()

/** Column of the text, behind the dashes of list items. */
const indentOf = (line: string): number => /^\s*(?:-\s+)*/.exec(line)?.[0].length ?? 0

function pathAbove(lines: readonly string[], indent: number): readonly string[] {
  const path: string[] = []
  let inner = indent
  for (const line of [...lines].reverse()) {
    const key = LINE.exec(line)?.[4]?.trim()
    const own = indentOf(line)
    if (line.trim() === '' || line.trimStart().startsWith('#') || key === undefined || own >= inner) continue
    path.unshift(key)
    inner = own
    if (own === 0) break
  }
  return path
}

/** Task labels of the document with their classes, as far as it is written. */
export function labelsIn(body: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  let depth: number | undefined
  let isTasks = false
  let label = ''
  for (const line of body.split('\n')) {
    const [, space = '', , , key, value = ''] = LINE.exec(line) ?? []
    if (key === undefined || line.trim() === '' || line.trimStart().startsWith('#')) continue
    if (space === '') {
      isTasks = key.trim() === 'tasks'
      depth = undefined
    } else if (isTasks) {
      depth ??= space.length
      if (space.length === depth) labels.set((label = key.trim()), value.trim())
      else if (key.trim() === 'class' && labels.get(label) === '') labels.set(label, value.trim())
    }
  }
  return labels
}

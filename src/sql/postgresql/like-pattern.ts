/** A LIKE pattern for one of SQLite's GLOB: `*`, `?`, and sets of a single character such as `[*]`. */
export function likePattern(glob: string): string {
  let out = ''
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i]!
    if (c === '*') out += '%'
    else if (c === '?') out += '_'
    else if (c === '[' && glob[i + 2] === ']') {
      out += literal(glob[i + 1]!)
      i += 2
    } else out += literal(c)
  }
  return out
}

const literal = (c: string): string => ('%_\\'.includes(c) ? `\\${c}` : c)

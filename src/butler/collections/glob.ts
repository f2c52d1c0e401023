/** True for text with glob characters, which names no single thing. */
export const isGlob = (text: string): boolean => /[*?[]/.test(text) || text === '...'

const known = new Map<string, RegExp>()

/** A shell glob over the whole string: `*`, `?`, `[abc]`, `[!abc]`; case counts. `...` is `*`. */
export function globPattern(glob: string): RegExp {
  const cached = known.get(glob)
  if (cached !== undefined) return cached
  const pattern = new RegExp(`^${glob === '...' ? '.*' : translate(glob)}$`, 's')
  known.set(glob, pattern)
  return pattern
}

export const matchesAny = (name: string, globs: readonly string[]): boolean =>
  globs.some((g) => (isGlob(g) ? globPattern(g).test(name) : g === name))

function translate(glob: string): string {
  let out = ''
  for (let i = 0; i < glob.length; i++) {
    const c = glob[i]!
    if (c === '*') out += '.*'
    else if (c === '?') out += '.'
    else if (c === '[') {
      const close = glob.indexOf(']', glob[i + 1] === '!' ? i + 3 : i + 2)
      if (close < 0) {
        out += '\\['
        continue
      }
      const body = glob.slice(i + 1, close).replaceAll('\\', '\\\\')
      out += body.startsWith('!') ? `[^${body.slice(1)}]` : body.startsWith('^') ? `[\\${body}]` : `[${body}]`
      i = close
    } else out += c.replace(/[.+^${}()|\\\]]/g, '\\$&')
  }
  return out
}

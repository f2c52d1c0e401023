import { KernelError } from '../errors.ts'

/** Split a command line into words as a shell does: blanks apart, quotes and backslashes kept together. */
export function splitWords(line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let i = 0; i < line.length; i++) {
    const c = line[i] ?? ''
    if (quote !== undefined) {
      if (c === quote) quote = undefined
      else if (c === '\\' && quote === '"' && /["\\$`]/.test(line[i + 1] ?? ''))
        word = (word ?? '') + (line[++i] ?? '')
      else word = (word ?? '') + c
    } else if (c === '"' || c === "'") {
      quote = c
      word ??= ''
    } else if (c === '\\' && i + 1 < line.length) word = (word ?? '') + (line[++i] ?? '')
    else if (/\s/.test(c)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + c
  }
  if (quote !== undefined)
    throw new KernelError('kernel/bad-words', `The quote ${quote} is not closed in: ${line}`)
  return word === undefined ? words : [...words, word]
}

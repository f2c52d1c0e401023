import { InvalidQueryError } from '../errors.ts'

/** A place in an expression that cannot be read, shown with a caret. */
export function syntaxError(text: string, at: number, complaint: string, hint?: string): InvalidQueryError {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  const lineStart = before.lastIndexOf('\n') + 1
  const shown = text.slice(lineStart).split('\n')[0]!
  const column = at - lineStart
  return new InvalidQueryError(
    `Cannot read the expression: ${complaint} (line ${line}, column ${column + 1}).\n  ${shown}\n  ${' '.repeat(column)}^`,
    { ...(hint !== undefined && { hint }), data: { expression: text, at, line, column: column + 1 } },
  )
}

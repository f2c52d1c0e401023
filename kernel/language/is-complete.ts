import type TS from 'typescript'
import { magicsOf, prepareCell } from '../magic/prepare.ts'
import type { CompleteState } from '../protocol/threads.ts'
import { ts } from './compiler.ts'

const INDENT = '  '
const UNTERMINATED_STRING = 1002
/** Unterminated template literal, `*\/` expected. */
const OPEN_ENDED = new Set([1160, 1010])

/** Whether a console should run `code` on Enter, ask for more lines (and how far to indent them), or run into an error. */
export function completeState(code: string): CompleteState {
  const { cell } = magicsOf(code)
  if (cell !== undefined)
    return /\n\s*\n?$/.test(code) ? { status: 'complete' } : { status: 'incomplete', indent: '' }
  const text = prepareCell(code).text.replace(/^%[^\n]*/gm, (line) => ' '.repeat(line.length))
  const file = ts.createSourceFile('code.ts', text, ts.ScriptTarget.ES2023, false)
  const faults = (file as unknown as { parseDiagnostics: readonly TS.DiagnosticWithLocation[] })
    .parseDiagnostics
  if (faults.length === 0) return { status: 'complete' }
  const end = text.trimEnd().length
  const isOpen =
    faults.every((fault) => fault.code !== UNTERMINATED_STRING) &&
    faults.every((fault) => fault.start >= end || OPEN_ENDED.has(fault.code))
  return isOpen ? { status: 'incomplete', indent: INDENT.repeat(openBrackets(text)) } : { status: 'invalid' }
}

function openBrackets(text: string): number {
  const scanner = ts.createScanner(ts.ScriptTarget.ES2023, true, ts.LanguageVariant.Standard, text)
  let depth = 0
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    if (OPENING.has(token)) depth++
    else if (CLOSING.has(token)) depth--
  }
  return Math.max(0, depth)
}

const OPENING = new Set([
  ts.SyntaxKind.OpenBraceToken,
  ts.SyntaxKind.OpenBracketToken,
  ts.SyntaxKind.OpenParenToken,
])
const CLOSING = new Set([
  ts.SyntaxKind.CloseBraceToken,
  ts.SyntaxKind.CloseBracketToken,
  ts.SyntaxKind.CloseParenToken,
])

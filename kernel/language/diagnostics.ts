import type TS from 'typescript'
import type { CellError } from '../protocol/threads.ts'
import { ts } from './compiler.ts'
import type { PreparedCell } from '../magic/prepare.ts'

const SHOWN = 10

type Text = Pick<PreparedCell, 'source' | 'toSource'>

/** Errors of a check as one cell error: each with its code, line, column, the source line and a caret under the fault. */
export function diagnosticsError(
  diagnostics: readonly TS.Diagnostic[],
  prepared: Text,
  label: string,
  ename: 'SyntaxError' | 'TypeScriptError',
): CellError {
  const blocks = diagnostics.slice(0, SHOWN).map((diagnostic) => describe(diagnostic, prepared, label))
  const more = diagnostics.length > SHOWN ? [`… and ${diagnostics.length - SHOWN} more`] : []
  const first = diagnostics[0]
  const evalue = first === undefined ? '' : headline(first)
  return { ename, evalue, traceback: [...blocks.flat(), ...more] }
}

export const isError = (diagnostic: TS.Diagnostic): boolean =>
  diagnostic.category === ts.DiagnosticCategory.Error

const ASSIGNED_IMPORT = 2632
const ASSIGNED_CONSTANT = 2588

/** The checker reaches names of earlier cells by imports behind the cell's text; a message does not speak of those. */
export function inCellTerms(diagnostic: TS.Diagnostic, cell: TS.SourceFile, end: number): TS.Diagnostic {
  if (diagnostic.code !== ASSIGNED_IMPORT || diagnostic.start === undefined) return diagnostic
  const name = cell.text.slice(diagnostic.start, diagnostic.start + (diagnostic.length ?? 0))
  const isOwn = cell.statements.some(
    (statement) => statement.pos < end && ts.isImportDeclaration(statement) && bringsName(statement, name),
  )
  if (isOwn) return diagnostic
  const messageText = `Cannot assign to '${name}' because it is a constant.`
  return { ...diagnostic, code: ASSIGNED_CONSTANT, messageText }
}

function bringsName({ importClause }: TS.ImportDeclaration, name: string): boolean {
  const bindings = importClause?.namedBindings
  if (importClause?.name?.text === name) return true
  if (bindings === undefined) return false
  return ts.isNamespaceImport(bindings)
    ? bindings.name.text === name
    : bindings.elements.some((element) => element.name.text === name)
}

const headline = (diagnostic: TS.Diagnostic): string =>
  `TS${diagnostic.code}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`

function describe(diagnostic: TS.Diagnostic, prepared: Text, label: string): string[] {
  const start = prepared.toSource(diagnostic.start ?? 0)
  const end = prepared.toSource((diagnostic.start ?? 0) + (diagnostic.length ?? 1))
  const before = prepared.source.slice(0, start)
  const line = before.split('\n').length
  const column = start - (before.lastIndexOf('\n') + 1)
  const text = prepared.source.split('\n')[line - 1] ?? ''
  const width = Math.max(1, Math.min(end - start, text.length - column))
  const gutter = `${line}`
  return [
    `${label}:${line}:${column + 1} - error ${headline(diagnostic)}`,
    `  ${gutter} | ${text}`,
    `  ${' '.repeat(gutter.length)} | ${text.slice(0, column).replace(/[^\t]/g, ' ')}${'^'.repeat(width)}`,
  ]
}

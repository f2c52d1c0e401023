import type TS from 'typescript'
import { placeCell } from '../language/compile.ts'
import { ts } from '../language/compiler.ts'
import type { ScopeNames } from '../language/names.ts'
import type { CellService } from '../language/service.ts'
import { CELL_MAGICS, LINE_MAGICS } from '../magic/names.ts'
import { prepareCell } from '../magic/prepare.ts'
import { wordsOf } from '../magic/words.ts'
import type { CompletionResult } from '../protocol/threads.ts'
import { toPoints, toUnits } from './code-points.ts'
import { fileCompletions } from './files.ts'
import type { Found } from './found.ts'
import { symbolDocs } from './library-docs.ts'

const MOST = 500
const WORD = /[\p{ID_Continue}$]*$/u

/** What may stand at the cursor (a code-point offset), best first. */
export function completions(
  service: CellService,
  scope: ScopeNames,
  code: string,
  cursor: number,
): CompletionResult {
  const at = toUnits(code, cursor)
  const word = WORD.exec(code.slice(0, at))?.[0] ?? ''
  const found =
    magicCompletions(code, at) ??
    fileCompletions(service.folder, code, at) ??
    codeCompletions(service, scope, code, at, word)
  const start = toPoints(code, found.start)
  const end = toPoints(code, found.end)
  return { start, end, matches: found.entries.map((entry) => ({ ...entry, start, end })) }
}

function magicCompletions(code: string, at: number): Found | undefined {
  const lineStart = code.lastIndexOf('\n', at - 1) + 1
  const line = code.slice(lineStart, at)
  if (!/^%{1,2}\w*$/.test(line)) return undefined
  const isFirst = code.slice(0, lineStart).trim() === ''
  const known = [
    ...(isFirst ? CELL_MAGICS.map((name) => `%%${name}`) : []),
    ...LINE_MAGICS.map((name) => `%${name}`),
  ]
  const entries = known
    .filter((name) => name.startsWith(line))
    .map((text) => ({ text, type: 'magic', ...magicDocs(text) }))
  return { start: lineStart, end: at, entries }
}

function magicDocs(magic: string): { signature: string; documentation?: string } {
  const words = wordsOf(magic)
  return words === undefined ? { signature: '' } : { signature: words.usage, documentation: words.doc }
}

function codeCompletions(
  service: CellService,
  scope: ScopeNames,
  code: string,
  at: number,
  word: string,
): Found {
  const prepared = prepareCell(code)
  const afterDot = /\.\s*$/.test(code.slice(0, at - word.length))
  const nearby = afterDot ? [] : scope.allNames().filter((name) => word !== '' && name.startsWith(word))
  placeCell(service, scope, prepared)
  const position = prepared.toText(at)
  const info = service.service.getCompletionsAtPosition(service.cellPath, position, {
    includeCompletionsWithInsertText: false,
    includeCompletionsForImportStatements: true,
    includeSymbol: true,
  })
  const span = info?.optionalReplacementSpan ?? info?.entries[0]?.replacementSpan
  const start = span === undefined ? at - word.length : Math.min(at, prepared.toSource(span.start))
  const typed = code.slice(start, at)
  const entries = (info?.entries ?? []).filter((entry) => isUseful(entry, typed))
  const names = new Set(entries.map((entry) => entry.name))
  const extra = nearby
    .filter((name) => !names.has(name))
    .map((text) => ({ text, type: 'variable', signature: '' }))
  const listed = [...entries].sort(byUse(typed)).slice(0, MOST)
  const described = listed.map((entry, i) => ({
    text: entry.name,
    type: kindOf(entry.kind),
    ...(i < DESCRIBED && listed.length <= DESCRIBED ? describe(service, position, entry) : { signature: '' }),
  }))
  return { start, end: Math.max(at, start), entries: [...extra, ...described] }
}

/** Signatures and documentation are asked for short lists only: each costs the checker about 0.2 ms. */
const DESCRIBED = 30

function describe(
  service: CellService,
  position: number,
  entry: TS.CompletionEntry,
): { signature: string; documentation?: string } {
  const details = service.service.getCompletionEntryDetails(
    service.cellPath,
    position,
    entry.name,
    undefined,
    entry.source,
    undefined,
    entry.data,
  )
  const documentation =
    ts.displayPartsToString(details?.documentation) || (symbolDocs(entry.symbol)?.text ?? '')
  return {
    signature: ts.displayPartsToString(details?.displayParts),
    ...(documentation !== '' && { documentation }),
  }
}

/** Earlier cells are modules of names that begin with a dollar. */
const isCell = ({ kind, name }: TS.CompletionEntry): boolean =>
  kind === ts.ScriptElementKind.externalModuleName && name.startsWith('$')

const isUseful = (entry: TS.CompletionEntry, typed: string): boolean =>
  !entry.name.startsWith('__') && !isCell(entry) && entry.name.toLowerCase().startsWith(typed.toLowerCase())

const byUse =
  (typed: string) =>
  (a: TS.CompletionEntry, b: TS.CompletionEntry): number =>
    Number(b.name.startsWith(typed)) - Number(a.name.startsWith(typed)) ||
    (a.sortText < b.sortText
      ? -1
      : a.sortText > b.sortText
        ? 1
        : a.name < b.name
          ? -1
          : a.name > b.name
            ? 1
            : 0)

/** TypeScript's kinds in the words Jupyter front ends have icons for. */
function kindOf(kind: TS.ScriptElementKind): string {
  switch (kind) {
    case ts.ScriptElementKind.functionElement:
    case ts.ScriptElementKind.localFunctionElement:
    case ts.ScriptElementKind.memberFunctionElement:
      return 'function'
    case ts.ScriptElementKind.classElement:
    case ts.ScriptElementKind.interfaceElement:
      return 'class'
    case ts.ScriptElementKind.moduleElement:
    case ts.ScriptElementKind.externalModuleName:
      return 'module'
    case ts.ScriptElementKind.keyword:
      return 'keyword'
    case ts.ScriptElementKind.memberVariableElement:
    case ts.ScriptElementKind.memberGetAccessorElement:
    case ts.ScriptElementKind.memberSetAccessorElement:
      return 'property'
    case ts.ScriptElementKind.typeElement:
    case ts.ScriptElementKind.primitiveType:
    case ts.ScriptElementKind.typeParameterElement:
      return 'type'
    case ts.ScriptElementKind.string:
      return 'text'
    default:
      return 'variable'
  }
}

import type TS from 'typescript'
import { placeCell } from '../language/compile.ts'
import { ts } from '../language/compiler.ts'
import type { ScopeNames } from '../language/names.ts'
import type { CellService } from '../language/service.ts'
import { prepareCell } from '../magic/prepare.ts'
import type { InspectResult } from '../protocol/threads.ts'
import { toUnits } from './code-points.ts'
import { docsBefore, type Documentation } from './library-docs.ts'

export interface InspectAsk {
  readonly code: string
  /** Code-point offset. */
  readonly cursor: number
  /** 0: type and documentation; 1: also the declaration's source. */
  readonly detail: number
}

/** Type and documentation of the name at or before the cursor, of a call when the cursor is in its arguments. */
export function inspect(
  service: CellService,
  scope: ScopeNames,
  { code, cursor, detail }: InspectAsk,
): InspectResult {
  const prepared = prepareCell(code)
  placeCell(service, scope, prepared)
  const at = prepared.toText(toUnits(code, cursor))
  const quick = quickInfoNear(service, prepared.text, at)
  if (quick === undefined || isUnknown(quick)) return { found: false, data: {} }
  const signature = ts
    .displayPartsToString(quick.displayParts)
    .replace(/^\(alias\) /, '')
    .replace(/\nimport [\s\S]*$/, '')
  const { text: docs, tags } = documentationOf(service, quick)
  const source = detail > 0 ? declarationOf(service, quick.textSpan.start) : undefined
  const plain = [signature, docs, tags.join('\n'), source]
    .filter((part) => part !== undefined && part !== '')
    .join('\n\n')
  const markdown = [
    fence(signature),
    docs,
    tags.map((tag) => `- ${tag}`).join('\n'),
    source === undefined ? '' : fence(source),
  ]
  return {
    found: true,
    data: { 'text/plain': plain, 'text/markdown': markdown.filter((part) => part !== '').join('\n\n') },
  }
}

function documentationOf(service: CellService, quick: TS.QuickInfo): Documentation {
  const text = ts.displayPartsToString(quick.documentation)
  const tags = (quick.tags ?? []).map((tag) => `@${tag.name} ${ts.displayPartsToString(tag.text)}`.trimEnd())
  if (text !== '' || tags.length > 0) return { text, tags }
  const places = service.service.getDefinitionAtPosition(service.cellPath, quick.textSpan.start) ?? []
  const { program } = service.program()
  for (const { fileName, contextSpan } of places) {
    const docs = contextSpan && docsBefore(program.getSourceFile(fileName), contextSpan.start)
    if (docs !== undefined) return docs
  }
  return { text, tags }
}

const fence = (text: string): string => `\`\`\`typescript\n${text}\n\`\`\``

/** At the cursor, just before it, or at the callee when the cursor stands behind `(`. */
function quickInfoNear(service: CellService, text: string, at: number): TS.QuickInfo | undefined {
  const callee = /([\p{ID_Continue}$]+)\s*\([^()]*$/u.exec(text.slice(0, at))
  const places = [at, at - 1, ...(callee === null ? [] : [callee.index])]
  for (const place of places) {
    if (place < 0 || place > text.length) continue
    const quick = service.service.getQuickInfoAtPosition(service.cellPath, place)
    if (quick !== undefined) return quick
  }
  return undefined
}

const isUnknown = (quick: TS.QuickInfo): boolean =>
  quick.kind === ts.ScriptElementKind.unknown || ts.displayPartsToString(quick.displayParts) === 'any'

/** The declaration's text, where it is not a generated one. */
function declarationOf(service: CellService, at: number): string | undefined {
  const found = service.service.getDefinitionAtPosition(service.cellPath, at)?.[0]
  if (found?.contextSpan === undefined) return undefined
  const file = service.service.getProgram()?.getSourceFile(found.fileName)
  return file?.text.slice(found.contextSpan.start, found.contextSpan.start + found.contextSpan.length)
}

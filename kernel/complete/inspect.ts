import type TS from 'typescript'
import { placeCell } from '../language/compile.ts'
import { ts } from '../language/compiler.ts'
import type { ScopeNames } from '../language/names.ts'
import type { CellService } from '../language/service.ts'
import { prepareCell } from '../magic/prepare.ts'
import { wordsOf } from '../magic/words.ts'
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

/** How the magic at the cursor is used; undefined when there is none. */
export function magicInspect({ code, cursor }: InspectAsk): InspectResult | undefined {
  const at = toUnits(code, cursor)
  const before = /(?:^|\n)[ \t]*(%{1,2}\w*)$/.exec(code.slice(0, at))?.[1]
  const words = before && wordsOf(before + (/^\w*/.exec(code.slice(at))?.[0] ?? ''))
  if (words === undefined || words === '') return undefined
  const { usage, doc } = words
  const [head = '', ...rest] = usage.split(/(?= or |, |; )/)
  const markdown = `\`${head}\`${rest.join('')}\n\n${doc}`
  return { found: true, data: { 'text/plain': `${usage}\n\n${doc}`, 'text/markdown': markdown } }
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
  const quick =
    known(quickInfoNear(service, prepared.text, at)) ?? typeInfo(service, scope, prepared.text, at)
  if (quick === undefined) return { found: false, data: {} }
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

const known = (quick: TS.QuickInfo | undefined): TS.QuickInfo | undefined =>
  quick === undefined ||
  quick.kind === ts.ScriptElementKind.unknown ||
  /^any$|\/\*unresolved\*\/ any$/.test(ts.displayPartsToString(quick.displayParts))
    ? undefined
    : quick

/** A name that stands alone may be a type: it is asked for once more where types stand. The service then holds that text. */
function typeInfo(
  service: CellService,
  scope: ScopeNames,
  text: string,
  at: number,
): TS.QuickInfo | undefined {
  const before = /[\p{ID_Start}$_][\p{ID_Continue}$.]*$/u.exec(text.slice(0, at))?.[0] ?? ''
  const name = before + (/^[\p{ID_Continue}$]*/u.exec(text.slice(at))?.[0] ?? '')
  if (!/^[\p{ID_Start}$_]/u.test(name)) return undefined
  const asked = `${text}\n;type __asked = ${name}`
  placeCell(service, scope, prepareCell(asked))
  return known(service.service.getQuickInfoAtPosition(service.cellPath, asked.length - 1))
}

/** The declaration's text, where it is not a generated one. */
function declarationOf(service: CellService, at: number): string | undefined {
  const found = service.service.getDefinitionAtPosition(service.cellPath, at)?.[0]
  if (found?.contextSpan === undefined) return undefined
  const file = service.service.getProgram()?.getSourceFile(found.fileName)
  return file?.text.slice(found.contextSpan.start, found.contextSpan.start + found.contextSpan.length)
}

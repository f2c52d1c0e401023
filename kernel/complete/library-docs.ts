import { closeSync, openSync, readSync } from 'node:fs'
import type TS from 'typescript'
import { ts } from '../language/compiler.ts'
import { typesDir } from '../language/service.ts'

/** What a declaration's comment says: text, and tags as `@name text`. */
export interface Documentation {
  readonly text: string
  readonly tags: readonly string[]
}

// A number in a comment before a declaration says where docs.txt has its documentation (tools/build-kernel-types.mjs).
const PLACE = /\/\*(\d+)\*\/\s*$/

/** Longest comment of the library, in bytes (the longest now has 7,754). */
const MOST = 32 * 1024

/** Documentation of a symbol that ECMAScript's or Node's types declare; its overloads' texts joined. */
export function symbolDocs(symbol: TS.Symbol | undefined): Documentation | undefined {
  return joined((symbol?.declarations ?? []).map((node) => docsBefore(node.getSourceFile(), node.getStart())))
}

/** Documentation of the declaration that begins at `start`. */
export function docsBefore(file: TS.SourceFile | undefined, start: number): Documentation | undefined {
  if (file?.fileName.startsWith(typesDir) !== true) return undefined
  const place = PLACE.exec(file.text.slice(Math.max(0, start - 24), start))?.[1]
  return place === undefined ? undefined : parsed(commentAt(Number(place)))
}

function joined(all: readonly (Documentation | undefined)[]): Documentation | undefined {
  const known = all.filter((docs) => docs !== undefined)
  const first = known[0]
  if (first === undefined) return undefined
  return { text: [...new Set(known.map(({ text }) => text))].join('\n'), tags: first.tags }
}

function commentAt(place: number): string {
  const file = openSync(`${typesDir}/docs.txt`, 'r')
  try {
    const bytes = Buffer.alloc(MOST)
    const text = bytes.toString('utf8', 0, readSync(file, bytes, 0, MOST, place))
    return text.slice(0, text.indexOf('*/') + 2)
  } finally {
    closeSync(file)
  }
}

function parsed(comment: string): Documentation | undefined {
  const file = ts.createSourceFile('docs.ts', `${comment}\nlet documented`, ts.ScriptTarget.ES2023, true)
  const docs = file.statements[0]?.getChildren().find(ts.isJSDoc)
  if (docs === undefined) return undefined
  return { text: ts.getTextOfJSDocComment(docs.comment) ?? '', tags: (docs.tags ?? []).map(tagText) }
}

function tagText(tag: TS.JSDocTag): string {
  const name = ts.isJSDocParameterTag(tag) ? ` ${tag.name.getText()}` : ''
  return `@${tag.tagName.text}${name} ${ts.getTextOfJSDocComment(tag.comment) ?? ''}`.trimEnd()
}

import { isObject, type JsonObject } from '../http/body.ts'
import { cellsOf } from '../contents/notebook.ts'

/** A notebook as one Markdown text: code in fences, outputs below it, images as data URIs. */
export function notebookToMarkdown(notebook: JsonObject): string {
  const language = languageOf(notebook)
  const parts = cellsOf(notebook).flatMap((cell) => {
    const source = textOf(cell['source'])
    if (cell['cell_type'] !== 'code') return source === '' ? [] : [source]
    const outputs = Array.isArray(cell['outputs']) ? cell['outputs'].filter(isObject).map(outputText) : []
    return [...(source === '' ? [] : [fenced(source, language)]), ...outputs.filter((text) => text !== '')]
  })
  return `${parts.join('\n\n')}\n`
}

/** The code cells of a notebook as one program, its texts as comments. */
export function notebookToScript(notebook: JsonObject): string {
  const comment = languageOf(notebook) === 'python' ? '# ' : '// '
  const parts = cellsOf(notebook).map((cell) => {
    const source = textOf(cell['source'])
    if (cell['cell_type'] === 'code') return source
    return source
      .split('\n')
      .map((line) => `${comment}${line}`.trimEnd())
      .join('\n')
  })
  return `${parts.filter((text) => text !== '').join('\n\n')}\n`
}

/** Name of the notebook's language as its kernel gave it, else the kernelspec's, else TypeScript. */
export function languageOf(notebook: JsonObject): string {
  const metadata = isObject(notebook['metadata']) ? notebook['metadata'] : {}
  const { language_info, kernelspec } = metadata
  const info = isObject(language_info) ? language_info['name'] : undefined
  const spec = isObject(kernelspec) ? kernelspec['language'] : undefined
  return typeof info === 'string' ? info : typeof spec === 'string' ? spec : 'typescript'
}

const IMAGES = ['image/png', 'image/jpeg', 'image/gif'] as const

function outputText(output: JsonObject): string {
  if (output['output_type'] === 'stream') return fenced(plain(textOf(output['text'])), '')
  if (output['output_type'] === 'error') return fenced(plain(linesOf(output['traceback'])), '')
  const data = isObject(output['data']) ? output['data'] : {}
  for (const mime of IMAGES)
    if (data[mime] !== undefined)
      return `![output](data:${mime};base64,${textOf(data[mime]).replace(/\s+/g, '')})`
  if (data['text/markdown'] !== undefined) return textOf(data['text/markdown'])
  return data['text/plain'] === undefined ? '' : fenced(plain(textOf(data['text/plain'])), '')
}

/** A fence longer than any in the text. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`
}

const textOf = (value: unknown): string =>
  Array.isArray(value) ? value.map(String).join('') : typeof value === 'string' ? value : ''
const linesOf = (value: unknown): string => (Array.isArray(value) ? value.map(String).join('\n') : '')
/** Without the colours of a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const plain = (text: string): string => text.replace(/\x1b\[[\d;]*m/g, '')

import { createRequire, register } from 'node:module'

/** Hooks run in a thread of their own, from a text that no bundler has to find. Types are taken out, not checked. */
const HOOKS = `
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
const isTypeScript = (url) => /^file:.*\\.[mc]?ts$/.test(url ?? '')
let ts
export function initialize(compiler) {
  ts = createRequire(compiler)(compiler)
}
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context)
  } catch (error) {
    // As compilers have it, './other.js' may be written for other.ts.
    if (!isTypeScript(context.parentURL) || !/^[.].*[.][mc]?js$/.test(specifier)) throw error
    return next(specifier.replace(/js$/, 'ts'), context)
  }
}
export async function load(url, context, next) {
  if (!isTypeScript(url)) return next(url, context)
  const fileName = fileURLToPath(url)
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, inlineSourceMap: true }
  const options = { fileName, compilerOptions, reportDiagnostics: true }
  const { outputText, diagnostics } = ts.transpileModule(await readFile(fileName, 'utf8'), options)
  const wrong = diagnostics.find(({ category, file }) => category === ts.DiagnosticCategory.Error && file !== undefined)
  if (wrong !== undefined) {
    const { line } = wrong.file.getLineAndCharacterOfPosition(wrong.start)
    throw new SyntaxError(fileName + ':' + (line + 1) + ': ' + ts.flattenDiagnosticMessageText(wrong.messageText, ' '))
  }
  return { format: 'module', shortCircuit: true, source: outputText }
}
`

let isReady = false

/** Let this process import TypeScript modules: later versions of Node do by themselves, for the others our own compiler is at hand. */
export function allowTypeScript(): void {
  if (isReady) return
  isReady = true
  process.setSourceMapsEnabled(true)
  if (Boolean(Reflect.get(process.features, 'typescript'))) return
  const data = createRequire(import.meta.url).resolve('typescript')
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { data })
}

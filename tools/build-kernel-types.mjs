// The type library that cells are checked against, made from TypeScript's and Node's declaration files, because an
// installed package has no devDependencies. One merged file a library: a check costs 3 ms with 2 files, 10 ms with 160. Documentation
// lies apart in docs.txt, and a comment `/*OFFSET*/` stands where it belongs: it is most of the text, and few cells ask for it.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const out = join(root, 'dist/kernel/types')

/** ES2023 and its parts in reading order, without the reference lines that joined them. */
function mergeStandardLibrary() {
  const seen = new Set()
  const read = (name) => {
    if (seen.has(name)) return ''
    seen.add(name)
    const text = readFileSync(join(modules, `typescript/lib/lib.${name}.d.ts`), 'utf8')
    const parts = [...text.matchAll(/\/\/\/ <reference lib="([^"]+)" \/>/g)].map((match) => read(match[1]))
    return parts.join('') + withoutHead(text)
  }
  return read('es2023') + webAssembly()
}

/** The one part of the DOM's declarations that Node has and its own lack. */
function webAssembly() {
  const text = readFileSync(join(modules, 'typescript/lib/lib.webworker.d.ts'), 'utf8')
  const [namespace] = /^declare namespace WebAssembly \{[\s\S]*?^\}/m.exec(text) ?? []
  if (namespace === undefined) throw new Error('lib.webworker.d.ts declares no WebAssembly')
  return `type BufferSource = ArrayBufferView | ArrayBuffer\ninterface WebAssemblyCompileOptions { builtins?: string[] }\n${namespace}\n`
}

/** Node's declarations: global scripts merged, the few that are modules of their own copied beside and referenced. */
function mergeNode() {
  const source = join(modules, '@types/node')
  const merged = []
  const copied = []
  const read = (path) => {
    const text = readFileSync(join(source, path), 'utf8')
    for (const [, target] of text.matchAll(/\/\/\/ <reference path="([^"]+)" \/>/g))
      read(join(dirname(path), target))
    if (/^export \{\}/m.test(text)) copied.push([path, text])
    else merged.push(withoutHead(text))
  }
  read('index.d.ts')
  for (const [path, text] of copied) write(join('node', path), text)
  const references = copied.map(([path]) => `/// <reference path="node/${path}" />\n`)
  return references.join('') + merged.join('')
}

function build() {
  rmSync(out, { recursive: true, force: true })
  write('es.d.ts', mergeStandardLibrary())
  write('node.d.ts', mergeNode())
  cpSync(join(root, 'tools/kernel-types/light.d.ts'), join(out, 'light.d.ts'))
  for (const name of readdirSync(join(modules, 'undici-types')).filter((name) =>
    /\.d\.ts$|^LICENSE$/.test(name),
  ))
    write(join('undici-types', name), withoutHead(readFileSync(join(modules, 'undici-types', name), 'utf8')))
  cpSync(join(modules, '@types/node/LICENSE'), join(out, 'node/LICENSE'))
  cpSync(join(modules, 'typescript/LICENSE.txt'), join(out, 'LICENSE-typescript.txt'))
  writeFileSync(join(out, 'docs.txt'), docs.join(''))
}

const docs = []
let docsEnd = 0
const COMMENT_OR_TEXT =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g

/** Documentation becomes its place in docs.txt (in bytes), other comments but references go, and so does indentation. */
const withoutDocs = (text) =>
  text
    .replace(COMMENT_OR_TEXT, (found) => {
      if (found.startsWith('/**')) return placeOf(found)
      return /^\/(?:\*|\/(?!\/))/.test(found) ? '' : found
    })
    .replace(/[ \t]+$/gm, '')
    .replace(/\n\s*/g, '\n')

function placeOf(comment) {
  const at = docsEnd
  docs.push(`${comment}\n`)
  docsEnd += Buffer.byteLength(comment) + 1
  return `/*${at}*/`
}

const withoutHead = (text) =>
  text.replace(/\/\/\/ <reference [^\n]*\n/g, '').replace(/^\s*\/\*[!*][\s\S]*?\*\/\s*/, '')

function write(path, text) {
  mkdirSync(dirname(join(out, path)), { recursive: true })
  writeFileSync(join(out, path), /\.d\.ts$/.test(path) ? withoutDocs(text) : text)
}

function isStale() {
  const built = join(out, 'docs.txt')
  if (!existsSync(built)) return true
  const inputs = [fileURLToPath(import.meta.url), join(root, 'tools/kernel-types/light.d.ts')]
  for (const name of ['typescript', '@types/node', 'undici-types'])
    inputs.push(join(modules, name, 'package.json'))
  return (
    inputs.some((path) => statSync(path).mtimeMs > statSync(built).mtimeMs) || readdirSync(out).length < 5
  )
}

if (isStale()) build()

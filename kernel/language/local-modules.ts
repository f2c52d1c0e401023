import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type TS from 'typescript'
import type { CompiledModule } from '../protocol/threads.ts'
import { ts } from './compiler.ts'
import { absolute, CODE, findModule, isLocal } from './find-module.ts'

interface Source {
  readonly path: string
  readonly text: string
  /** Specifier → local file it stands for. */
  readonly imports: ReadonlyMap<string, string>
}

/**
 * Compiles the notebook's own modules for import. Each is emitted under a name made from its text and the texts of all
 * it imports, so an edit anywhere in the graph gives a new URL and Node loads it anew; unchanged modules keep their
 * instance. Emitted files live in a private temporary folder that goes with the kernel.
 */
export class LocalModules {
  readonly #dir: string
  readonly #written = new Set<string>()

  /** @param dir folder for emitted files, made when the first module comes; whoever chose it removes it. */
  constructor(dir: string) {
    this.#dir = dir
  }

  compile(entry: string): CompiledModule {
    const graph = new Map<string, Source>()
    readGraph(entry, graph)
    const urls = new Map([...graph.keys()].map((path) => [path, this.#emittedPath(path, graph)]))
    if (this.#written.size === 0) mkdirSync(this.#dir, { recursive: true, mode: 0o700 })
    const files: { emitted: string; source: string; map: string }[] = []
    for (const source of graph.values()) {
      const emitted = urls.get(source.path) ?? ''
      if (this.#written.has(emitted)) continue
      const { js, map } = transpile(source, urls)
      mkdirSync(dirname(emitted), { recursive: true })
      writeFileSync(emitted, js)
      this.#written.add(emitted)
      files.push({ emitted, source: source.path, map })
    }
    return { url: pathToFileURL(urls.get(entry) ?? entry).href, files }
  }

  #emittedPath(path: string, graph: ReadonlyMap<string, Source>): string {
    const hash = createHash('sha256')
    for (const inner of reachable(path, graph))
      hash.update(inner.path).update('\0').update(inner.text).update('\0')
    return join(this.#dir, hash.digest('hex').slice(0, 16), basename(path).replace(CODE, '.mjs'))
  }
}

function readGraph(path: string, graph: Map<string, Source>): void {
  if (graph.has(path)) return
  const text = readFileSync(path, 'utf8')
  const imports = localImports(text, dirname(path))
  graph.set(path, { path, text, imports })
  for (const target of imports.values()) readGraph(target, graph)
}

/** Specifiers in a text that mean modules of the notebook's own, with their paths. */
export function localImports(text: string, folder: string): Map<string, string> {
  const imports = new Map<string, string>()
  for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
    if (!isLocal(fileName)) continue
    const target = findModule(fileName, folder)
    if (target === undefined || target.includes('/node_modules/') || !CODE.test(target)) continue
    imports.set(fileName, target)
  }
  return imports
}

function reachable(path: string, graph: ReadonlyMap<string, Source>): Source[] {
  const found = new Map<string, Source>()
  const visit = (at: string) => {
    const source = graph.get(at)
    if (source === undefined || found.has(at)) return
    found.set(at, source)
    for (const target of source.imports.values()) visit(target)
  }
  visit(path)
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

function transpile(source: Source, urls: ReadonlyMap<string, string>): { js: string; map: string } {
  const { outputText, sourceMapText } = ts.transpileModule(source.text, {
    fileName: source.path,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      sourceMap: true,
      verbatimModuleSyntax: false,
    },
    transformers: { before: [placed(source, urls)] },
  })
  return { js: outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ''), map: sourceMapText ?? '' }
}

/** Specifiers made absolute (local ones to emitted files, others resolved from the source's folder), `import.meta` kept true. */
const placed =
  (source: Source, urls: ReadonlyMap<string, string>): TS.TransformerFactory<TS.SourceFile> =>
  (context) =>
  (file) => {
    const f = ts.factory
    const from = pathToFileURL(source.path).href
    const meta: Readonly<Record<string, string>> = {
      url: from,
      filename: source.path,
      dirname: dirname(source.path),
    }
    const specifier = (node: TS.Expression): TS.Expression => {
      if (!ts.isStringLiteral(node)) return node
      const target = source.imports.get(node.text)
      return f.createStringLiteral(
        target === undefined ? absolute(node.text, from) : pathToFileURL(urls.get(target) ?? target).href,
      )
    }
    const visit = (node: TS.Node): TS.Node => {
      if (ts.isImportDeclaration(node))
        return f.updateImportDeclaration(
          node,
          node.modifiers,
          node.importClause,
          specifier(node.moduleSpecifier),
          node.attributes,
        )
      if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
        return f.updateExportDeclaration(
          node,
          node.modifiers,
          node.isTypeOnly,
          node.exportClause,
          specifier(node.moduleSpecifier),
          node.attributes,
        )
      if (
        ts.isCallExpression(node) &&
        node.expression.kind === ts.SyntaxKind.ImportKeyword &&
        node.arguments[0] !== undefined
      )
        return f.updateCallExpression(node, node.expression, undefined, [
          specifier(node.arguments[0]),
          ...node.arguments.slice(1),
        ])
      if (
        ts.isPropertyAccessExpression(node) &&
        ts.isMetaProperty(node.expression) &&
        meta[node.name.text] !== undefined
      )
        return f.createStringLiteral(meta[node.name.text] ?? '')
      return ts.visitEachChild(node, visit, context)
    }
    return ts.visitNode(file, visit) as TS.SourceFile
  }

import { dirname, resolve } from 'node:path'
import type TS from 'typescript'
import { checkMagics } from '../magic/check.ts'
import { prepareCell, type PreparedCell } from '../magic/prepare.ts'
import type { CellError, CompiledCell, CompiledExpression, DeclaredName } from '../protocol/threads.ts'
import { type CellNames, cellNames, checkerTail, parseCell } from './cell-text.ts'
import { isAugmentation } from './augmentations.ts'
import { ts } from './compiler.ts'
import { diagnosticsError, inCellTerms, isError } from './diagnostics.ts'
import { checkModules } from './module-check.ts'
import { type ScopeNames } from './names.ts'
import type { CellService } from './service.ts'
import { ENGINE_TYPES } from './session-names.ts'
import { cellTransformer } from './transform.ts'

/** Globals of Node's that the light declarations leave out; imports may need them too. */
const NODE_GLOBALS =
  /\b(?:process|Buffer|fetch|URL|URLSearchParams|Text(?:En|De)coder|Abort\w+|performance\.(?!now\b)\w+|crypto|Event\w*|Message\w+|Blob|File|FormData|Headers|Request|Response|WebSocket|Worker|WebAssembly|\w+Stream|atob|btoa|require|import|global|NodeJS|DOMException|navigator|gc|interruptSignal)\b/

/** Check a cell against what earlier cells left, and compile it. Nothing is kept of it until `ScopeNames.commit`. */
export function compileCell(
  service: CellService,
  scope: ScopeNames,
  { source, serial, label }: { readonly source: string; readonly serial: number; readonly label: string },
): { cell: CompiledCell } | { error: CellError } {
  const wrongMagic = checkMagics(source)
  if (wrongMagic !== undefined) return { error: wrongMagic }
  const prepared = prepareCell(source)
  const names = placeCell(service, scope, prepared)
  const { program, cell } = service.program()
  const folder = dirname(service.cellPath)
  const error = checkCell(program, cell, prepared, label) ?? checkModules(program, prepared.text, folder)
  if (error !== undefined) return { error }
  const emitted = emitCell(program, cell, prepared.text.length, names, scope)
  const declares = names.declares.map(
    (declared): DeclaredName =>
      emitted.erased.has(declared.name) ? { name: declared.name, kind: 'type' } : declared,
  )
  scope.prepare({
    serial,
    dts: scopeModule(emitted.dts, folder),
    declares,
    imports: names.imports,
    augmentations: names.augmentations.map((added) => ({ ...added, text: withAbsolute(added.text, folder) })),
  })
  const own = new Set(names.declares.map(({ name }) => name))
  const uses = [...names.mentions].filter((name) => !own.has(name) && scope.isSession(name))
  return {
    cell: {
      serial,
      label,
      source,
      js: emitted.js,
      map: emitted.map,
      declares,
      isKept: declares.length + names.augmentations.length > 0,
      uses,
      requires: names.requires,
      timed: prepared.timed,
    },
  }
}

/** Put the cell with its checker's tail into the service, with Node's types when it needs them. */
export function placeCell(service: CellService, scope: ScopeNames, prepared: PreparedCell): CellNames {
  const names = cellNames(parseCell(prepared.text))
  const origins = [...names.mentions].map((name) => scope.origin(name)?.from)
  if (origins.includes(ENGINE_TYPES)) service.useEngineTypes()
  else if (NODE_GLOBALS.test(prepared.text)) service.useNodeTypes()
  service.setScope(scope.declarations(names.augmentations))
  service.setCell(prepared.text + checkerTail(names, scope))
  return names
}

/** `import x = require(…)`, which ECMAScript has not: cells have it all the same. */
const IMPORT_ASSIGNMENT = 1202

function checkCell(
  program: TS.Program,
  cell: TS.SourceFile,
  prepared: PreparedCell,
  label: string,
): CellError | undefined {
  const syntactic = program.getSyntacticDiagnostics(cell)
  if (syntactic.length > 0)
    return diagnosticsError(clamp(syntactic, prepared), prepared, label, 'SyntaxError')
  const decorators = decoratorsIn(cell)
  if (decorators.length > 0)
    return diagnosticsError(clamp(decorators, prepared), prepared, label, 'SyntaxError')
  const semantic = program
    .getSemanticDiagnostics(cell)
    .filter((diagnostic) => isError(diagnostic) && diagnostic.code !== IMPORT_ASSIGNMENT)
    .map((diagnostic) => inCellTerms(diagnostic, cell, prepared.text.length))
  return semantic.length > 0
    ? diagnosticsError(clamp(semantic, prepared), prepared, label, 'TypeScriptError')
    : undefined
}

/** Decorators are off: Node has none, and what they compile to would hide a cell's lines. */
function decoratorsIn(file: TS.SourceFile): TS.Diagnostic[] {
  const found: TS.Diagnostic[] = []
  const visit = (node: TS.Node): void => {
    if (ts.isDecorator(node)) {
      const start = node.getStart(file)
      const messageText = 'Decorators are off in cells. Call the function on the class or method instead.'
      const category = ts.DiagnosticCategory.Error
      found.push({ file, start, length: node.end - start, messageText, category, code: 1206 })
    } else ts.forEachChild(node, visit)
  }
  if (file.text.includes('@')) visit(file)
  return found
}

/** A fault found only in the tail (an unclosed brace swallows it) is shown at the end of the user's text. */
const clamp = (diagnostics: readonly TS.Diagnostic[], { text }: PreparedCell): TS.Diagnostic[] => {
  const end = text.trimEnd().length
  return diagnostics.map((diagnostic) =>
    (diagnostic.start ?? 0) < end ? diagnostic : { ...diagnostic, start: Math.max(0, end - 1), length: 1 },
  )
}

interface Emitted {
  readonly js: string
  readonly map: string
  readonly dts: string
  /** Imported names that are only types. */
  readonly erased: ReadonlySet<string>
}

/** `program.emit` with the compiler's internal last parameter: declarations even where one cannot be named. */
type ForcedEmit = (
  file: TS.SourceFile,
  write: TS.WriteFileCallback,
  cancel: undefined,
  only: boolean,
  transformers: TS.CustomTransformers,
  force: boolean,
) => TS.EmitResult

function emitCell(
  program: TS.Program,
  cell: TS.SourceFile,
  tailStart: number,
  names: CellNames,
  scope: ScopeNames,
): Emitted {
  const isLive = ({ kind, isAmbient = false }: DeclaredName) => kind === 'live' && !isAmbient
  const live = new Set(names.declares.filter(isLive).map(({ name }) => name))
  const ambient = new Set([...names.mentions].filter((name) => scope.origin(name)?.isAmbient === true))
  const erased = new Set<string>()
  const checker = program.getTypeChecker()
  const before = [cellTransformer({ checker, tailStart, live, ambient, erased })]
  const out = { js: '', map: '', dts: '' }
  const write: TS.WriteFileCallback = (path, text) => {
    if (path.endsWith('.map')) out.map = text
    else if (path.endsWith('.d.ts')) out.dts = text
    else out.js = text
  }
  ;(program.emit as ForcedEmit)(
    cell,
    write,
    undefined,
    false,
    { before, afterDeclarations: [dropAugmentations] },
    true,
  )
  const js = out.js
    .replace(/\nexport \{\};?\s*(?=\n\/\/# sourceMappingURL|$)/, '\n')
    .replace(/\/\/# sourceMappingURL=.*\s*$/, '')
  return { ...out, js: js.replace(/^export \{\};?\s*$/m, ''), erased }
}

/** Augmentations are kept apart (`ScopeNames`), so that they can be replaced. */
const dropAugmentations: TS.TransformerFactory<TS.SourceFile | TS.Bundle> = () => (file) =>
  ts.isSourceFile(file)
    ? ts.factory.updateSourceFile(
        file,
        file.statements.filter((statement) => !isAugmentation(statement)),
      )
    : file

/** The cell's declarations as the body of an ambient module. */
const scopeModule = (dts: string, folder: string): string =>
  withAbsolute(dts, folder).replace(/^export declare /gm, 'export ')

/** Inside an ambient module relative specifiers are not allowed. */
const withAbsolute = (text: string, folder: string): string =>
  text.replace(
    /\b(from|import|declare module)(\s*\(?\s*)(["'])(\.{1,2}\/[^"']*)\3/g,
    (_, word: string, gap: string, quote: string, path: string) =>
      `${word}${gap}${quote}local:${resolve(folder, path).replaceAll('\\', '/')}${quote}`,
  )

/** An expression over the scope, unchecked: `user_expressions` want values, not lessons. */
export function compileExpression(source: string): CompiledExpression {
  const text = `(${source}\n)`
  const file = ts.createSourceFile('expression.ts', text, ts.ScriptTarget.ES2023, true)
  const fault = (file as unknown as { parseDiagnostics: readonly TS.Diagnostic[] }).parseDiagnostics[0]
  if (fault !== undefined) {
    const evalue = ts.flattenDiagnosticMessageText(fault.messageText, '\n')
    return { error: { ename: 'SyntaxError', evalue, traceback: [`SyntaxError: ${evalue}`] } }
  }
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext }
  const { outputText } = ts.transpileModule(text, { compilerOptions })
  const js = outputText
    .replace(/^"use strict";/, '')
    .trim()
    .replace(/;$/, '')
  return { js, mentions: [...cellNames(file).mentions] }
}

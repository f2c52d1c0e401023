import { readdirSync, readFileSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import type TS from 'typescript'
import { ts } from './compiler.ts'
import { findModule, isLocal, ownModulePath } from './find-module.ts'
import { packageRoot } from './package-root.ts'
import { wasmDeclarations } from './wasm-types.ts'

interface DiskFile {
  readonly version: string
  readonly snapshot: TS.IScriptSnapshot | undefined
  /** Never looked at again. */
  readonly isSettled: boolean
}

/** The declarations of ECMAScript and Node. */
export const typesDir = join(packageRoot, 'dist/kernel/types')

const options: TS.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noLib: true,
  types: [],
  strict: true,
  preserveConstEnums: true,
  noImplicitAny: false,
  skipLibCheck: true,
  declaration: true,
  sourceMap: true,
  inlineSources: false,
  resolveJsonModule: true,
  allowArbitraryExtensions: true,
  allowImportingTsExtensions: true,
  allowJs: true,
  checkJs: false,
  newLine: ts.NewLineKind.LineFeed,
}

/**
 * The language service over two changing files, `scope` (declarations left by earlier cells) and `cell`, which stand in
 * the notebook's folder so that imports resolve from there. Two fixed names keep an update cheap: 3 ms, against 25 ms
 * when every cell is a file of its own. The full Node types join when a cell first needs them, or when idle.
 */
export class CellService {
  /** Where the notebook lies. */
  readonly folder: string
  readonly cellPath: string
  readonly service: TS.LanguageService
  readonly #scopePath: string
  readonly #texts = new Map<string, { version: number; snapshot: TS.IScriptSnapshot }>()
  readonly #disk = new Map<string, DiskFile>()
  readonly #resolution: TS.ModuleResolutionCache
  #hasNodeTypes = false
  #hasEngineTypes = false

  constructor(folder: string) {
    this.folder = folder
    const base = folder.replaceAll('\\', '/').replace(/\/$/, '')
    this.cellPath = `${base}/__firstlight_cell__.ts`
    this.#scopePath = `${base}/__firstlight_scope__.d.ts`
    this.#resolution = ts.createModuleResolutionCache(base, (name) => name, options)
    this.#put(this.#scopePath, '')
    this.#put(this.cellPath, 'export {}')
    this.service = ts.createLanguageService(this.#host(base), keptDocuments(base))
  }

  get hasNodeTypes(): boolean {
    return this.#hasNodeTypes
  }

  useNodeTypes(): void {
    this.#hasNodeTypes = true
  }

  /** The engine's declarations stay from their first use on: a program that grows and shrinks is built anew each time. */
  useEngineTypes(): void {
    this.#hasNodeTypes = true
    this.#hasEngineTypes = true
  }

  setCell(text: string): void {
    this.#put(this.cellPath, text)
  }

  setScope(text: string): void {
    this.#put(this.#scopePath, text)
  }

  /** The declarations of the open repository, in the place of `kernel/globals/data`. */
  setData(text: string): void {
    this.#put(join(packageRoot, 'dist/kernel/globals/data.d.ts'), text)
  }

  /** The program over the present texts, and the cell's file in it. */
  program(): { program: TS.Program; cell: TS.SourceFile } {
    const program = this.service.getProgram()
    const cell = program?.getSourceFile(this.cellPath)
    if (program === undefined || cell === undefined)
      throw new Error('Broken invariant: the cell is not in the program')
    return { program, cell }
  }

  #put(path: string, text: string): void {
    const version = (this.#texts.get(path)?.version ?? 0) + 1
    this.#texts.set(path, { version, snapshot: ts.ScriptSnapshot.fromString(text) })
  }

  #roots(): string[] {
    const library = this.#hasNodeTypes ? 'node.d.ts' : 'light.d.ts'
    const engine = this.#hasEngineTypes ? [join(packageRoot, 'dist/kernel/globals/engine.d.ts')] : []
    return [join(typesDir, 'es.d.ts'), join(typesDir, library), ...engine, this.#scopePath, this.cellPath]
  }

  #host(folder: string): TS.LanguageServiceHost {
    const isOurs = (path: string) => this.#texts.has(path)
    const fileExists = (path: string) => isOurs(path) || isFile(path)
    const readFile = (path: string) => (isFile(path) ? readFileSync(path, 'utf8') : undefined)
    const moduleHost: TS.ModuleResolutionHost = {
      fileExists,
      readFile,
      directoryExists: (path) => ts.sys.directoryExists(path),
    }
    return {
      getCompilationSettings: () => options,
      getScriptFileNames: () => this.#roots(),
      getScriptVersion: (path) => this.#texts.get(path)?.version.toString() ?? this.#onDisk(path).version,
      getScriptSnapshot: (path) => this.#texts.get(path)?.snapshot ?? this.#onDisk(path).snapshot,
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: () => join(typesDir, 'es.d.ts'),
      fileExists,
      readFile,
      directoryExists: (path) => ts.sys.directoryExists(path),
      getDirectories: (path) => subfolders(path),
      readDirectory: ts.sys.readDirectory.bind(ts.sys),
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      resolveModuleNameLiterals: (literals, containing) =>
        literals.map(({ text }) => ({ resolvedModule: this.#resolve(text, containing, moduleHost) })),
    }
  }

  #resolve(name: string, from: string, host: TS.ModuleResolutionHost): TS.ResolvedModuleFull | undefined {
    if (isInner(from) && !/^[.#]/.test(name)) return undefined
    const own = ownModule(name)
    if (own?.endsWith('.wasm') === true) return wasmModule(own, '/')
    if (own !== undefined)
      return isFile(own) ? { resolvedFileName: own, extension: extensionOf(own) } : undefined
    const found = ts.resolveModuleName(
      name,
      from,
      options,
      host,
      this.#isFresh(name, from) ? undefined : this.#resolution,
    ).resolvedModule
    return found ?? wasmModule(name, dirname(from))
  }

  /** Local modules may come and go between cells: their resolution is not remembered. */
  #isFresh(name: string, from: string): boolean {
    return from === this.cellPath && /^[./]/.test(name)
  }

  /** Files outside node_modules and this package are looked at again for every cell; the others are read once. */
  #onDisk(path: string): DiskFile {
    const known = this.#disk.get(path)
    if (known?.isSettled === true) return known
    const stat = statSync(path.replace(WASM_TYPES, '.wasm'), { throwIfNoEntry: false })
    const version = stat === undefined ? 'gone' : `${stat.mtimeMs}:${stat.size}`
    if (known?.version === version) return known
    const snapshot = stat === undefined ? undefined : ts.ScriptSnapshot.fromString(textOf(path))
    const isSettled = path.includes('/node_modules/') || path.startsWith(packageRoot)
    const entry = { version, snapshot, isSettled }
    this.#disk.set(path, entry)
    return entry
  }
}

/** Declared in the scope's file or in Node's types, not a file of its own. */
const AMBIENT = '/ambient'

/**
 * What our own declarations import from other packages is left out: `Catalog.toArrow` brings 160 files of Arrow's, which
 * triple the first check of a cell that says `butler`. Such types are `any` in cells.
 */
const isInner = (from: string): boolean => from.startsWith(`${packageRoot}/dist/src/`)

/** Modules that are ours wherever the notebook lies; `local:` marks files of the notebook named from scope modules. */
function ownModule(name: string): string | undefined {
  if (name.startsWith('$') || isBuiltin(name)) return AMBIENT
  if (name.startsWith('local:')) return localFile(name.slice('local:'.length))
  if (name.startsWith('firstlight:'))
    return join(packageRoot, `dist/kernel/globals/${name.slice('firstlight:'.length)}.d.ts`)
  if (name === 'tslab') return join(packageRoot, 'dist/kernel/globals/tslab.d.ts')
  if (name === 'firstlight') return join(packageRoot, 'dist/src/index.d.ts')
  if (name.startsWith('firstlight/')) return join(packageRoot, `dist/src/${ownModulePath(name)}.d.ts`)
  if (name === 'undici-types') return join(typesDir, 'undici-types/index.d.ts')
  return undefined
}

/** A module of WebAssembly beside which no `.d.wasm.ts` says its types has those of its exports, as a file that nobody wrote. */
const WASM_TYPES = /\.wasm\.exports\.d\.ts$/

function wasmModule(name: string, folder: string): TS.ResolvedModuleFull | undefined {
  if (!name.endsWith('.wasm') || !isLocal(name)) return undefined
  const path = findModule(name, folder)
  if (path === undefined) return undefined
  const written = path.replace(/\.wasm$/, '.d.wasm.ts')
  return { resolvedFileName: isFile(written) ? written : `${path}.exports.d.ts`, extension: '.d.ts' }
}

const textOf = (path: string): string =>
  WASM_TYPES.test(path)
    ? (wasmDeclarations(readFileSync(path.replace(WASM_TYPES, '.wasm'))) ?? 'export {}')
    : readFileSync(path, 'utf8')

/** The file a `local:` name means: inferred types name declarations by their `.js`, imports leave endings out. */
const localFile = (path: string): string => {
  const stem = path.replace(/\.[cm]?js$/, '')
  return (
    [
      path,
      `${stem}.ts`,
      `${stem}.d.ts`,
      `${stem}.mts`,
      `${stem}.js`,
      `${path}/index.ts`,
      `${path}/index.d.ts`,
    ].find(isFile) ?? path
  )
}

const extensionOf = (path: string): string =>
  path.endsWith('.d.ts') ? '.d.ts' : path.slice(path.lastIndexOf('.'))
const isFile = (path: string): boolean => ts.sys.fileExists(path)
const subfolders = (path: string): string[] => {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  } catch {
    return []
  }
}

/** Parsed files are kept when a program drops them: the next cell may import them again. */
function keptDocuments(folder: string): TS.DocumentRegistry {
  const registry = ts.createDocumentRegistry(true, folder)
  return { ...registry, releaseDocument: () => {}, releaseDocumentWithKey: () => {} }
}

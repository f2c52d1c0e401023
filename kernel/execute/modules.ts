import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { KernelError } from '../errors.ts'
import { absolute, CODE, findModule, isLocal, ownPackage, TYPESCRIPT } from '../language/find-module.ts'
import type { LanguageClient } from './language-client.ts'
import { registerModule } from './stack.ts'

type Namespace = Record<string, unknown>

/** Imports for cells: packages as Node resolves them from the notebook's folder, the notebook's own modules compiled first. */
export class CellModules {
  readonly #folder: string
  readonly #base: string
  readonly #require: NodeJS.Require
  readonly #language: LanguageClient
  /** Path of a module of TypeScript → where it lies compiled, for `require`. */
  readonly #required = new Map<string, string>()
  /** Modules of ours that a cell requires: they are ECMAScript's, which `require` cannot wait for. */
  readonly #own = new Map<string, Namespace>()
  /** CommonJS `require`, from the notebook's folder; modules of TypeScript too, see `compileRequired`. */
  readonly require: NodeJS.Require

  constructor(folder: string, language: LanguageClient) {
    this.#folder = folder
    this.#base = pathToFileURL(join(folder, '__notebook__.mjs')).href
    this.#require = createRequire(join(folder, '__notebook__.cjs'))
    this.#language = language
    this.require = Object.assign(
      (specifier: string): unknown =>
        this.#own.get(specifier) ?? this.#require(this.#requiredPath(specifier)),
      this.#require,
    )
  }

  /** What `import.meta` is in a cell. */
  get meta(): { readonly url: string; readonly dirname: string; resolve(specifier: string): string } {
    return { url: this.#base, dirname: this.#folder, resolve: (specifier) => absolute(specifier, this.#base) }
  }

  /**
   * Import for a cell.
   * @param names exports that must be there, as a static import demands
   * @throws KernelError `kernel/no-such-module`, SyntaxError when an export is missing
   */
  async import(specifier: string, names: readonly string[] = []): Promise<Namespace> {
    const module = await this.#load(specifier)
    for (const name of names)
      if (!(name in module))
        throw new SyntaxError(
          `The requested module '${specifier}' does not provide an export named '${name}'`,
        )
    return module
  }

  async #load(specifier: string): Promise<Namespace> {
    if (isLocal(specifier)) return this.#loadFile(specifier)
    const url = absolute(specifier, this.#base)
    if (url === specifier && !/^(node|data|https?):/.test(specifier) && !isBuiltin(this.#require, specifier))
      throw new KernelError(
        'kernel/no-such-module',
        `Cannot find package '${specifier}' from ${this.#folder}`,
        {
          hint: `Install it beside the notebook: npm install ${specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/')}`,
        },
      )
    return (await import(url)) as Namespace
  }

  async #loadFile(specifier: string): Promise<Namespace> {
    const path = findModule(specifier, this.#folder)
    if (path === undefined)
      throw new KernelError('kernel/no-such-module', `Cannot find module '${specifier}' from ${this.#folder}`)
    if (path.endsWith('.json')) return { default: JSON.parse(await readFile(path, 'utf8')) as unknown }
    if (path.endsWith('.wasm')) {
      const { exports } = await instantiate(await readFile(path))
      return { default: exports, ...exports }
    }
    if (path.includes('/node_modules/') || !CODE.test(path))
      return (await import(pathToFileURL(path).href)) as Namespace
    if (isCommonJs(path)) return this.#loadCommonJs(path)
    return (await import(await this.#compile(path))) as Namespace
  }

  async #compile(path: string): Promise<string> {
    const compiled = await this.#language.call('compileModule', { path })
    if ('error' in compiled) throw new SyntaxError(compiled.error.evalue)
    for (const file of compiled.files) registerModule(file.emitted, file.source, file.map)
    return compiled.url
  }

  /** Compile what a cell is going to `require`, which cannot wait for it then. */
  async compileRequired(specifiers: readonly string[]): Promise<void> {
    for (const specifier of specifiers) {
      if (ownPackage(specifier) !== undefined) this.#own.set(specifier, await this.import(specifier))
      const path = findModule(specifier, this.#folder)
      if (path !== undefined && TYPESCRIPT.test(path))
        this.#required.set(path, fileURLToPath(await this.#compile(path)))
    }
  }

  #requiredPath(specifier: string): string {
    const path = isLocal(specifier) ? findModule(specifier, this.#folder) : undefined
    if (path === undefined || !TYPESCRIPT.test(path)) return specifier
    const compiled = this.#required.get(path)
    if (compiled !== undefined) return compiled
    throw new KernelError('kernel/not-compiled', `${path} is TypeScript, and no cell names it for require`, {
      hint: 'Give require the name as a text constant, or use: await import(name)',
    })
  }

  #loadCommonJs(path: string): Namespace {
    delete this.#require.cache[path]
    const exports = this.#require(path) as unknown
    return { ...(typeof exports === 'object' && exports !== null ? exports : {}), default: exports }
  }
}

const isBuiltin = (require: NodeJS.Require, specifier: string): boolean => {
  try {
    return require.resolve(specifier) === specifier
  } catch {
    return false
  }
}

const isCommonJs = (path: string): boolean =>
  /\.c[jt]s$/.test(path) ||
  (path.endsWith('.js') && !/^\s*(?:import|export)\b/m.test(readFileSync(path, 'utf8')))

/** Node has WebAssembly, its declarations of this version have not. */
interface WebAssemblyLike {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Namespace } }>
}

async function instantiate(bytes: Uint8Array): Promise<{ exports: Namespace }> {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyLike }
  return (await WebAssembly.instantiate(bytes, {})).instance
}

import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Endings of files that are modules of code. */
export const CODE = /\.[cm]?[jt]sx?$/

/** True for specifiers of files; others name packages and builtins. */
export const isLocal = (specifier: string): boolean => /^(?:\.{1,2}(?:\/|$)|\/|file:)/.test(specifier)

/** Endings of files that are modules of TypeScript. */
export const TYPESCRIPT = /\.m?tsx?$/

/** The file a relative or absolute specifier means, with TypeScript's endings tried; undefined when there is none. */
export function findModule(specifier: string, folder: string): string | undefined {
  const path = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(folder, specifier)
  const tries = [path, ...['.ts', '.mts', '.tsx', '.js', '.mjs', '.json'].map((ending) => path + ending)]
  if (/\.m?js$/.test(path)) tries.push(path.replace(/\.(m?)js$/, '.$1ts'))
  return [...tries, join(path, 'index.ts'), join(path, 'index.js')].find(isFile)
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** A package or builtin as Node resolves it for a module at `from`; what cannot be resolved is left to fail where it is imported. */
export function absolute(specifier: string, from: string): string {
  try {
    return import.meta.resolve(ownPackage(specifier) ?? specifier, from)
  } catch {
    return specifier
  }
}

/** `firstlight/…` is this package, wherever the notebook lies; `tslab` is our form of that kernel's module. */
export function ownPackage(specifier: string): string | undefined {
  if (specifier === 'tslab') return new URL('../globals/tslab.js', import.meta.url).href
  if (specifier === 'firstlight') return new URL('../../src/index.js', import.meta.url).href
  if (!specifier.startsWith('firstlight/')) return undefined
  return new URL(`../../src/${ownModulePath(specifier)}.js`, import.meta.url).href
}

/** Where `firstlight/NAME` is below `src`, without an ending, as the package's exports have it. */
export const ownModulePath = (specifier: string): string =>
  specifier === 'firstlight/node' ? 'platform/node/scripts' : `${specifier.slice('firstlight/'.length)}/index`

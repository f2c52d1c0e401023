import { isAscii } from 'node:buffer'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'

const require = createRequire(import.meta.url)
const path = require.resolve('typescript')
const source = textOf(readFileSync(path))

const cachePath = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'firstlight',
  `typescript-${source.length}-v8-${process.versions.v8}-${process.arch}.bin`,
)

const cached = readCache()
const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
  filename: path,
  ...(cached && { cachedData: cached }),
})

/** The TypeScript compiler, loaded with V8's compiled form of an earlier start when there is one (210 → 90 ms). */
export const ts: typeof import('typescript') = load()

/** Keep V8's compiled form for the next start; called when idle, after a first check, so that it holds what is used. */
export function saveCompilerCache(): void {
  if (cached !== undefined && script.cachedDataRejected !== true) return
  try {
    mkdirSync(dirname(cachePath), { recursive: true })
    writeFileSync(`${cachePath}.${process.pid}`, script.createCachedData())
    renameSync(`${cachePath}.${process.pid}`, cachePath)
  } catch {
    // A home that cannot be written costs only the faster start.
  }
}

function load(): typeof import('typescript') {
  const module = { exports: {} as typeof import('typescript') }
  const run = script.runInThisContext() as (...args: unknown[]) => void
  run.call(module.exports, module.exports, require, module, path, dirname(path))
  return module.exports
}

/** The compiler's nine megabytes are ASCII, which is read in half the time as what it is. */
function textOf(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8')
}

function readCache(): Buffer | undefined {
  try {
    return readFileSync(cachePath)
  } catch {
    return undefined
  }
}

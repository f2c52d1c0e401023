import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Scripts below test/ as JavaScript, so that a process is timed as an installed one runs: without a loader that compiles at start. Gives
 * the path of the first; the others are what it imports, which keep their places relative to it.
 */
export function compiled(...names: readonly [string, ...string[]]): string {
  for (const name of names) {
    const [from, to] = [join(root, 'test', name), placeOf(name)]
    mkdirSync(dirname(to), { recursive: true })
    if (!name.endsWith('.ts')) {
      copyFileSync(from, to)
      continue
    }
    const { outputText } = ts.transpileModule(readFileSync(from, 'utf8'), {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2023,
        rewriteRelativeImportExtensions: true,
      },
    })
    writeFileSync(to, outputText)
  }
  return placeOf(names[0])
}

const placeOf = (name: string): string => join(root, 'dist/bench', name.replace(/\.ts$/, '.js'))

/** Node as the first line of `pipetask` starts it, and the commands. */
export const node = [process.execPath, '--conditions=bundled', '--v8-pool-size=1'] as const
export const commandPath = (name: 'butler' | 'pipetask' | 'pipetask-worker'): string =>
  join(root, `dist/bin/${name}.js`)

// Bundle the compiled kernel into dist/kernel-bundle: each of its three threads reads one file instead of fifty. The folders are
// those of dist/kernel, so that what is said relative to a file holds in both.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const from = join(root, 'dist/kernel')
const to = join(root, 'dist/kernel-bundle')

/** @param external what stays a module of its own: in the execution thread all that cells can import too. */
const bundle = (entries, external, emptyOutDir) =>
  build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      ssr: true,
      outDir: to,
      emptyOutDir,
      minify: false,
      target: 'node20',
      rollupOptions: {
        input: Object.fromEntries(entries.map(([name, path]) => [name, join(from, path)])),
        external,
        output: { entryFileNames: '[name].js', chunkFileNames: 'execute/[name]-[hash].js' },
      },
    },
    ssr: { noExternal: true, external: ['typescript', 'zeromq'] },
  })

const newest = (folder, pick) =>
  readdirSync(folder, { recursive: true })
    .filter(pick)
    .reduce((latest, name) => Math.max(latest, statSync(join(folder, name)).mtimeMs), 0)

function isStale() {
  const built = join(to, 'execute/worker.js')
  if (!existsSync(built)) return true
  const inputs = [from, join(root, 'dist/src/core'), join(root, 'dist/src/platform/node/jupyter')]
  const time = statSync(built).mtimeMs
  return (
    statSync(fileURLToPath(import.meta.url)).mtimeMs > time ||
    inputs.some((folder) => newest(folder, (name) => name.endsWith('.js')) > time)
  )
}

if (isStale()) {
  await bundle(
    [
      ['session/main', 'main.js'],
      ['language/worker', 'language/worker.js'],
    ],
    // Displays and the engine are never loaded by these two threads.
    [/^#(?!core$)/, /src\/(?!platform\/node\/jupyter|core)/],
    true,
  )
  await bundle(
    [
      ['execute/worker', 'execute/worker.js'],
      ['globals/tslab', 'globals/tslab.js'],
    ],
    [/^[^./]/, /\/src\//],
    false,
  )
}

// Bundle the compiled kernel into dist/kernel-bundle: each of its three threads reads one file instead of fifty. The folders are
// those of dist/kernel, so that what is said relative to a file holds in both.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle, root } from './bundle.mjs'

const from = join(root, 'dist/kernel')
const to = join(root, 'dist/kernel-bundle')

/** @param external what stays a module of its own: in the execution thread all that cells can import too. */
const bundleThreads = (entries, external, emptyOutDir) =>
  bundle({
    outDir: to,
    emptyOutDir,
    external: ['typescript', 'zeromq'],
    rollupOptions: {
      input: Object.fromEntries(entries.map(([name, path]) => [name, join(from, path)])),
      external,
      output: { entryFileNames: '[name].js', chunkFileNames: 'execute/[name]-[hash].js' },
    },
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
    [fileURLToPath(import.meta.url), join(root, 'tools/bundle.mjs')].some(
      (p) => statSync(p).mtimeMs > time,
    ) || inputs.some((folder) => newest(folder, (name) => name.endsWith('.js')) > time)
  )
}

if (isStale()) {
  await bundleThreads(
    [
      ['session/main', 'main.js'],
      ['language/worker', 'language/worker.js'],
    ],
    // Displays and the engine are never loaded by these two threads.
    [/^#(?!core$)/, /src\/(?!platform\/node\/jupyter|core)/],
    true,
  )
  await bundleThreads(
    [
      ['execute/worker', 'execute/worker.js'],
      ['globals/tslab', 'globals/tslab.js'],
    ],
    [/^[^./]/, /\/src\//],
    false,
  )
}

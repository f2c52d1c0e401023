// Bundle the compiled `butler` and `pipetask` into dist/bin: a command then reads a handful of files instead of 600, most of its start.
// Native packages and what is loaded for them stay outside. `pipetask` and its workers load users' tasks, which must share their modules:
// dist/bin/lib has every module of the package on top of the same files, and package.json names them under the condition `bundled`, with
// which the command and its workers are started. `firstlight` is not bundled: it starts threads, kernels and servers by their files.
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle, root } from './bundle.mjs'

const folder = `${root}dist/bin`
const compiled = `${root}dist/src`
const commands = ['butler', 'pipetask'].map((name) => `${folder}/${name}.js`)
const inputs = [
  fileURLToPath(import.meta.url),
  `${root}tools/bundle.mjs`,
  `${root}package.json`,
  `${root}package-lock.json`,
]

const newest = Math.max(
  ...inputs.map((path) => statSync(path).mtimeMs),
  ...readdirSync(compiled, { recursive: true }).flatMap((name) =>
    name.endsWith('.js') ? [statSync(join(compiled, name)).mtimeMs] : [],
  ),
)
if (commands.every((path) => existsSync(path) && statSync(path).mtimeMs > newest)) process.exit(0)

/** @param entries names in dist/bin → files of dist; only those files do something when they are loaded */
const bundleCommands = (entries, emptyOutDir) =>
  bundle({
    outDir: folder,
    emptyOutDir,
    external: ['better-sqlite3', '@duckdb/node-api', 'pg', 'typescript', 'zeromq'],
    rollupOptions: {
      input: entries,
      treeshake: { moduleSideEffects: (id) => Object.values(entries).includes(id) },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  })

/** Modules of the package by their names in dist/bin, from package.json. */
function library() {
  const { exports, imports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  return Object.fromEntries(
    [...Object.values(exports), ...Object.values(imports)].flatMap((target) =>
      target.bundled === undefined
        ? []
        : [[/^\.\/dist\/bin\/(.*)\.js$/.exec(target.bundled)[1], join(root, target.default)]],
    ),
  )
}

await bundleCommands({ butler: `${compiled}/cli/butler.js` }, true)
const pipetask = {
  pipetask: `${compiled}/cli/pipetask.js`,
  'pipetask-worker': `${compiled}/cli/pipetask/worker.js`,
}
await bundleCommands({ ...pipetask, ...library() }, false)
const [, script] = commands
const [, ...lines] = readFileSync(script, 'utf8').split('\n')
writeFileSync(script, ['#!/usr/bin/env -S node --conditions=bundled', ...lines].join('\n'))
for (const path of commands) chmodSync(path, 0o755)

// Bundle the compiled `butler` and `pipetask` into dist/bin: a command then reads a handful of files instead of 600, most of its start,
// and V8's code of them, which `train-commands.mjs` makes at the end. The scripts are CommonJS, as V8 keeps no code of ES modules for us;
// thin ES modules lie on top of them. Native packages and what is loaded for them stay outside. `pipetask` and its workers load users'
// tasks, which must share their modules: dist/bin/lib has every module of the package on top of the same scripts, and package.json names
// them under the condition `bundled`, with which the command and its workers are started. `firstlight` is not bundled: it starts
// threads, kernels and servers by their files.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle, root } from './bundle.mjs'

const folder = `${root}dist/bin`
const compiled = `${root}dist/src`
const programs = { butler: 'butler', pipetask: 'pipetask', 'pipetask-worker': 'pipetask/worker' }
const inputs = ['bundle-commands', 'bundle-loader', 'bundle', 'train-commands']
  .map((name) => `${root}tools/${name}.mjs`)
  .concat(`${root}package.json`, `${root}package-lock.json`)
/** Made last. */
const trained = `${folder}/code/${process.version}-${process.arch}/butler.cjs`

const newest = Math.max(
  ...inputs.map((path) => statSync(path).mtimeMs),
  ...readdirSync(compiled, { recursive: true }).flatMap((name) =>
    name.endsWith('.js') ? [statSync(join(compiled, name)).mtimeMs] : [],
  ),
)
if (existsSync(trained) && statSync(trained).mtimeMs > newest) process.exit(0)

/** What a script hands on from another one, which is loaded when somebody asks for it. */
const HANDED_ON = /^exports\.([\w$]+) = (require_\w+(?:\$\d+)?\.[\w$]+);$/gm

/** The loader runs scripts inside of a function: they have no first line for a shell, and `import()` is the loader's. */
const forLoader = {
  name: 'for-loader',
  renderChunk: (code) =>
    code
      .replace(/^#!.*/, '')
      .replaceAll('await import(', 'await importModule(')
      .replaceAll(HANDED_ON, 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => $2 });'),
}

/** Large packages, and the tasks, are scripts of their own, loaded when they are used. */
const scripts = [
  { name: 'tasks', test: /dist\/src\/tasks\/(?!(index|registry|pipelines|instrument-configs)\.js$)/ },
  { name: 'arrow', test: /node_modules\/(apache-arrow|flatbuffers)\// },
  { name: 'parquet', test: /node_modules\/hyparquet|dist\/src\/table\/parquet\// },
  { name: 'yaml', test: /node_modules\/yaml\// },
]

/** @param entries names in dist/bin → files of dist; only those files do something when they are loaded */
const bundleCommands = (entries, emptyOutDir) =>
  bundle({
    outDir: folder,
    emptyOutDir,
    external: ['better-sqlite3', '@duckdb/node-api', 'pg', 'typescript', 'zeromq'],
    define: { 'import.meta.url': 'importMetaUrl' },
    rollupOptions: {
      input: entries,
      // The registry of tasks imports them when a pipeline names one; the index of their module does so at once.
      checks: { ineffectiveDynamicImport: false },
      plugins: [forLoader],
      treeshake: { moduleSideEffects: (id) => Object.values(entries).includes(id) },
      output: {
        format: 'cjs',
        entryFileNames: '[name].cjs',
        chunkFileNames: '[name]-[hash].cjs',
        codeSplitting: { groups: scripts, includeDependenciesRecursively: false },
      },
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

/** The ES module on top of a script: all that it exports, beside the names that the bundler made for its other scripts. */
async function writeModule(name, head = '') {
  const file = `${folder}/${name}.js`
  const loader = relative(dirname(file), `${folder}/load.js`)
  const lines = [`import { load } from '${loader.startsWith('.') ? loader : `./${loader}`}'`]
  if (name in programs) lines.push(`load('${name}.cjs')`)
  else {
    const { load } = await import(`${folder}/load.js`)
    const names = Object.keys(load(`${name}.cjs`)).filter((key) => /^[A-Za-z_]\w*$/.test(key))
    lines.push(`export const { ${names.join(', ')} } = load('${name}.cjs')`)
  }
  writeFileSync(file, `${head}${lines.join('\n')}\n`)
}

const entriesOf = (...names) =>
  Object.fromEntries(names.map((name) => [name, `${compiled}/cli/${programs[name]}.js`]))
const modules = library()
await bundleCommands(entriesOf('butler'), true)
await bundleCommands({ ...entriesOf('pipetask', 'pipetask-worker'), ...modules }, false)
copyFileSync(`${root}tools/bundle-loader.mjs`, `${folder}/load.js`)
for (const name of Object.keys(modules)) await writeModule(name)
await writeModule('butler', '#!/usr/bin/env node\n')
// One thread beside the program compiles and collects garbage: V8's usual four keep the program waiting on a machine of two processors.
await writeModule('pipetask', '#!/usr/bin/env -S node --conditions=bundled --v8-pool-size=1\n')
await writeModule('pipetask-worker')
for (const name of ['butler', 'pipetask']) chmodSync(`${folder}/${name}.js`, 0o755)
const training = fileURLToPath(new URL('train-commands.mjs', import.meta.url))
const { status } = spawnSync(process.execPath, ['--conditions=bundled', training], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

// `npm run build`: pixel kernels (AssemblyScript) → TypeScript → command bundle → kernel type library → kernel bundle → workbench bundle.
// Each step skips itself when its inputs are unchanged; `--no-workbench` leaves the browser bundle out.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const skip = new Set(process.argv.slice(2))

function step(label, script, ...args) {
  if (!existsSync(join(root, script))) throw new Error(`Build step missing: ${script}`)
  const begin = performance.now()
  const done = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' })
  if (done.status !== 0) {
    console.error(`Build failed in: ${label}`)
    process.exit(done.status ?? 1)
  }
  console.log(`${label}: ${((performance.now() - begin) / 1000).toFixed(1)} s`)
}

step('pixel kernels', 'tools/build-simd.mjs')
step('TypeScript', 'node_modules/@typescript/native/bin/tsc', '-b', 'tsconfig.build.json')
step('commands', 'tools/bundle-commands.mjs')
step('kernel type library', 'tools/build-kernel-types.mjs')
step('words of pipelines and commands', 'tools/build-kernel-words.mjs')
step('kernel bundle', 'tools/bundle-kernel.mjs')
if (!skip.has('--no-workbench')) step('workbench', 'tools/build-workbench.mjs')

for (const bin of ['firstlight', 'butler', 'pipetask']) chmodSync(join(root, `dist/src/cli/${bin}.js`), 0o755)

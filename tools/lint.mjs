// `npm run lint`: types, format, typed rules, import arrows, dead code. All run; the exit code tells if any found something.
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const steps = [
  ['types', 'node', ['node_modules/@typescript/native/bin/tsc', '-b']],
  ['format', 'npx', ['biome', 'format', '.']],
  ['typed rules', 'npx', ['eslint', '--max-warnings=0', 'src', 'kernel', 'workbench']],
  [
    'import arrows',
    'npx',
    ['depcruise', '--config', '.dependency-cruiser.cjs', 'src', 'kernel', 'workbench'],
  ],
  ['dead code', 'npx', ['knip', '--no-progress']],
]

let failed = 0
for (const [label, command, args] of steps) {
  const begin = performance.now()
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  const seconds = ((performance.now() - begin) / 1000).toFixed(1)
  console.log(`${done.status === 0 ? 'ok    ' : 'FAILED'} ${label} (${seconds} s)`)
  if (done.status !== 0) failed++
}
process.exit(failed === 0 ? 0 : 1)

// `npm run lint`: typed rules, types, format, import arrows, dead code, two at a time. All run; the exit code tells if any found something.
import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const steps = [
  ['typed rules', 'npx', ['eslint', '--max-warnings=0', 'src', 'kernel', 'workbench']],
  ['types', 'node', ['node_modules/@typescript/native/bin/tsc', '-b']],
  ['format', 'npx', ['biome', 'format', '.']],
  [
    'import arrows',
    'npx',
    ['depcruise', '--config', '.dependency-cruiser.cjs', 'src', 'kernel', 'workbench'],
  ],
  ['dead code', 'npx', ['knip', '--no-progress']],
]

/** One step; what it printed appears when it has ended, so that two at a time do not mix. */
function run([label, command, args]) {
  const begin = performance.now()
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root })
    const parts = []
    child.stdout.on('data', (part) => parts.push(part))
    child.stderr.on('data', (part) => parts.push(part))
    child.on('close', (status) => {
      process.stdout.write(Buffer.concat(parts))
      const seconds = ((performance.now() - begin) / 1000).toFixed(1)
      console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${label} (${seconds} s)`)
      done(status === 0)
    })
  })
}

const waiting = [...steps]
const results = []
async function lane() {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) results.push(await run(step))
}
await Promise.all([lane(), lane()])
process.exit(results.every(Boolean) ? 0 : 1)

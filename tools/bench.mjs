// `npm run bench [name …]`: time ours against peers and our kernels against their twins. Prints a table and writes it to
// test/bench/README.md. A ratio above its budget makes the run fail; a peer that is not installed leaves its row open.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'test/bench')
const wanted = process.argv.slice(2)
const scripts = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts'))
  .filter((name) => wanted.length === 0 || wanted.some((w) => name.startsWith(w)))
if (!existsSync(join(root, 'dist/src/index.js')))
  spawnSync('node', ['tools/build.mjs'], { cwd: root, stdio: 'inherit' })

const env = { ...process.env }
const venv = join(root, '.venv/bin/python')
if (env.FIRSTLIGHT_PYTHON === undefined && existsSync(venv)) env.FIRSTLIGHT_PYTHON = venv

const rows = []
for (const script of scripts) {
  const done = spawnSync(process.execPath, ['--import', 'tsx', join(folder, script)], {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (done.status !== 0) {
    console.error(`bench: ${script} failed`)
    process.exitCode = 1
  }
  for (const line of (done.stdout ?? '').split('\n'))
    if (line.startsWith('BENCH ')) rows.push({ script, ...JSON.parse(line.slice(6)) })
}

const ratioOf = ({ ours, theirs }) => (theirs === undefined ? undefined : ours / theirs)
const cells = rows.map((row) => {
  const ratio = ratioOf(row)
  const verdict =
    row.budget === undefined || ratio === undefined ? '' : ratio <= row.budget ? 'met' : 'MISSED'
  return [
    row.job,
    row.ours.toFixed(1),
    row.peer,
    row.theirs === undefined ? 'not installed' : row.theirs.toFixed(1),
    ratio === undefined ? '' : ratio.toFixed(2),
    row.budget === undefined ? '' : `≤ ${row.budget.toFixed(2)}`,
    verdict,
  ]
})
const head = ['job', 'ours, CPU ms', 'peer', 'peer, CPU ms', 'ours / peer', 'budget', '']
const table = [head, head.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`).join('\n')
console.log(table)
if (rows.some((row) => ratioOf(row) > row.budget)) process.exitCode = 1

if (wanted.length === 0) {
  const readme = join(folder, 'README.md')
  const [above, below] = readFileSync(readme, 'utf8').split(/<!-- table -->[\s\S]*<!-- end -->/)
  const about = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'processor'}.`
  writeFileSync(readme, `${above}<!-- table -->\n${about}\n\n${table}\n<!-- end -->${below ?? '\n'}`)
}

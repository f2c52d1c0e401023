// Replay recorded answers of the real middleware: node tools/replay.mjs REPO.tar.zst CASES.json…
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../test/support/replay/main.ts', import.meta.url))
const { status } = spawnSync(
  process.execPath,
  ['--conditions=source', '--import', 'tsx', main, ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
process.exit(status ?? 1)

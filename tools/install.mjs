// The install step of `npm start` and `npm test`. Plain Node: nothing is installed yet when it runs.
// better-sqlite3 compiles where its prebuilt binary cannot be fetched; node-gyp then needs Node's own headers.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamp = join(root, 'node_modules', '.firstlight-lock')

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Firstlight needs Node 20.19 or newer; this is ${process.version} at ${process.execPath}.`)
  process.exit(1)
}

const lockHash = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
const installed =
  existsSync(stamp) && readFileSync(stamp, 'utf8') === `${lockHash} ${process.versions.modules}`

if (!installed) {
  const env = { ...process.env }
  const prefix = dirname(dirname(process.execPath))
  if (existsSync(join(prefix, 'include/node/node.h'))) env.npm_config_nodedir = prefix
  console.log('Installing packages (npm ci); the first time takes one to three minutes.')
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env,
    stdio: 'inherit',
  })
  if (done.status !== 0) {
    console.error(
      'npm ci failed. Firstlight needs a C++ compiler, make and python3 for better-sqlite3 (Debian: apt install build-essential python3).',
    )
    process.exit(done.status ?? 1)
  }
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, `${lockHash} ${process.versions.modules}`)
}

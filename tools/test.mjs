// `npm test`: set-up from nothing (packages, build, Python environment, Chromium and SExtractor), then every suite.
// `npm test -- test/fits` runs a part. Where apt may not install, what is missing is named and the run stops.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cache = join(root, '.cache')
mkdirSync(cache, { recursive: true })

function run(label, command, args, options = {}) {
  const begin = performance.now()
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (done.status !== 0 && !options.mayFail) {
    console.error(`${label} failed (${[command, ...args].join(' ')}).`)
    process.exit(done.status ?? 1)
  }
  console.log(`${label}: ${((performance.now() - begin) / 1000).toFixed(0)} s`)
  return done.status
}

/** The same beside others: resolves when the command has ended well, ends everything when it has not. */
function runBeside(label, command, args, options = {}) {
  const begin = performance.now()
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options })
    child.on('exit', (status) => {
      if (status !== 0) {
        console.error(`${label} failed (${[command, ...args].join(' ')}).`)
        process.exit(status ?? 1)
      }
      console.log(`${label}: ${((performance.now() - begin) / 1000).toFixed(0)} s`)
      done()
    })
  })
}

/** Programs the suites need: the shell command that finds each, its Debian package and what wants it. */
const PROGRAMS = [
  { found: 'command -v chromium', package: 'chromium', needed: 'browser tests' },
  { found: 'command -v source-extractor', package: 'source-extractor', needed: 'comparison with SExtractor' },
  // Debian keeps the server's programs outside PATH.
  { found: 'ls /usr/lib/postgresql/*/bin/initdb', package: 'postgresql', needed: 'registries on PostgreSQL' },
]

async function ensurePrograms() {
  const has = ({ found }) => spawnSync('sh', ['-c', found], { stdio: 'ignore' }).status === 0
  const missing = PROGRAMS.filter((program) => !has(program))
  if (missing.length === 0) return
  const packages = missing.map((m) => m.package)
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const [command, ...before] = [...sudo, 'apt-get']
  const apt = (...args) =>
    new Promise((done) => {
      const child = spawn(command, [...before, ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      })
      child.on('exit', done)
      child.on('error', done)
    })
  await apt('update')
  await apt('install', '-y', '--no-install-recommends', ...packages)
  const still = PROGRAMS.filter((program) => !has(program))
  if (still.length === 0) return
  for (const m of still)
    console.error(`Missing: ${m.package} (${m.needed}). Install it with: apt install ${m.package}`)
  process.exit(1)
}

/** The venv of test/interop/requirements.txt, made anew when that file changes. */
async function ensurePython() {
  if (process.env.FIRSTLIGHT_PYTHON) return process.env.FIRSTLIGHT_PYTHON
  const venv = join(cache, 'venv')
  const wanted = join(root, 'test/interop/requirements.txt')
  const hash = createHash('sha256').update(readFileSync(wanted)).digest('hex')
  const stamp = join(venv, 'firstlight-requirements')
  const python = join(venv, 'bin/python')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return python
  rmSync(venv, { recursive: true, force: true })
  await runBeside('Python environment', 'python3', ['-m', 'venv', venv])
  await runBeside('Python packages', python, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    wanted,
  ])
  writeFileSync(stamp, hash)
  return python
}

const filters = process.argv.slice(2)

// One simulated exposure for the notebook in nbconvert, in the browser and from the tarball; kept between runs.
const demo = join(cache, 'first-light-demo')

async function ensureBuilt() {
  await runBeside('packages', process.execPath, ['tools/install.mjs'])
  await runBeside('build', process.execPath, ['tools/build.mjs'])
  await runBeside('demo repository', process.execPath, [
    'dist/src/cli/firstlight.js',
    'demo',
    demo,
    '--visits',
    '903344',
    '--detectors',
    '5',
  ])
  if (filters.length === 0) await runBeside('lint', process.execPath, ['tools/lint.mjs'])
}

// Downloads mostly wait, so all of this goes on side by side.
const [, , python] = await Promise.all([ensureBuilt(), ensurePrograms(), ensurePython()])

const report = join(cache, 'tests.json')
const status = run(
  'tests',
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ],
  {
    mayFail: true,
    env: {
      ...process.env,
      FIRSTLIGHT_PYTHON: python,
      FIRSTLIGHT_TEST_REPO: demo,
      PATH: `${dirname(python)}:${process.env.PATH}`,
    },
  },
)
const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
  readFileSync(report, 'utf8'),
)
const failed = numFailedTests + (numFailedTests === 0 ? numFailedTestSuites : 0)
console.log(
  `${numPassedTests} passed, ${failed} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}`,
)
process.exit(status ?? 1)

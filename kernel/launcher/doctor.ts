import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { access, constants, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf } from '#core'
import {
  brokenKernels,
  connectKernel,
  decodeMessage,
  type Environment,
  findKernels,
  type InstalledKernel,
  launchKernel,
  makeFolders,
  makeMessage,
  runtimeDir,
} from '../../src/platform/node/jupyter/index.ts'
import { kernelMain, kernelSpec, startsFirstlight } from './install.ts'

/** What the doctor found about one thing. */
export interface Finding {
  readonly state: 'ok' | 'note' | 'wrong'
  readonly what: string
  /** What to do about it. */
  readonly cure?: string
}

const ok = (what: string): Finding => ({ state: 'ok', what })
const note = (what: string, cure: string): Finding => ({ state: 'note', what, cure })
const wrong = (what: string, cure: string): Finding => ({ state: 'wrong', what, cure })

/** The program of Python's Jupyter, where there is one. */
const JUPYTER = 'jupyter'
const LEAST_NODE = [20, 19] as const
const REINSTALL = 'Install the package again: npm install firstlight'
/** The kernel has to answer within this time. */
const START_MS = 30_000

/** Look at everything between a Jupyter client and a running cell, in that order; a finding follows when it is made. */
export async function* examine(env: Environment): AsyncGenerator<Finding> {
  yield nodeVersion()
  yield await loads('zeromq', 'the sockets')
  yield typescript()
  yield typeLibrary()
  yield await runtimeFolder(env)
  for (const { dir, why } of await brokenKernels(env))
    yield wrong(`Kernelspec ${dir} cannot be read: ${why}`, `Mend or remove that folder`)
  const ours = (await findKernels(env)).filter(({ spec }) => startsFirstlight(spec))
  if (ours.length === 0) yield wrong('No kernelspec of Firstlight is installed', 'firstlight kernel install')
  for (const kernel of ours) yield* specFindings(kernel)
  yield jupyter(env)
  yield await runsCell(env)
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isNew = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])
  const what = `Node ${process.versions.node}`
  return isNew ? ok(what) : wrong(`${what} is too old`, `Install Node ${LEAST_NODE.join('.')} or newer`)
}

async function loads(name: string, does: string): Promise<Finding> {
  try {
    await import(name)
    return ok(`${name} loads (${does})`)
  } catch (error) {
    return wrong(`${name} does not load: ${messageOf(error)}`, REINSTALL)
  }
}

function typescript(): Finding {
  const wanted = '6.0.3'
  try {
    const { version } = createRequire(import.meta.url)('typescript/package.json') as { version: string }
    return version === wanted
      ? ok(`TypeScript ${version}`)
      : wrong(`TypeScript ${version} found, ${wanted} wanted`, REINSTALL)
  } catch (error) {
    return wrong(`TypeScript is not there: ${messageOf(error)}`, REINSTALL)
  }
}

function typeLibrary(): Finding {
  const path = fileURLToPath(new URL('../types/es.d.ts', import.meta.url))
  return existsSync(path) ? ok('Type library of cells') : wrong(`${path} is missing`, 'npm run build')
}

async function runtimeFolder(env: Environment): Promise<Finding> {
  const dir = runtimeDir(env)
  try {
    await makeFolders(dir, 0o700)
    await access(dir, constants.W_OK)
    return ok(`Connection files in ${dir}`)
  } catch (error) {
    return wrong(
      `Connection files cannot be written: ${messageOf(error)}`,
      'Make that folder writeable, or set JUPYTER_RUNTIME_DIR',
    )
  }
}

function* specFindings({ name, dir, spec }: InstalledKernel): Generator<Finding> {
  const [node = ''] = spec.argv
  const main = spec.argv.find((word) => word.endsWith('main.js')) ?? ''
  const again = `firstlight kernel install${name === 'firstlight' ? '' : ` --name ${name}`}`
  if (!existsSync(node) && node.includes('/')) yield wrong(`${name}: its Node is gone (${node})`, again)
  else if (!existsSync(main)) yield wrong(`${name}: its program is gone (${main})`, again)
  else if (main !== kernelMain()) yield note(`${name} starts another installation (${main})`, again)
  else if (!spec.argv.includes('--no-force-async-hooks-checks'))
    yield wrong(`${name}: an interrupt may end the kernel, a flag is missing`, again)
  else yield ok(`Kernelspec ${name} in ${dir}`)
  const repo = spec.env?.['FIRSTLIGHT_REPO']
  if (repo === undefined || repo.includes('$')) return
  if (existsSync(join(repo, 'butler.yaml')) || /\.ya?ml$/.test(repo)) yield ok(`${name}: repository ${repo}`)
  else
    yield wrong(
      `${name}: its repository ${repo} has no butler.yaml`,
      `${again} --repo FOLDER, with the folder that holds butler.yaml`,
    )
}

/** A Python Jupyter looks into its own environment too, which only it knows. */
function jupyter(env: Environment): Finding {
  try {
    const text = execFileSync(JUPYTER, ['kernelspec', 'list', '--json'], {
      env: { ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    })
    const { kernelspecs } = JSON.parse(text) as { kernelspecs: Record<string, { spec: { argv: string[] } }> }
    const seen = Object.entries(kernelspecs).filter(([, { spec }]) => spec.argv.includes(kernelMain()))
    return seen.length > 0
      ? ok(`The jupyter command sees ${seen.map(([name]) => name).join(', ')}`)
      : wrong(
          'The jupyter command on PATH does not see our kernelspec',
          'firstlight kernel install --prefix "$(python3 -c \'import sys; print(sys.prefix)\')"',
        )
  } catch {
    return note('No jupyter command on PATH', 'None is needed: firstlight start brings its own server')
  }
}

/** Start this installation's kernel as a client does, and run a cell. */
async function runsCell(env: Environment): Promise<Finding> {
  const folder = await mkdtemp(join(tmpdir(), 'firstlight-doctor-'))
  const begin = performance.now()
  try {
    const answer = await runOnce(env, folder)
    const took = `${((performance.now() - begin) / 1000).toFixed(1)} s`
    return answer === '2'
      ? ok(`A kernel starts and runs a cell (${took})`)
      : wrong(`A kernel started but 1 + 1 gave ${answer}`, REINSTALL)
  } catch (error) {
    return wrong(`A kernel does not run: ${messageOf(error)}`, REINSTALL)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runOnce(env: Environment, folder: string): Promise<string> {
  const spec: InstalledKernel = { name: 'firstlight', dir: folder, spec: kernelSpec() }
  const quiet = { ...env, FIRSTLIGHT_HISTORY: '', FIRSTLIGHT_REPO: '' }
  const kernel = await launchKernel(spec, { cwd: folder, env: quiet, connectionDir: folder })
  const channels = await connectKernel(kernel.connection)
  let said = ''
  kernel.process.stderr?.on('data', (chunk: Uint8Array) => (said += Buffer.from(chunk).toString()))
  try {
    return await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer in ${START_MS / 1000} s`)), START_MS)
      void kernel.exited.then((code) => reject(new Error(`it ended with ${code}: ${said.trim()}`)))
      channels.onMessage((channel, raw) => {
        const { header, content } = decodeMessage(raw)
        if (channel !== 'shell' || header.msg_type !== 'execute_reply') return
        clearTimeout(late)
        const { value } = content['user_expressions'] as { value?: { data?: Record<string, string> } }
        resolve(value?.data?.['text/plain'] ?? JSON.stringify(content))
      })
      const content = { code: '', user_expressions: { value: '1 + 1' } }
      channels.send(
        'shell',
        makeMessage('execute_request', { session: crypto.randomUUID(), username: 'doctor' }, { content }),
      )
    })
  } finally {
    kernel.process.kill('SIGKILL')
    await channels.close()
    await kernel.dispose()
  }
}

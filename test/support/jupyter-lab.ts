import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pythonPath } from './python.ts'

export interface JupyterLabOptions {
  /** Where its settings, runtime files and home are. */
  readonly dir: string
  /** The folder it serves. */
  readonly root: string
  readonly token: string
  /** Folder with `kernels/NAME/kernel.json`. */
  readonly jupyterPath: string
  readonly flags?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

export interface RunningJupyterLab {
  readonly port: number
  readonly base: string
  close(): Promise<void>
}

/** JupyterLab from the tests' Python environment, on a free port, without this machine's Jupyter settings. */
export async function startJupyterLab(options: JupyterLabOptions): Promise<RunningJupyterLab> {
  const { dir, flags = [], env = {} } = options
  const port = await freePort()
  const log: string[] = []
  const child = spawn(pythonPath(), ['-m', 'jupyterlab', ...standardFlags(options, port), ...flags], {
    env: { ...environment(options), ...env },
    cwd: dir,
  })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => log.push(part.toString()))
  const base = `http://127.0.0.1:${port}`
  await answering(child, base, log)
  return { port, base, close: () => ended(child) }
}

/** Terminals are off as in ours, and the interpreter's own kernel is not offered. */
const standardFlags = ({ root, token }: JupyterLabOptions, port: number) => [
  '--no-browser',
  '--allow-root',
  '--ServerApp.ip=127.0.0.1',
  `--ServerApp.port=${port}`,
  '--ServerApp.port_retries=0',
  `--ServerApp.root_dir=${root}`,
  `--IdentityProvider.token=${token}`,
  '--ServerApp.terminals_enabled=False',
  '--KernelSpecManager.ensure_native_kernel=False',
  '--LabApp.extension_manager=readonly',
]

function environment({ dir, jupyterPath }: JupyterLabOptions): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: dir,
    LANG: 'C.UTF-8',
    JUPYTER_CONFIG_DIR: join(dir, 'config'),
    JUPYTER_DATA_DIR: join(dir, 'data'),
    JUPYTER_RUNTIME_DIR: join(dir, 'runtime'),
    JUPYTER_PATH: jupyterPath,
    JUPYTERLAB_SETTINGS_DIR: join(dir, 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: join(dir, 'workspaces'),
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const holder = createServer()
    holder.once('error', reject)
    holder.listen(0, '127.0.0.1', () => {
      const { port } = holder.address() as { port: number }
      holder.close(() => resolve(port))
    })
  })
}

async function answering(child: ChildProcess, base: string, log: readonly string[]): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    if (child.exitCode !== null) break
    const answer = await fetch(`${base}/api`).catch(() => undefined)
    if (answer?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  child.kill('SIGKILL')
  throw new Error(`JupyterLab does not answer: ${log.join('').slice(-2000)}`)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 8000)
  await gone
  clearTimeout(timer)
}

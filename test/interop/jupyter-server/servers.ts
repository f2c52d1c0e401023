import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startServer } from '#server'
import { pythonPath } from '../../support/python.ts'

const FAKE = fileURLToPath(new URL('../../workbench/support/fake-kernel.mjs', import.meta.url))
const STATIC = fileURLToPath(new URL('../../../workbench/static', import.meta.url))
const TOKEN = 'differential'

/** A running server of either make, over a folder of its own that starts out the same. */
export interface PeerServer {
  readonly name: 'ours' | 'jupyter-server'
  readonly base: string
  readonly port: number
  readonly token: string
  readonly root: string
  close(): Promise<void>
}

/** The real thing: jupyter-server with JupyterLab's own endpoints, as `jupyter lab` runs it. */
export async function startReal(): Promise<PeerServer> {
  const dir = mkdtempSync(join(tmpdir(), 'jupyter-server-'))
  const root = plant(dir)
  const port = await freePort()
  const log: string[] = []
  const child = spawn(pythonPath(), ['-m', 'jupyterlab', ...flags(port, root)], {
    env: environment(dir),
    cwd: dir,
  })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => log.push(part.toString()))
  const base = `http://127.0.0.1:${port}`
  await answering(child, base, log)
  return {
    name: 'jupyter-server',
    base,
    port,
    token: TOKEN,
    root,
    close: async () => {
      await ended(child)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Ours, with the same kernelspec in its search path. */
export async function startOurs(): Promise<PeerServer> {
  const dir = mkdtempSync(join(tmpdir(), 'firstlight-server-'))
  const root = plant(dir)
  const server = await startServer({
    root,
    port: 0,
    token: TOKEN,
    stateDir: join(dir, 'state'),
    staticDir: STATIC,
    kernelDirs: [join(dir, 'jupyter')],
  })
  return {
    name: 'ours',
    base: `http://127.0.0.1:${server.port}`,
    port: server.port,
    token: TOKEN,
    root,
    close: async () => {
      await server.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Terminals are off as in ours; the kernel of the interpreter's own is hidden. */
const flags = (port: number, root: string) => [
  '--no-browser',
  '--allow-root',
  '--ServerApp.ip=127.0.0.1',
  `--ServerApp.port=${port}`,
  '--ServerApp.port_retries=0',
  `--ServerApp.root_dir=${root}`,
  `--IdentityProvider.token=${TOKEN}`,
  '--ServerApp.terminals_enabled=False',
  '--KernelSpecManager.ensure_native_kernel=False',
  "--KernelSpecManager.allowed_kernelspecs={'fake'}",
  '--MultiKernelManager.default_kernel_name=fake',
  '--LabApp.extension_manager=readonly',
]

/** Nothing of this machine's Jupyter settings is seen. */
function environment(dir: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: dir,
    LANG: 'C.UTF-8',
    JUPYTER_CONFIG_DIR: join(dir, 'config'),
    JUPYTER_DATA_DIR: join(dir, 'data'),
    JUPYTER_RUNTIME_DIR: join(dir, 'runtime'),
    JUPYTER_PATH: join(dir, 'jupyter'),
    JUPYTERLAB_SETTINGS_DIR: join(dir, 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: join(dir, 'workspaces'),
  }
}

/** The same files, links and kernelspec for both. @returns the folder to serve */
function plant(dir: string): string {
  const root = join(dir, 'root')
  mkdirSync(join(root, 'sub/empty'), { recursive: true })
  writeFileSync(join(root, 'text.txt'), 'one\ntwo Ω\n')
  writeFileSync(join(root, 'latin.txt'), Buffer.from([0x63, 0x61, 0x66, 0xe9]))
  writeFileSync(join(root, 'data.bin'), Buffer.from([0, 1, 2, 255]))
  writeFileSync(join(root, 'page.html'), '<p>page</p>')
  writeFileSync(join(root, 'table.csv'), 'a,b\n1,2\n')
  writeFileSync(join(root, 'broken.ipynb'), '{"cells": [')
  writeFileSync(join(root, '.hidden'), 'hidden')
  writeFileSync(join(root, 'sub/inner.txt'), 'inner')
  writeFileSync(join(root, 'run.ipynb'), JSON.stringify(NOTEBOOK))
  const folder = join(dir, 'jupyter/kernels/fake')
  mkdirSync(folder, { recursive: true })
  const argv = [process.execPath, FAKE, '{connection_file}']
  writeFileSync(join(folder, 'kernel.json'), JSON.stringify({ argv, display_name: 'Fake', language: 'fake' }))
  writeFileSync(join(folder, 'logo-64x64.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47]))
  return root
}

/** A notebook with every kind of cell and output. */
export const NOTEBOOK = {
  cells: [
    { cell_type: 'markdown', id: 'm', metadata: {}, source: ['# Title\n', 'text'] },
    {
      cell_type: 'code',
      id: 'c',
      execution_count: 1,
      metadata: {},
      source: ['1\n', '2'],
      outputs: [
        { output_type: 'stream', name: 'stdout', text: ['a\n', 'b'] },
        {
          output_type: 'execute_result',
          execution_count: 1,
          metadata: {},
          data: { 'text/plain': ['2'], 'application/json': { a: [1] } },
        },
      ],
    },
    { cell_type: 'raw', id: 'r', metadata: {}, source: '' },
  ],
  metadata: { kernelspec: { name: 'fake', display_name: 'Fake', language: 'fake' } },
  nbformat: 4,
  nbformat_minor: 5,
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
  throw new Error(`jupyter-server does not answer: ${log.join('').slice(-2000)}`)
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 8000)
  await gone
  clearTimeout(timer)
}

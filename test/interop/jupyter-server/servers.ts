import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startServer } from '#server'
import { startJupyterLab } from '../../support/jupyter-lab.ts'

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
  const flags = [
    "--KernelSpecManager.allowed_kernelspecs={'fake'}",
    '--MultiKernelManager.default_kernel_name=fake',
  ]
  const lab = await startJupyterLab({ dir, root, token: TOKEN, jupyterPath: join(dir, 'jupyter'), flags })
  return {
    name: 'jupyter-server',
    ...lab,
    token: TOKEN,
    root,
    close: async () => {
      await lab.close()
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

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { startJupyterLab } from '../../support/jupyter-lab.ts'
import { openLab, startWorkbench } from './workbench.ts'

const COMMAND = fileURLToPath(new URL('../../../dist/src/cli/firstlight.js', import.meta.url))
const TOKEN = 'stock'

/** A front end with our kernel, in a page that `openIn` has opened; `globalThis.lab` is its application there. */
export interface Front {
  readonly root: string
  openIn(page: Page): Promise<void>
  close(): Promise<void>
}

/** Our own workbench on our own server. */
export async function ourFront(): Promise<Front> {
  const bench = await startWorkbench()
  return {
    root: bench.root,
    openIn: async (page) => void (await openLab(page, bench.url)),
    close: bench.close,
  }
}

/** JupyterLab as PyPI has it, on jupyter-server, with our kernelspec installed as a user would. */
export async function stockFront(): Promise<Front> {
  const dir = mkdtempSync(join(tmpdir(), 'stock-lab-'))
  const root = join(dir, 'root')
  mkdirSync(root)
  execFileSync(process.execPath, [COMMAND, 'kernel', 'install', '--prefix', dir])
  const lab = await startJupyterLab({
    dir,
    root,
    token: TOKEN,
    jupyterPath: join(dir, 'share/jupyter'),
    flags: ['--LabApp.expose_app_in_browser=True', '--KernelSpecManager.allowed_kernelspecs=firstlight'],
    env: { FIRSTLIGHT_HISTORY: join(dir, 'history.jsonl') },
  })
  return {
    root,
    openIn: async (page) => {
      await page.goto(`${lab.base}/lab?token=${TOKEN}`, { waitUntil: 'commit' })
      await page.waitForFunction(() => 'jupyterapp' in globalThis, null, { timeout: 60_000 })
      await page.evaluate(() => {
        const found = globalThis as unknown as {
          jupyterapp: { restored: Promise<void> }
          lab: unknown
          restored: boolean
        }
        found.lab = found.jupyterapp
        void found.jupyterapp.restored.then(() => {
          found.restored = true
        })
      })
      await page.waitForFunction(() => 'restored' in globalThis, null, { timeout: 60_000 })
    },
    close: async () => {
      await lab.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

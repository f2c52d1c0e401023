import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { type RunningServer, type ServerOptions, startServer } from '#server'

const built = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

export interface Workbench extends RunningServer {
  readonly root: string
  /** End the server and leave its folder, which `close` removes too. */
  stop(): Promise<void>
}

/** The built application with a folder of its own and no kernels but ours. */
export async function startWorkbench(options: Partial<ServerOptions> = {}): Promise<Workbench> {
  for (const path of ['workbench/static/assets.json', 'dist/kernel/main.js']) {
    if (!existsSync(built(path))) throw new Error(`${path} is missing: npm run build comes before this test`)
  }
  const dir = mkdtempSync(join(tmpdir(), 'firstlight-e2e-'))
  const root = options.root ?? dir
  const server = await startServer({
    port: 0,
    stateDir: join(dir, '.state'),
    kernelDirs: [join(dir, '.none')],
    ...options,
    root,
  })
  return {
    ...server,
    root,
    stop: server.close,
    close: async () => {
      await server.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Open the page and wait until JupyterLab has restored its layout. @returns milliseconds from navigation to there */
export async function openLab(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: 'commit' })
  await page.waitForFunction(() => 'restoredAt' in globalThis, null, { timeout: 30_000 })
  return await page.evaluate(() => (globalThis as unknown as { restoredAt: number }).restoredAt)
}

/** The part of JupyterLab that the tests drive. */
export interface Lab {
  readonly commands: { execute(id: string, args?: object): Promise<unknown> }
  readonly shell: { readonly currentWidget: NotebookPanel | null }
}

export interface NotebookPanel {
  readonly context: { readonly ready: Promise<void>; readonly path: string }
  readonly sessionContext: {
    readonly ready: Promise<void>
    readonly session: { readonly kernel: { readonly status: string } | null } | null
  }
  readonly content: { readonly model: { readonly sharedModel: SharedNotebook } }
}

interface SharedNotebook {
  readonly cells: readonly { toJSON(): CellJson }[]
}

interface CellJson {
  readonly cell_type: string
  readonly source: string
  readonly execution_count?: number | null
  readonly outputs?: readonly { readonly output_type: string }[]
}

declare global {
  var lab: Lab
}

let made = 0

/** Write a notebook of these cells, open it in the current page and wait for its kernel. */
export async function openCells(
  page: Page,
  { root }: Pick<Workbench, 'root'>,
  sources: readonly string[],
): Promise<string> {
  const path = `test-${++made}.ipynb`
  const cells = sources.map((source, i) => ({ cell_type: 'code', id: `c${i}`, source, ...EMPTY_CELL }))
  const kernelspec = { name: 'firstlight', display_name: 'TypeScript (Firstlight)', language: 'typescript' }
  writeFileSync(
    join(root, path),
    JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells }),
  )
  await page.evaluate(
    (name) => void lab.commands.execute('docmanager:open', { path: name, factory: 'Notebook' }),
    path,
  )
  await page.waitForFunction((name) => lab.shell.currentWidget?.context?.path === name, path)
  await waitForIdle(page)
  return path
}

const EMPTY_CELL = { metadata: {}, outputs: [], execution_count: null }

/** Wait for the current notebook's kernel; never by awaiting its promises in the page, which may not end. */
export async function waitForIdle(page: Page, ms = 60_000): Promise<void> {
  await page.waitForFunction(
    () => lab.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle',
    null,
    { timeout: ms },
  )
}

/** Run every cell and wait until the last, or one with an error, has ended. */
export async function runAll(page: Page, ms = 120_000): Promise<void> {
  await page.evaluate(() => void lab.commands.execute('notebook:run-all-cells'))
  await page.waitForFunction(
    () => {
      const panel = lab.shell.currentWidget
      if (panel?.sessionContext?.session?.kernel?.status !== 'idle') return false
      const cells = [...panel.content.model.sharedModel.cells]
        .map((cell) => cell.toJSON())
        .filter((cell) => cell.cell_type === 'code')
      const failed = cells.some(({ outputs = [] }) =>
        outputs.some(({ output_type }) => output_type === 'error'),
      )
      return failed || cells.every(({ execution_count }) => (execution_count ?? 0) > 0)
    },
    null,
    { timeout: ms, polling: 100 },
  )
}

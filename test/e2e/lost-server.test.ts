import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import {
  openCells,
  openLab,
  runAll,
  startWorkbench,
  waitForIdle,
  type Workbench,
} from './support/workbench.ts'

let bench: Workbench
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  bench = await startWorkbench()
  browser = await launchBrowser()
  context = await browser.newContext({ viewport: { width: 1300, height: 900 } })
  page = await context.newPage()
})
afterAll(async () => {
  await browser.close()
  await bench.close()
})

const saved = (path: string) => readFileSync(join(bench.root, path), 'utf8')
const edit = (where: Page, text: string) =>
  where.evaluate((source) => {
    const panel = lab.shell.currentWidget as unknown as {
      content: { activeCell: { model: { sharedModel: { setSource(text: string): void } } } }
    }
    panel.content.activeCell.model.sharedModel.setSource(source)
  }, text)
const save = (where: Page) => where.evaluate(() => void lab.commands.execute('docmanager:save'))

test('two tabs on one notebook share its kernel; a save over the other tab’s is asked about', async () => {
  await openLab(page, bench.url)
  const path = await openCells(page, bench, ['let kept = 41'])
  await runAll(page)
  await save(page)
  await expect.poll(() => saved(path)).toContain('"execution_count": 1')
  const second = await context.newPage()
  // The same link again, as a person clicks it: the first tab must stay logged in.
  await openLab(second, bench.url)
  await second.evaluate((name) => void lab.commands.execute('docmanager:open', { path: name }), path)
  await second.waitForFunction((name) => lab.shell.currentWidget?.context?.path === name, path)
  await waitForIdle(second)
  await edit(second, 'kept + 1')
  await runAll(second)
  expect(await second.locator('.jp-OutputArea-executeResult').innerText()).toContain('42')
  await save(second)
  await expect.poll(() => saved(path)).toContain('kept + 1')
  await edit(page, '"of the first tab"')
  await save(page)
  await page.locator('.jp-Dialog', { hasText: 'has changed on disk' }).waitFor()
  await page.locator('.jp-Dialog button', { hasText: 'Overwrite' }).click()
  await expect.poll(() => saved(path)).toContain('of the first tab')
  await second.close()
})

test('a tab outlives its server: it says what happened, and saves and runs after the next login', {
  timeout: 60_000,
}, async () => {
  const path = await openCells(page, bench, ['1 + 1'])
  await runAll(page)
  await edit(page, '"not saved yet"')
  const { port, root } = bench
  await bench.stop()
  const dialog = (title: string) => page.locator('.jp-Dialog', { hasText: title })
  await dialog('does not answer').waitFor()
  const next = await startWorkbench({ port, root })
  try {
    await dialog('was started again').waitFor()
    const tab = await context.newPage()
    await openLab(tab, next.url)
    await dialog('was started again').waitFor({ state: 'detached' })
    await page.locator('.jp-toast-message', { hasText: 'run your cells again' }).waitFor()
    await save(page)
    await expect.poll(() => saved(path)).toContain('not saved yet')
    await page.evaluate(() => void lab.commands.execute('notebook:run-cell'))
    await page
      .locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-executeResult', {
        hasText: 'not saved yet',
      })
      .waitFor()
  } finally {
    await next.close()
  }
})

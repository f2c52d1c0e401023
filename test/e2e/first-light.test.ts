import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureFirstLightRepo } from '../../src/cli/firstlight/demo.ts'
import { type Complaints, launchBrowser, listenForErrors } from './support/browser.ts'
import {
  openCells,
  openLab,
  runAll,
  startWorkbench,
  waitForIdle,
  type Workbench,
} from './support/workbench.ts'

/** A repository that is there already saves the minute: the one of `npm start`, or what FIRSTLIGHT_TEST_REPO names. */
const given = process.env['FIRSTLIGHT_TEST_REPO']
const NOTEBOOK = fileURLToPath(new URL('../../notebooks/first-light.ipynb', import.meta.url))
const FRAME_TASKS = fileURLToPath(new URL('../support/frame-tasks.mjs', import.meta.url))
const RUN_MS = 240_000

let dir: string
let bench: Workbench
let browser: Browser
let page: Page
let complaints: Complaints

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'firstlight-notebook-'))
  const repo = given ?? join(dir, 'demo')
  if (!existsSync(join(repo, 'butler.yaml'))) await ensureFirstLightRepo(repo)
  copyFileSync(NOTEBOOK, join(dir, 'first-light.ipynb'))
  bench = await startWorkbench({ root: dir, kernelEnv: { FIRSTLIGHT_REPO: repo } })
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1500, height: 1000 } })
  complaints = listenForErrors(page)
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await bench?.close()
  rmSync(dir, { recursive: true, force: true })
})

test('First light runs from the launcher to plots, without an error', {
  timeout: RUN_MS + 60_000,
}, async () => {
  await openLab(page, bench.url)
  await page.locator('.jp-LauncherCard[data-category="Firstlight"]', { hasText: 'First light' }).click()
  await page.waitForSelector('.jp-NotebookPanel')
  await waitForIdle(page)
  await runAll(page, RUN_MS)
  const outputs = await page.evaluate(() =>
    (lab.shell.currentWidget?.content.model.sharedModel.cells ?? []).flatMap(
      (cell) => cell.toJSON().outputs ?? [],
    ),
  )
  expect(outputs.filter(({ output_type }) => output_type === 'error')).toEqual([])
  await keepPicture('ran')
  await expectRun(page)
  await keepPicture('pipeline')
  await expectPixels(page)
  await keepPicture('exposure')
  await expectRows(page)
  await keepPicture('table')
  await expectPlots(page)
  await keepPicture('plot')
  expect(complaints.errors).toEqual([])
})

/** With FIRSTLIGHT_SHOTS set, a screenshot in that folder. */
async function keepPicture(name: string): Promise<void> {
  const folder = process.env['FIRSTLIGHT_SHOTS']
  if (folder !== undefined) await page.screenshot({ path: join(folder, `first-light-${name}.png`) })
}

/** Scroll to a view wherever the windowed notebook has put it. */
async function show(selector: string): Promise<void> {
  const at = await page.evaluate((wanted) => {
    const panel = lab.shell.currentWidget as unknown as { content: { widgets: { node: HTMLElement }[] } }
    return panel.content.widgets.findIndex(({ node }) => node.querySelector(wanted) !== null)
  }, selector)
  expect(at, `a cell with ${selector}`).toBeGreaterThanOrEqual(0)
  await page.evaluate((index) => {
    const panel = lab.shell.currentWidget as unknown as {
      content: { scrollToItem(i: number, align: string): Promise<void> }
    }
    void panel.content.scrollToItem(index, 'start')
  }, at)
  await page.locator(selector).first().waitFor({ timeout: 20_000 })
}

/** The log of a quantum that is chosen, and the config of a task. */
async function expectRun(where: Page): Promise<void> {
  await show('.fl-pipeline')
  const view = where.locator('.fl-pipeline')
  await view.locator('.fl-quanta summary').click()
  await view.locator('.fl-quanta tbody tr', { hasText: 'isr' }).click()
  await view.locator('.fl-log-title', { hasText: 'Log of isr' }).waitFor()
  expect(await view.locator('.fl-log').innerText()).toMatch(/^isr INFO: /m)
  await view.locator('.fl-task', { hasText: 'characterizeImage' }).click()
  const form = view.locator('.fl-config')
  await form.getByLabel('psfIterations', { exact: true }).fill('0')
  await form.getByLabel('psfIterations', { exact: true }).press('Enter')
  await form.getByText('0 is outside of the valid range [1,inf)').waitFor()
  await form.getByLabel('doApCorr', { exact: true }).uncheck()
  await form.locator('.fl-config-lines', { hasText: '-c characterizeImage:doApCorr=False' }).waitFor()
}

const FRAMES = `description: frames
instrument: lsst.obs.subaru.HyperSuprimeCam
tasks:
  first: {class: frames.FirstTask, config: {faults: {5: 'FAULT'}}}
  second: frames.SecondTask`

test('the view of a run that fails, and of one that is cancelled', { timeout: 120_000 }, async () => {
  const line = `%%pipeline -j 1 --task-module ${FRAME_TASKS} -i HSC/defaults -d "instrument='HSC' AND exposure=903344 AND detector=5"`
  const cell = (fault: string) => `${line} -o u/me/${fault}\n${FRAMES.replace('FAULT', fault)}`
  if (page.url() === 'about:blank') await openLab(page, bench.url)
  await openCells(page, { root: dir }, [cell('fail')])
  await runAll(page)
  const view = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .fl-pipeline[data-state="failed"]')
  await view.locator('.fl-quanta', { hasText: '1 failed quantum' }).waitFor()
  expect(await view.locator('.fl-quanta tbody tr').allInnerTexts()).toEqual([
    expect.stringMatching(/^first\s.*detector=5.*\sfailed\s.*the shutter was closed/),
    expect.stringMatching(/^second\s.*\sblocked\s.*first .* failed/),
  ])
  await view.locator('.fl-quanta tbody tr').first().focus()
  await page.keyboard.press('Enter')
  await view.locator('.fl-log-title', { hasText: 'Log of first' }).waitFor()
  expect(await view.locator('.fl-log').innerText()).toMatch(
    /Looking at detector 5[^]*ERROR.*the shutter was closed/,
  )
  expect(await view.locator('.fl-title .fl-button').isHidden()).toBe(true)
  await keepPicture('failed')

  await openCells(page, { root: dir }, [cell('wait')])
  await page.evaluate(() => void lab.commands.execute('notebook:run-all-cells'))
  const panel = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)')
  await panel.locator('.fl-log', { hasText: 'Looking at detector 5' }).waitFor({ timeout: 30_000 })
  await keepPicture('running')
  await panel.getByRole('button', { name: 'Stop the run' }).click()
  await panel.locator('.fl-pipeline[data-state="cancelled"]').waitFor()
  const states = panel
    .locator('.fl-quanta tbody tr')
    .evaluateAll((rows) => rows.map(({ className }) => className))
  expect(await states).toEqual(['fl-state-cancelled', 'fl-state-pending'])
  await keepPicture('cancelled')
  expect(complaints.errors).toEqual([])
})

async function expectPixels(where: Page): Promise<void> {
  await show('.fl-exposure')
  await where.waitForSelector('.fl-exposure[data-painted="webgl2"]', { timeout: 20_000 })
  const colours = await where.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.fl-exposure canvas')!
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
    const seen = new Set<number>()
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3] === 255) seen.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!)
    return seen.size
  })
  expect(colours).toBeGreaterThan(60)
  const box = (await where.locator('.fl-exposure canvas').first().boundingBox())!
  await where.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  expect(await where.locator('.fl-readout').first().innerText()).toMatch(
    /x [\d.]+ +y [\d.]+[^]*\d\d:\d\d:\d\d\.\d+ [+−]\d\d:/,
  )
}

async function expectRows(where: Page): Promise<void> {
  await show('.fl-table')
  await where.locator('.fl-table .fl-button', { hasText: 'As page' }).first().click()
  await where.waitForSelector('.fl-table-page tbody tr:nth-child(10)')
  const cells = await where.locator('.fl-table-page tbody tr').first().locator('td').allTextContents()
  // The first column is the source id: 64 bits, printed exactly.
  expect(cells[0]).toMatch(/^\d{15,19}$/)
  expect(cells.filter((text) => text !== '').length).toBeGreaterThan(5)
}

async function expectPlots(where: Page): Promise<void> {
  await show('.fl-plotly')
  await where.waitForSelector('.fl-plotly .main-svg')
  expect(await where.locator('.fl-plotly .xtick').count()).toBeGreaterThan(1)
}

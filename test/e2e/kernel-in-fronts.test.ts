import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import { type Front, ourFront, stockFront } from './support/fronts.ts'
import { openCells, waitForIdle } from './support/workbench.ts'

/** A page takes its time, more so on a busy machine. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })

/** What a person does with a kernel in a notebook, in our workbench and in the JupyterLab that everybody has. */
describe.each([
  ['our workbench', ourFront],
  ['stock JupyterLab', stockFront],
])('%s', (name, start) => {
  let front: Front
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    ;[front, browser] = await Promise.all([start(), launchBrowser()])
    page = await browser.newPage({ viewport: { width: 1300, height: 900 } })
    await front.openIn(page)
  })
  afterAll(async () => {
    await browser?.close()
    await front?.close()
  })

  const open = (...sources: string[]) => openCells(page, front, sources)
  const command = (id: string) => page.evaluate((which) => void lab.commands.execute(which), id)
  const cell = (i: number) => page.locator('.jp-Notebook:visible .jp-CodeCell').nth(i)
  const outputs = (i: number) => cell(i).locator('.jp-OutputArea-output')
  /** Run the cell with the cursor in it, by the keyboard. */
  const run = async (i: number) => {
    await cell(i).locator('.cm-content').click()
    await page.keyboard.press('Control+Enter')
  }
  const keepPicture = async (what: string) => {
    const folder = process.env['FIRSTLIGHT_SHOTS']
    if (folder !== undefined)
      await page.screenshot({ path: `${folder}/${name.replaceAll(' ', '-')}-${what}.png` })
  }

  test('runs cells, shows results and errors', async () => {
    await open(
      'const six: number = 6\nsix * 7',
      "const wrong: number = 'text'",
      "throw new Error('on purpose')",
    )
    await run(0)
    await soon(() => outputs(0).allInnerTexts()).toEqual(['42'])
    await run(1)
    await soon(() => outputs(1).allInnerTexts().then(String)).toMatch(/TS2322|not assignable/)
    await run(2)
    await soon(() => outputs(2).allInnerTexts().then(String)).toContain('on purpose')
    await keepPicture('errors')
  })

  test('completes members and explains a name', async () => {
    await open('const answer = { firstPart: 1, secondPart: 2 }', 'answer.')
    await run(0)
    await waitForIdle(page)
    await cell(1).locator('.cm-content').click()
    await page.keyboard.press('End')
    // JupyterLab gives a kernel one second to answer; on a busy machine the first time may need another try.
    const items = page.locator('.jp-Completer:not(.lm-mod-hidden) .jp-Completer-item')
    for (let tries = 0; tries < 5 && (await items.count()) === 0; tries++) {
      await page.keyboard.press('Tab')
      await items
        .first()
        .waitFor({ timeout: 5000 })
        .catch(() => {})
    }
    const offered = await page.locator('.jp-Completer-item').allInnerTexts()
    expect(offered.join(' ')).toContain('firstPart')
    await keepPicture('completer')
    await page.keyboard.press('Escape')
    await cell(0).locator('.cm-content').click()
    await page.keyboard.press('Control+Home')
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Shift+Tab')
    const tooltip = page.locator('.jp-Tooltip')
    await tooltip.waitFor()
    await soon(() => tooltip.innerText()).toContain('firstPart: number')
    await keepPicture('tooltip')
    await page.keyboard.press('Escape')
  })

  test('interrupts a loop and keeps the variables', async () => {
    await open('let kept = 5', "console.log('on')\nwhile (true) {}", 'kept + 1')
    await run(0)
    await run(1)
    await soon(() => outputs(1).allInnerTexts().then(String)).toContain('on')
    await command('notebook:interrupt-kernel')
    await soon(() => outputs(1).allInnerTexts().then(String)).toMatch(/[Ii]nterrupt/)
    await run(2)
    await soon(() => outputs(2).allInnerTexts()).toEqual(['6'])
  })

  test('restarts: the variables are gone, counting begins again, and nobody is told that the kernel died', async () => {
    await open('let mine = 5', "typeof mine === 'undefined' ? 'gone' : 'here'")
    await run(0)
    await waitForIdle(page)
    await command('notebook:restart-kernel')
    const confirm = page.locator('.jp-Dialog .jp-mod-accept', { hasText: 'Restart' })
    await confirm.click()
    await page.locator('.jp-Dialog').waitFor({ state: 'detached' })
    await waitForIdle(page)
    await page.evaluate(() => {
      const panel = lab.shell.currentWidget as unknown as {
        content: { model: { sharedModel: { cells: { setSource(text: string): void }[] } } }
      }
      panel.content.model.sharedModel.cells[1]!.setSource("'mine' in globalThis ? 'here' : 'gone'")
    })
    await run(1)
    await soon(() => outputs(1).allInnerTexts()).toEqual(["'gone'"])
    expect(await cell(1).locator('.jp-InputPrompt').innerText()).toContain('[1]')
    expect(await page.locator('.jp-Dialog').count()).toBe(0)
  })

  test('asks for input and for a password', async () => {
    await open(
      "const who = await input('Your name: ')\nwho.toUpperCase()",
      "(await password('Secret: ')).length",
    )
    await run(0)
    const box = page.locator('.jp-Stdin-input')
    await box.waitFor()
    await box.fill('edwin')
    await box.press('Enter')
    await soon(() => outputs(0).allInnerTexts().then(String)).toContain('EDWIN')
    await box.waitFor({ state: 'detached' })
    await run(1)
    await box.waitFor()
    expect(await box.getAttribute('type')).toBe('password')
    await box.fill('12345')
    await box.press('Enter')
    await soon(() => outputs(1).allInnerTexts().then(String)).toContain('5')
    expect(await outputs(1).allInnerTexts().then(String)).not.toContain('12345')
  })

  test('shows a slider whose movement reaches the kernel', async () => {
    await open('interact({ x: widgets.slider(1, 10) }, ({ x }) => `square ${x * x}`)')
    await run(0)
    const handle = cell(0).locator('.noUi-handle')
    await handle.waitFor({ timeout: 20_000 })
    await keepPicture('slider')
    await handle.focus()
    const before = await outputs(0).allInnerTexts().then(String)
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight')
    await soon(() => outputs(0).allInnerTexts().then(String)).not.toBe(before)
    expect(await outputs(0).allInnerTexts().then(String)).toMatch(/square \d+/)
  })

  test('a comm that the page opens carries bytes both ways, of a view into a larger buffer only its own', async () => {
    await open(
      `comms.registerTarget('plus-one', (comm) => {
  comm.onMessage(({ data, buffers }) => comm.send(data, { buffers: buffers.map((b) => b.map((x) => x + 1).subarray(1)) }))
})
'ready'`,
    )
    await run(0)
    await soon(() => outputs(0).allInnerTexts()).toEqual(["'ready'"])
    const answer = await page.evaluate(async () => {
      const { session } = (lab.shell.currentWidget as unknown as { sessionContext: { session: OpenSession } })
        .sessionContext
      const comm = session.kernel.createComm('plus-one')
      comm.open()
      const heard = new Promise<CommMessage>((resolve) => {
        comm.onMsg = resolve
      })
      const far = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no answer')), 15_000))
      comm.send({ n: 5 }, {}, [new Uint8Array([1, 2, 3]).buffer, new Uint8Array(100_000).fill(9).buffer])
      const { content, buffers } = await Promise.race([heard, far])
      const [few = [], many = []] = buffers.map((view) => [
        ...new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
      ])
      return { data: content.data, few, many: [many.length, new Set(many).size, many[0]] }
    })
    expect(answer).toEqual({ data: { n: 5 }, few: [3, 4], many: [99_999, 1, 10] })
  })
})

interface OpenSession {
  readonly kernel: { createComm(target: string): OpenComm }
}

interface OpenComm {
  open(): void
  send(data: object, metadata: object, buffers: readonly ArrayBuffer[]): void
  onMsg: (message: CommMessage) => void
}

interface CommMessage {
  readonly content: { readonly data: unknown }
  readonly buffers: readonly DataView[]
}

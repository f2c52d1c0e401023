import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Headless Chromium; FIRSTLIGHT_CHROMIUM names another one. Missing, the test fails and says what to install. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['FIRSTLIGHT_CHROMIUM'] ?? PLACES.find((path) => existsSync(path))
  if (executablePath === undefined) throw new Error('No Chromium found (Debian: apt install chromium)')
  return await chromium.launch({ executablePath, headless: true, args: FLAGS })
}

/** What a page has complained about; JupyterLab's own harmless warnings are not errors. */
export interface Complaints {
  readonly errors: string[]
}

export function listenForErrors(page: Page): Complaints {
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message))
  page.on('response', (answer) => {
    if (answer.status() >= 400) errors.push(`${answer.status()} ${answer.url()}`)
  })
  return { errors }
}

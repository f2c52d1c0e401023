import { spawn } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Open a link in the user's browser, if this machine has a screen. The link carries the token, and other users can read
 * command lines: the browser is given a private file that leads on to it.
 * @returns removes the file
 */
export async function openBrowser(url: string): Promise<() => Promise<void>> {
  const command = opener()
  if (command === undefined) return async () => {}
  const file = join(tmpdir(), `firstlight-${crypto.randomUUID()}.html`)
  const html = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${url}"><title>Firstlight</title>`
  await writeFile(file, html, { mode: 0o600 })
  const child = spawn(command, [file], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
  return () => rm(file, { force: true })
}

function opener(): string | undefined {
  if (process.platform === 'darwin') return 'open'
  if (process.platform !== 'linux') return undefined
  return process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] ? 'xdg-open' : undefined
}

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyNotebooks } from '../../src/cli/firstlight/shipped-notebooks.ts'

const COMMAND = fileURLToPath(new URL('../../dist/src/cli/firstlight.js', import.meta.url))
let dir: string
beforeAll(() => {
  if (!existsSync(COMMAND)) throw new Error('dist is missing: npm run build comes before this test')
  dir = mkdtempSync(join(tmpdir(), 'firstlight-start-'))
  mkdirSync(join(dir, 'repo'))
  writeFileSync(join(dir, 'repo/butler.yaml'), '')
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function run(...args: string[]) {
  const env = { ...process.env, HOME: dir, XDG_STATE_HOME: join(dir, 'state') }
  const child = spawn(
    process.execPath,
    [COMMAND, 'start', '--no-browser', '--root', join(dir, 'root'), ...args],
    { env },
  )
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (text += part.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const printed = async (wanted: RegExp): Promise<RegExpExecArray> => {
    for (let i = 0; i < 300; i++) {
      const found = wanted.exec(text)
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`not printed: ${wanted}; but: ${text}`)
  }
  return { child, ended, printed, text: () => text }
}

test('prints one link that logs in, and leaves nothing running after Ctrl+C', async () => {
  const started = run('--port', '0', '--repo', join(dir, 'repo'))
  const [link] = await started.printed(/http:\/\/127\.0\.0\.1:\d+\/lab\?token=[0-9a-f]{64}/)
  const answer = await fetch(link, { redirect: 'manual' })
  expect(answer.status).toBe(302)
  expect(answer.headers.get('location')).toBe('/lab')
  started.child.kill('SIGINT')
  expect(await started.ended).toBe(0)
  await expect(fetch(link)).rejects.toThrow()
  expect(started.text().match(/token=/g)).toHaveLength(1)
})

test('a busy port is named with its cure, exit code 1', async () => {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  const { port } = holder.address() as { port: number }
  const started = run('--port', String(port), '--repo', join(dir, 'repo'))
  expect(await started.ended).toBe(1)
  expect(started.text()).toContain(`Port ${port} of 127.0.0.1 is already in use.`)
  expect(started.text()).toContain(`firstlight start --port ${port + 1}`)
  expect(started.text()).not.toMatch(/\n {4}at /)
  holder.close()
})

test('a folder that is no repository and a port that is no number are refused', async () => {
  const started = run('--port', '0', '--repo', join(dir, 'absent'))
  expect(await started.ended).toBe(1)
  expect(started.text()).toContain('absent is not a data repository')
  const wrong = run('--port', 'x')
  expect(await wrong.ended).toBe(1)
  expect(wrong.text()).toContain('0 to 65535')
})

test('shipped notebooks are brought up to date, edited ones are left alone', async () => {
  const [from, to] = [join(dir, 'shipped'), join(dir, 'mine')]
  for (const folder of [from, to]) mkdirSync(folder)
  const ship = (name: string, text: string) => writeFileSync(join(from, name), text)
  ship('a.ipynb', 'a1')
  ship('b.ipynb', 'b1')
  ship('README.md', 'no')
  expect(await copyNotebooks(from, to)).toEqual({ written: ['a.ipynb', 'b.ipynb'], kept: [] })
  expect(await copyNotebooks(from, to)).toEqual({ written: [], kept: [] })
  writeFileSync(join(to, 'b.ipynb'), 'my own')
  ship('a.ipynb', 'a2')
  ship('b.ipynb', 'b2')
  expect(await copyNotebooks(from, to)).toEqual({ written: ['a.ipynb'], kept: ['b.ipynb'] })
  expect(readFileSync(join(to, 'a.ipynb'), 'utf8')).toBe('a2')
  expect(readFileSync(join(to, 'b.ipynb'), 'utf8')).toBe('my own')
})

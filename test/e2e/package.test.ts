import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { firstLightRepo } from '../support/first-light-repo.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'package-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** Where Node's own headers are, better-sqlite3 compiles with them; see tools/install.mjs. */
function npmEnv(): NodeJS.ProcessEnv {
  const prefix = dirname(dirname(process.execPath))
  const headers = existsSync(join(prefix, 'include/node/node.h'))
  return { ...process.env, ...(headers && { npm_config_nodedir: prefix }) }
}

test('the packed tarball, installed in an empty folder, starts the workbench', {
  timeout: 600_000,
}, async () => {
  const repo = await firstLightRepo()
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', work], {
    cwd: root,
    encoding: 'utf8',
  })
  const [{ filename, size, unpackedSize }] = JSON.parse(packed.slice(packed.indexOf('['))) as [
    { filename: string; size: number; unpackedSize: number },
  ]
  const empty = join(work, 'empty')
  mkdirSync(empty)
  writeFileSync(join(empty, 'package.json'), '{ "private": true }')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', join(work, filename)], {
    cwd: empty,
    env: npmEnv(),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const installed = Number(
    execFileSync('du', ['-sm', join(empty, 'node_modules')], { encoding: 'utf8' }).split('\t')[0],
  )
  console.log(
    `tarball ${(size / 1e6).toFixed(1)} MB, unpacked ${(unpackedSize / 1e6).toFixed(1)} MB, installed ${installed} MB with its dependencies`,
  )
  expect(installed).toBeLessThanOrEqual(300)

  const run = (...words: readonly string[]) =>
    execFileSync('npx', words, { cwd: empty, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  run('butler', 'create', 'repo')
  run('butler', 'register-instrument', 'repo', 'lsst.obs.subaru.HyperSuprimeCam')
  expect(run('butler', 'query-dimension-records', 'repo', 'instrument')).toContain('HSC')

  const server = spawn(
    'npx',
    ['firstlight', 'start', '--port', '0', '--no-browser', '--repo', repo, '--root', join(work, 'notebooks')],
    { cwd: empty, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  try {
    const url = await linkOf(server.stdout, server.stderr)
    const page = await fetch(url, { redirect: 'follow' })
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('Firstlight')
    const token = new URL(url).searchParams.get('token') ?? ''
    const specs = await fetch(new URL('/api/kernelspecs', url), {
      headers: { Authorization: `token ${token}` },
    })
    expect(await specs.json()).toMatchObject({ kernelspecs: { firstlight: {} } })
  } finally {
    if (server.pid !== undefined) process.kill(-server.pid, 'SIGTERM')
  }
})

/** The link `firstlight start` prints. */
function linkOf(out: NodeJS.ReadableStream, err: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const take = (chunk: Buffer) => {
      text += chunk.toString()
      const found = /http:\/\/127\.0\.0\.1:\d+\/\S*token=\S+/.exec(text)
      if (found) resolve(found[0])
    }
    out.on('data', take)
    err.on('data', take)
    out.on('end', () => reject(new Error(`firstlight start ended without a link: ${text}`)))
  })
}

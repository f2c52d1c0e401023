import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer } from '#server'
import { addKernelspec, startTestServer, type TestServer } from './support/server.ts'

let server: TestServer
let cookie: string
let xsrf: string

beforeAll(async () => {
  server = await startTestServer({ allowOrigins: ['https://trusted.example.com'] })
  mkdirSync(join(server.dir, 'testtest'))
  writeFileSync(join(server.dir, 'testtest/secret.txt'), 'SECRET')
  writeFileSync(join(server.dir, 'secret.txt'), 'SECRET')
  writeFileSync(join(server.root, '.hidden'), 'SECRET')
  mkdirSync(join(server.root, '.ssh'))
  writeFileSync(join(server.root, '.ssh/key'), 'SECRET')
  writeFileSync(join(server.root, 'page.html'), '<script>parent.evil()</script>')
  symlinkSync(join(server.dir, 'secret.txt'), join(server.root, 'link.txt'))
  symlinkSync(server.dir, join(server.root, 'up'))
  symlinkSync('.ssh', join(server.root, 'visible'))
  symlinkSync(join(server.dir, 'nowhere.txt'), join(server.root, 'dangling.txt'))
  const login = await server.raw(`/lab?token=${server.token}`)
  const lines = login.headers.getSetCookie()
  cookie = lines.map((line) => line.split(';')[0]).join('; ')
  xsrf = /_xsrf=([^;]+)/.exec(cookie)?.[1] ?? ''
})
afterAll(() => server.close())

/** Send bytes that fetch would tidy up; the whole answer as text. */
function rawHttp(lines: readonly string[], body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () =>
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`),
    )
    let text = ''
    socket.on('data', (part) => {
      text += part.toString('latin1')
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
  })
}
const rawGet = (target: string, headers: readonly string[] = []) =>
  rawHttp([
    `GET ${target} HTTP/1.1`,
    ...(headers.some((line) => line.startsWith('Host')) ? [] : [`Host: 127.0.0.1:${server.port}`]),
    `Authorization: token ${server.token}`,
    'Connection: close',
    ...headers,
  ])
const statusOf = (answer: string) => Number(answer.split(' ')[1])

describe('1. paths out of the root', () => {
  test.each([
    '/api/contents/../secret.txt',
    '/api/contents/%2e%2e/secret.txt',
    '/api/contents/..%2fsecret.txt',
    '/api/contents/a/..%2f..%2fsecret.txt',
    '/api/contents/..%5csecret.txt',
    '/api/contents/x%00.txt',
    '/api/contents//etc/passwd',
    '/api/contents/%2fetc%2fpasswd',
    '/api/contents/%2f%2fhost%2fshare',
    '/api/contents/%5c%5chost%5cshare',
    '/api/contents/%252e%252e/secret.txt',
    '/api/contents/....//....//secret.txt',
    '/api/contents/../testtest/secret.txt',
    '/api/contents/file:/etc/passwd',
    '/api/contents/C:/windows',
    '/api/contents/link.txt',
    '/api/contents/up/secret.txt',
    '/api/contents/up/testtest/secret.txt',
    '/api/contents/.hidden',
    '/api/contents/.ssh/key',
    '/api/contents/visible/key',
    '/files/../secret.txt',
    '/files/%2e%2e%2fsecret.txt',
    '/files/link.txt',
    '/files/.hidden',
    '/files/file:%2f%2f%2fetc%2fpasswd',
    '/nbconvert/markdown/..%2fsecret.ipynb',
    '/static/../secret.txt',
    '/static/..%2f..%2fsecret.txt',
    '/kernelspecs/firstlight/..%2f..%2fsecret.txt',
    '/api/contents/%ff',
  ])('%s', async (target) => {
    const answer = await rawGet(target)
    expect(statusOf(answer)).toBeGreaterThanOrEqual(400)
    expect(statusOf(answer)).toBeLessThan(500)
    expect(answer).not.toContain('SECRET')
    expect(answer).not.toContain(server.dir)
  })

  test.each(['up/new.txt', 'dangling.txt', '.bashrc', 'visible/authorized_keys', '..%2fnew.txt'])(
    'writing to %s',
    async (path) => {
      const model = { type: 'file', format: 'text', content: 'x' }
      expect((await server.call('PUT', `/api/contents/${path}`, model)).status).toBeGreaterThanOrEqual(400)
      expect(
        (await server.call('PATCH', '/api/contents/page.html', { path: decodeURIComponent(path) })).status,
      ).toBeGreaterThanOrEqual(400)
    },
  )

  test('links out of the root are not listed', async () => {
    const model = (await (await server.call('GET', '/api/contents')).json()) as {
      content: { name: string }[]
    }
    const names = model.content.map(({ name }) => name)
    expect(names).toEqual(['page.html'])
  })
})

describe('2. open redirects', () => {
  test.each([
    '//evil.com',
    '/\\evil.com',
    'https:evil.com',
    '///evil.com',
    'https://evil.com',
    '/%0d%0aX: y',
    '/\t/evil.com',
    'javascript:alert(1)',
    '/%2f%2fevil.com',
    '/%5cevil.com',
    '%2f%2fevil.com',
    '/.//evil.com',
    '/lab/..//evil.com/..%2f',
  ])('next=%s stays here', async (next) => {
    const answer = await server.raw('/login', {
      method: 'POST',
      body: new URLSearchParams({ token: server.token, next }),
    })
    expect(answer.status).toBe(302)
    const location = answer.headers.get('location') ?? ''
    expect(new URL(location, server.base).origin).toBe(server.base)
    expect(location.startsWith('/')).toBe(true)
    expect(location.startsWith('//')).toBe(false)
  })
  test('a redirect never carries the token', async () => {
    const logged = await server.raw(`/lab/tree/a.ipynb?token=${server.token}&reset`)
    expect(logged.headers.get('location')).toBe('/lab/tree/a.ipynb?reset=')
    const refused = await server.raw('/lab?token=wrong')
    expect(refused.headers.get('location')).toBe('/login?next=%2Flab&wrong=1')
    expect(statusOf(await rawGet('//evil.com/lab'))).toBe(404)
  })
})

describe('3. hosts and origins', () => {
  test.each([
    'evil.com',
    'evil.com:8888',
    '127.0.0.1.evil.com',
    '0.0.0.0',
    'localhost.evil.com',
    'localhost@evil.com',
    '',
  ])('Host: %s is refused', async (host) => {
    expect(statusOf(await rawGet('/api/status', [`Host: ${host}`]))).toBeGreaterThanOrEqual(400)
  })
  test.each([
    'https://evil.com',
    'null',
    'https://trusted.example.com.evil.com',
    'https://trusted.example.com:444',
    'https://eviltrusted.example.com',
    'http://127.0.0.1:1',
  ])('Origin: %s is refused, even with the token', async (origin) => {
    expect(statusOf(await rawGet('/api/status', [`Origin: ${origin}`]))).toBe(403)
  })
  test('an allowed origin and our own are served', async () => {
    const answer = await rawGet('/api/status', ['Origin: https://trusted.example.com'])
    expect(statusOf(answer)).toBe(200)
    expect(answer).toContain('Access-Control-Allow-Origin: https://trusted.example.com')
    expect(statusOf(await rawGet('/api/status', [`Origin: http://127.0.0.1:${server.port}`]))).toBe(200)
  })
})

describe('4. cross-site requests with the cookie', () => {
  const withCookie = (path: string, init: RequestInit = {}) =>
    server.raw(path, { ...init, headers: { Cookie: cookie, ...init.headers } })
  const post = (headers: Record<string, string>) =>
    withCookie('/api/contents', { method: 'POST', headers, body: '{"type":"file"}' })

  test('writing needs the xsrf value of this login', async () => {
    expect((await post({})).status).toBe(403)
    expect((await post({ 'X-XSRFToken': 'x' })).status).toBe(403)
    expect((await post({ 'X-XSRFToken': xsrf })).status).toBe(201)
  })
  test('an _xsrf cookie set by a sibling does not help', async () => {
    const answer = await server.raw('/api/contents', {
      method: 'POST',
      headers: { Cookie: `${cookie.replace(/_xsrf=[^;]+/, '_xsrf=evil')}`, 'X-XSRFToken': 'evil' },
      body: '{}',
    })
    expect(answer.status).toBe(403)
  })
  test('reading needs a sign that our page asked', async () => {
    expect((await withCookie('/files/page.html')).status).toBe(403)
    expect((await withCookie(`/files/page.html?_xsrf=${xsrf}`)).status).toBe(403)
    for (const site of ['cross-site', 'same-site']) {
      expect((await withCookie('/files/page.html', { headers: { 'Sec-Fetch-Site': site } })).status).toBe(403)
    }
    const noCors = { 'Sec-Fetch-Mode': 'no-cors', Referer: 'http://evil.com/' }
    expect((await withCookie('/api/contents', { headers: noCors })).status).toBe(403)
    expect((await withCookie('/api/contents', { headers: { Referer: `${server.base}/lab` } })).status).toBe(
      200,
    )
    expect((await withCookie('/files/page.html', { headers: { 'Sec-Fetch-Site': 'none' } })).status).toBe(200)
  })
  test('a form on another page cannot log in', async () => {
    const body = new URLSearchParams({ token: server.token })
    const answer = await server.raw('/login', {
      method: 'POST',
      body,
      headers: { 'Sec-Fetch-Site': 'cross-site' },
    })
    expect(answer.status).toBe(403)
  })
  test('without login: pages go to the form, calls get 403', async () => {
    expect((await server.raw('/lab')).status).toBe(302)
    for (const path of [
      '/api/contents',
      '/api/kernels',
      '/api/me',
      '/files/page.html',
      '/lab/api/settings',
    ]) {
      expect((await server.raw(path)).status).toBe(403)
    }
    expect((await server.raw('/api')).status).toBe(200)
  })
})

describe('5. cookies', () => {
  test('are HttpOnly and SameSite, and a changed one is worthless', async () => {
    const login = await server.raw(`/lab?token=${server.token}`)
    const [line = ''] = login.headers.getSetCookie()
    expect(line).toMatch(/^firstlight-\d+=.*HttpOnly; SameSite=Lax$/)
    expect(line).not.toContain(server.token)
    const forged = cookie.replace(
      /=(\w{31})(\w)\./,
      (_all, head: string, last: string) => `=${head}${last === '0' ? '1' : '0'}.`,
    )
    const answer = await server.raw('/lab', { headers: { Cookie: forged } })
    expect(answer.status).toBe(302)
  })
  test('die with their server, even under the same token', async () => {
    const again = await startTestServer({ token: server.token })
    try {
      const name = `firstlight-${again.port}`
      const stolen = cookie.replace(/firstlight-\d+/, name)
      expect((await again.raw('/lab', { headers: { Cookie: stolen } })).status).toBe(302)
    } finally {
      await again.close()
    }
  })
})

describe('6. secrets and stacks', () => {
  test('neither token nor cookie is ever logged', async () => {
    await server.raw(`/lab?token=${server.token}`)
    await server.raw(`/nowhere?token=${server.token}`, {
      headers: { Referer: `${server.base}/lab?token=${server.token}` },
    })
    await server.raw(`/api/contents/x?token=${server.token}`)
    addKernelspec(server, 'broken', ['/nowhere/kernel', '{connection_file}'])
    const failing = await server.raw(`/api/kernels?token=${server.token}`, {
      method: 'POST',
      headers: { Referer: `${server.base}/lab?token=${server.token}` },
      body: '{"name":"broken"}',
    })
    expect(failing.status).toBe(500)
    expect(await failing.text()).not.toContain(server.token)
    const text = server.logged.map(({ message }) => message).join('\n')
    expect(text.length).toBeGreaterThan(0)
    expect(text).not.toContain(server.token)
    expect(text).not.toContain(cookie.split('=')[1]?.slice(0, 20))
  })
  test('a client sees no stack and no folder', async () => {
    const answer = await server.call('PUT', '/api/contents/a.ipynb', {
      type: 'notebook',
      content: { cells: [{ cell_type: 'code', metadata: null, source: 1, outputs: 1 }] },
    })
    const text = await answer.text()
    expect(text).not.toMatch(/at .*\.(ts|js):\d+/)
    expect(text).not.toContain(server.dir)
  })
})

describe('7. content that would run', () => {
  test('user files are sandboxed, pages allow no inline script', async () => {
    const file = await rawGet('/files/page.html')
    expect(file).toMatch(/Content-Security-Policy: sandbox allow-scripts/)
    expect(file).toMatch(/X-Content-Type-Options: nosniff/)
    const page = await server.raw('/lab', { headers: { Cookie: cookie } })
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/)
    expect(policy).toContain("frame-ancestors 'self'")
    expect(policy).toContain("default-src 'none'")
    expect(await page.text()).not.toMatch(/<script(?![^>]*(?:src=|application\/json))/)
    writeFileSync(join(server.root, 'image.svg'), '<svg xmlns="http://www.w3.org/2000/svg" onload="evil()"/>')
    expect(await rawGet('/files/image.svg')).toMatch(/Content-Security-Policy: sandbox allow-scripts/)
    const download = await server.call('GET', '/files/page.html?download=1')
    expect(download.headers.get('content-disposition')).toContain('attachment')
  })
  test('names and paths are escaped in pages', async () => {
    const page = await server.raw('/lab/tree/%3C%2Fscript%3E%3Cscript%3Ealert(1)', {
      headers: { Cookie: cookie },
    })
    expect(await page.text()).not.toContain('</script><script>alert')
    const evil = '</script><script>alert(1)'
    const workspace = { data: { 'layout:x': evil }, metadata: { id: evil } }
    const kept = await server.call('PUT', `/lab/api/workspaces/${encodeURIComponent(evil)}`, workspace)
    expect(kept.status).toBe(204)
    await server.call('PUT', '/lab/api/settings/test:plugin', { raw: `{ "x": "${evil}" }` })
    const restored = await server.raw(`/lab/workspaces/${encodeURIComponent(evil)}`, {
      headers: { Cookie: cookie },
    })
    expect(restored.status).toBe(200)
    expect(await restored.text()).not.toContain('</script><script>alert')
    const login = await server.raw('/login?next=%2F%22%3E%3Cscript%3E')
    expect(await login.text()).not.toContain('"><script>')
  })
})

describe('10. too much', () => {
  test('deep JSON and bodies over the limit are refused, and the server lives', async () => {
    const deep = '['.repeat(100_000)
    const headers = { Authorization: `token ${server.token}` }
    expect((await server.raw('/api/sessions', { method: 'POST', headers, body: deep })).status).toBe(400)
    const large = `{"path":"${'x'.repeat(2 << 20)}"}`
    expect((await server.raw('/api/sessions', { method: 'POST', headers, body: large })).status).toBe(413)
    expect((await server.raw('/api/sessions', { method: 'POST', headers, body: 'no json' })).status).toBe(400)
    expect((await server.call('GET', '/api/status')).status).toBe(200)
  })
})

describe('12. what there is not', () => {
  test('terminals and unknown endpoints answer 404, wrong verbs 405', async () => {
    expect((await server.call('GET', '/api/terminals')).status).toBe(404)
    expect((await server.call('POST', '/api/terminals', {})).status).toBe(404)
    expect((await server.call('GET', '/api/nothing')).status).toBe(404)
    expect((await server.call('DELETE', '/api/status')).status).toBe(405)
  })
})

test('the port listens on loopback only, and a busy one is named with its cure', async () => {
  const other = startServer({ root: server.root, port: server.port, stateDir: join(server.dir, 'other') })
  await expect(other).rejects.toMatchObject({
    code: 'server/port-busy',
    message: expect.stringContaining(String(server.port)) as string,
    hint: expect.stringContaining(`--port ${server.port + 1}`) as string,
  })
  await expect(startServer({ root: join(server.dir, 'absent') })).rejects.toMatchObject({
    code: 'server/no-root',
  })
  const { networkInterfaces } = await import('node:os')
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((net) => net !== undefined && !net.internal && net.family === 'IPv4')
  if (outside === undefined) return
  await expect(fetch(`http://${outside.address}:${server.port}/api`)).rejects.toThrow()
})

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer } from '#server'
import { TestChannel } from './support/channel.ts'
import { addKernelspec, startTestServer, type TestServer } from './support/server.ts'

const FAKE = fileURLToPath(new URL('support/fake-kernel.mjs', import.meta.url))
const PIECE = 64 << 10
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    limits: { requestMs: 800, headersMs: 600, kernels: 3, uploadBytes: 4 * PIECE },
  })
  addKernelspec(server, 'fake', [process.execPath, FAKE, '{connection_file}'])
})
afterAll(() => server.close())

/** Send a beginning and then nothing; resolves with what came back and after how long the server gave up. */
function dawdle(beginning: string): Promise<{ answer: string; ms: number }> {
  const began = performance.now()
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(beginning))
    let answer = ''
    socket.on('data', (part) => (answer += part.toString()))
    socket.on('error', () => {})
    socket.on('close', () => resolve({ answer, ms: performance.now() - began }))
  })
}

describe('10. too much of everything', () => {
  test('a body that never ends to arrive, and headers that never do, are given up', async () => {
    const head = `PUT /api/contents/x.txt HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: token ${server.token}\r\n`
    const [body, headers] = await Promise.all([
      dawdle(`${head}Content-Length: 1000\r\n\r\n{"type"`),
      dawdle(head),
    ])
    expect(body.ms).toBeLessThan(8000)
    expect(headers.ms).toBeLessThan(8000)
    expect(headers.answer).toContain('HTTP/1.1 408 ')
    expect(existsSync(join(server.root, 'x.txt'))).toBe(false)
  })

  test('a client that leaves in the middle of its request is no error of the server', async () => {
    const own = await startTestServer()
    try {
      const head = `POST /login HTTP/1.1\r\nHost: 127.0.0.1:${own.port}\r\nContent-Length: 1000\r\n\r\ntoken=`
      const socket = connect(own.port, '127.0.0.1', () => socket.write(head, () => setTimeout(leave, 50)))
      const leave = () => socket.destroy()
      const left = () => own.logged.filter(({ message }) => message.startsWith('POST /login'))
      await expect.poll(() => left().map(({ level }) => level)).toEqual(['DEBUG'])
    } finally {
      await own.close()
    }
  })

  test('what is no request, or has headers without end, is told so', async () => {
    expect((await dawdle('FOO /api HTTP/1.1\r\nHost: localhost\r\n\r\n')).answer).toContain('HTTP/1.1 501 ')
    expect((await dawdle('\x16\x03\x01\x02\r\n\r\n')).answer).toContain('HTTP/1.1 400 ')
    const two = 'PATCH /api HTTP/1.1\r\nHost: localhost\r\n\r\n5\r\nhello\r\n0\r\n\r\n'
    expect((await dawdle(two)).answer).toMatch(/^HTTP\/1\.1 4/)
    const wide = await dawdle(`GET /api HTTP/1.1\r\nX: ${'x'.repeat(1 << 15)}\r\n\r\n`)
    expect(wide.answer).toContain('HTTP/1.1 431 ')
  })

  test('pieces that never end are refused at the limit, and leave nothing behind', async () => {
    const content = 'x'.repeat(PIECE)
    const statuses: number[] = []
    for (let chunk = 1; chunk <= 6; chunk++) {
      const model = { type: 'file', format: 'text', content, chunk }
      statuses.push((await server.call('PUT', '/api/contents/endless.txt', model)).status)
    }
    expect(statuses).toEqual([201, 200, 200, 200, 413, 400])
    expect(readdirSync(server.root).filter((name) => name.includes('endless'))).toEqual([])
  })

  test('kernels beyond the limit are refused until one has ended', async () => {
    const start = () => server.call('POST', '/api/kernels', { name: 'fake' })
    const answers = await Promise.all(Array.from({ length: 6 }, start))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 503, 503, 503])
    const running = (await (await server.call('GET', '/api/kernels')).json()) as { id: string }[]
    expect(running).toHaveLength(3)
    await Promise.all(running.map(({ id }) => server.call('DELETE', `/api/kernels/${id}`)))
    const again = await start()
    expect(again.status).toBe(201)
    await server.call('DELETE', `/api/kernels/${((await again.json()) as { id: string }).id}`)
  })

  test('a websocket frame of more than 64 MB ends its socket, not the kernel', async () => {
    const { id } = (await (await server.call('POST', '/api/kernels', { name: 'fake' })).json()) as {
      id: string
    }
    const channel = await TestChannel.open(server, id)
    const closed = new Promise<number>((resolve) => channel.socket.once('close', resolve))
    channel.socket.send(Buffer.alloc((64 << 20) + 1))
    expect(await closed).toBe(1009)
    const back = await TestChannel.open(server, id, { session: channel.session })
    const cell = back.execute('alive')
    await back.idle(cell)
    expect(back.printed(cell)).toBe('alive')
    await server.call('DELETE', `/api/kernels/${id}`)
  })
})

describe('11. the kernel process', () => {
  test('its connection file is for this user alone and goes with it; every port is on loopback', async () => {
    const { id } = (await (await server.call('POST', '/api/kernels', { name: 'fake' })).json()) as {
      id: string
    }
    const runtime = join(server.dir, 'state/runtime')
    const files = readdirSync(runtime)
    expect(files).toHaveLength(1)
    const file = join(runtime, files[0]!)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(runtime).mode & 0o077).toBe(0)
    const info = JSON.parse(readFileSync(file, 'utf8')) as {
      ip: string
      key: string
      signature_scheme: string
    }
    expect(info).toMatchObject({ ip: '127.0.0.1', signature_scheme: 'hmac-sha256' })
    expect(info.key.length).toBeGreaterThanOrEqual(32)
    for (let i = 0; i < 3; i++) {
      expect((await server.call('POST', `/api/kernels/${id}/restart`)).status).toBe(200)
      expect(readdirSync(runtime)).toHaveLength(1)
    }
    await server.call('DELETE', `/api/kernels/${id}`)
    expect(readdirSync(runtime)).toEqual([])
  })

  test('neither the token nor an inspector of the server is inherited', async () => {
    process.env['NODE_OPTIONS'] = '--inspect=0 --no-deprecation'
    process.env['FIRSTLIGHT_TOKEN'] = 'do not tell'
    const own = await startTestServer()
    delete process.env['NODE_OPTIONS']
    delete process.env['FIRSTLIGHT_TOKEN']
    addKernelspec(own, 'fake', [process.execPath, FAKE, '{connection_file}'])
    try {
      const { id } = (await (await own.call('POST', '/api/kernels', { name: 'fake' })).json()) as {
        id: string
      }
      const channel = await TestChannel.open(own, id)
      const print = async (name: string) => {
        const cell = channel.execute(`env ${name}`)
        await channel.idle(cell)
        return channel.printed(cell)
      }
      expect(await print('NODE_OPTIONS')).toBe('--no-deprecation')
      expect(await print('FIRSTLIGHT_TOKEN')).toBe('unset')
    } finally {
      await own.close()
    }
  })
})

test('a notebook that another program has spoilt is replaced by its last save, and set aside', async () => {
  const good = JSON.stringify({ cells: [], metadata: { kept: true }, nbformat: 4, nbformat_minor: 5 })
  writeFileSync(join(server.root, 'n.ipynb'), good.slice(0, 20))
  expect((await server.call('GET', '/api/contents/n.ipynb')).status).toBe(400)
  writeFileSync(join(server.root, '.~n.ipynb'), good)
  const answer = await server.call('GET', '/api/contents/n.ipynb')
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ content: { metadata: { kept: true } } })
  expect(readFileSync(join(server.root, 'n.ipynb'), 'utf8')).toBe(good)
  expect(readFileSync(join(server.root, 'n.ipynb.invalid'), 'utf8')).toBe(good.slice(0, 20))
})

describe('https', () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'firstlight-tls-'))
    const files = ['-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')]
    const subject = ['-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], {
      stdio: 'ignore',
    })
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  const pem = (name: string) => readFileSync(join(dir, `${name}.pem`), 'utf8')

  test('serves under its certificate, keeps cookies to https and knows its own origin', async () => {
    const own = await startTestServer({ tls: { cert: pem('cert'), key: pem('key') } })
    const ask = (path: string, headers: Record<string, string> = {}) =>
      new Promise<{ status: number; cookies: string[] }>((resolve, reject) => {
        const options = { host: '127.0.0.1', port: own.port, path, headers, ca: pem('cert'), agent: false }
        request(options, (res) => {
          res.resume()
          res.on('end', () =>
            resolve({ status: res.statusCode ?? 0, cookies: res.headers['set-cookie'] ?? [] }),
          )
        })
          .on('error', reject)
          .end()
      })
    try {
      expect(own.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/lab\?token=/)
      const login = await ask(`/lab?token=${own.token}`)
      expect(login.cookies).toHaveLength(2)
      for (const cookie of login.cookies) expect(cookie).toMatch(/; Secure$/)
      const Authorization = `token ${own.token}`
      const origin = (scheme: string) => ({ Authorization, Origin: `${scheme}://127.0.0.1:${own.port}` })
      expect((await ask('/api/status', origin('https'))).status).toBe(200)
      expect((await ask('/api/status', origin('http'))).status).toBe(403)
    } finally {
      await own.close()
    }
  })

  test('a certificate that does not fit its key is refused with a reason', async () => {
    const options = { root: dir, port: 0, stateDir: join(dir, 'state'), tls: { cert: 'no', key: pem('key') } }
    await expect(startServer(options)).rejects.toMatchObject({ code: 'server/bad-certificate' })
  })
})

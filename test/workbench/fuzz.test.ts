import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { Random } from '#math'
import { TestChannel } from './support/channel.ts'
import { addKernelspec, startTestServer, type TestServer } from './support/server.ts'

/**
 * Random paths, bodies and frames against a running server: it must answer each below 500 or close the connection, live
 * on, and not grow. FIRSTLIGHT_FUZZ=N tries N of each (120 here), FIRSTLIGHT_FUZZ_SEED another series; a failure names
 * the input.
 */
const ROUNDS = Number(process.env['FIRSTLIGHT_FUZZ'] ?? 120)
const SEED = process.env['FIRSTLIGHT_FUZZ_SEED'] ?? 'first light'
const FAKE = fileURLToPath(new URL('support/fake-kernel.mjs', import.meta.url))
/** Long series need their time: a tenth of a second each at most on a busy machine, and a minute. */
const TIMEOUT = 60_000 + ROUNDS * 100
/** What the heap may have grown after a series; the series of 120 and of 100,000 alike. */
const GROWTH = 24 << 20

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ limits: { kernels: 2 } })
  addKernelspec(server, 'fake', [process.execPath, FAKE, '{connection_file}'])
})
afterAll(() => server.close())

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random.uniform() * list.length)]!
const below = (random: Random, n: number): number => Math.floor(random.uniform() * n)

async function heapAfterCollection(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    collect()
  }
  return process.memoryUsage().heapUsed
}

/** Run a series; a short one first, so that caches and compiled code are not taken for growth. */
async function series(name: string, one: (random: Random) => Promise<void>): Promise<void> {
  const random = new Random(`${SEED} ${name}`)
  for (let i = 0; i < Math.min(100, ROUNDS); i++) await one(random)
  const before = await heapAfterCollection()
  for (let i = 0; i < ROUNDS; i++) await one(random)
  const grown = (await heapAfterCollection()) - before
  expect((await server.call('GET', '/api/status')).status).toBe(200)
  const faults = server.logged.filter(({ level }) => level === 'ERROR' || level === 'CRITICAL')
  expect(faults.map(({ message }) => message)).toEqual([])
  expect(grown, `heap grew by ${(grown / 1e6).toFixed(1)} MB in ${ROUNDS} rounds`).toBeLessThan(GROWTH)
}

const VERBS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'get', '']
const PIECES = [
  '/',
  '/api',
  '/api/contents',
  '/api/kernels',
  '/api/sessions',
  '/api/kernelspecs',
  '/api/me',
  '/api/config',
  '/files',
  '/lab',
  '/lab/api/settings',
  '/lab/api/workspaces',
  '/lab/api/translations',
  '/static',
  '/kernelspecs',
  '/login',
  '/logout',
  '/doc',
  '/tree',
  '..',
  '%2e%2e',
  '%2f',
  '%5c',
  '\\',
  '%00',
  '\0',
  '%',
  '%ff',
  '%e2%82',
  '//',
  '.',
  '.hidden',
  '~',
  ':',
  ';',
  '?',
  '&',
  '=',
  '#',
  'token=',
  'content=1',
  'type=notebook',
  'format=text',
  'hash=1',
  'checkpoints',
  'trust',
  'channels',
  'restart',
  'interrupt',
  'x.ipynb',
  'file:',
  'C:',
  '*',
  '<script>',
  'é',
  '😀',
  'A'.repeat(300),
  'a/'.repeat(40),
  '__proto__',
]
const HEADERS = [
  'Host: evil.com',
  'Host:',
  'Origin: null',
  'Origin: http://evil',
  'Cookie: ;;;=',
  'Cookie: firstlight-1=a.b',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Key: x',
  'Sec-WebSocket-Version: 13',
  'Content-Length: 5',
  'Content-Length: -1',
  'Transfer-Encoding: chunked',
  'Expect: 100-continue',
  'Accept-Encoding: gzip',
  'If-None-Match: "x"',
  'X-XSRFToken: y',
  'Authorization: token',
  'Authorization: Bearer x',
  `X: ${'y'.repeat(9000)}`,
  'bad header',
  'Range: bytes=0-1',
  'Referer: %',
]

function randomRequest(random: Random): string {
  const target = `${pick(random, ['/', '', 'http://evil/'])}${Array.from({ length: 1 + below(random, 6) }, () => pick(random, PIECES)).join(pick(random, ['', '/', '?', '&']))}`
  const host = random.uniform() < 0.9 ? [`Host: 127.0.0.1:${server.port}`] : []
  const login = random.uniform() < 0.8 ? [`Authorization: token ${server.token}`] : []
  const more = Array.from({ length: below(random, 4) }, () => pick(random, HEADERS))
  const lines = [`${pick(random, VERBS)} ${target} HTTP/1.${below(random, 2)}`, ...host, ...login, ...more]
  return `${lines.join('\r\n')}${pick(random, ['\r\n\r\n', '\r\n\r\n', '\r\n\r\n{"a":', '\n', '\r\n\r\n5\r\nhello\r\n0\r\n\r\n'])}`
}

/** The status of the first answer, or 0 when the server closes without one. */
function statusOf(bytes: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.end(bytes))
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`no end of the answer to ${JSON.stringify(bytes.slice(0, 400))}`))
    }, 10_000)
    let head = ''
    socket.on('data', (part) => {
      if (head.length < 20) head += part.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0))
    })
  })
}

test('HTTP: no path, verb or header makes it fail', { timeout: TIMEOUT }, async () => {
  const seen = new Set<number>()
  await series('paths', async (random) => {
    const bytes = randomRequest(random)
    const status = await statusOf(bytes)
    if (status >= 500) throw new Error(`${status} for ${JSON.stringify(bytes.slice(0, 600))}`)
    seen.add(status)
  })
  // The generator must reach past the first refusal.
  for (const status of [200, 400, 403, 404, 405]) expect(seen).toContain(status)
})

const NAMES = [
  'type',
  'format',
  'content',
  'path',
  'name',
  'kernel',
  'id',
  'chunk',
  'copy_from',
  'ext',
  'raw',
  'data',
  'metadata',
  'cells',
  'nbformat',
  'nbformat_minor',
  'cell_type',
  'source',
  'outputs',
  'env',
  '__proto__',
  'constructor',
  'toString',
  'schema_id',
  'version',
  '',
]
const VALUES = [
  null,
  true,
  false,
  0,
  -1,
  1,
  2,
  4,
  5,
  1e308,
  0.5,
  '',
  'notebook',
  'file',
  'directory',
  'text',
  'base64',
  'json',
  'fake',
  'code',
  'a.txt',
  'sub/a.ipynb',
  '../x',
  '/etc/passwd',
  '.x',
  'x'.repeat(2000),
  '\0',
  '\ud800',
  '😀',
  'AAAA',
  '{"a":1}',
  'fake\n',
]

function randomJson(random: Random, depth = 0): unknown {
  const roll = random.uniform()
  if (depth > 5 || roll < 0.45) return pick(random, VALUES)
  const length = below(random, 5)
  if (roll < 0.6) return Array.from({ length }, () => randomJson(random, depth + 1))
  return Object.fromEntries(
    Array.from({ length }, () => [pick(random, NAMES), randomJson(random, depth + 1)]),
  )
}

const TARGETS = [
  ['PUT', '/api/contents/f.txt'],
  ['PUT', '/api/contents/f.ipynb'],
  ['PUT', '/api/contents/d'],
  ['POST', '/api/contents'],
  ['PATCH', '/api/contents/f.txt'],
  ['POST', '/api/sessions'],
  ['PATCH', '/api/me'],
  ['PATCH', '/api/config/x'],
  ['PUT', '/api/config/x'],
  ['PUT', '/lab/api/settings/test:plugin'],
  ['PUT', '/lab/api/workspaces/w'],
  ['POST', '/api/events'],
  ['POST', '/api/kernels'],
  ['POST', '/api/contents/f.ipynb/trust'],
  ['POST', '/api/contents/f.txt/checkpoints'],
  ['GET', '/api/contents/f.ipynb'],
] as const

test('JSON: no body makes it fail, and what was saved can be read again', { timeout: TIMEOUT }, async () => {
  const seen = new Set<number>()
  await series('bodies', async (random) => {
    const [verb, path] = pick(random, TARGETS)
    const value =
      random.uniform() < 0.8
        ? { type: pick(random, ['file', 'notebook', 'directory']), ...(randomJson(random) as object) }
        : randomJson(random)
    const { status } = await server.call(verb, path, verb === 'GET' ? undefined : value)
    // 503 is the limit on kernels; 500 with a message is a kernel that cannot start, which `fake` can.
    if (status >= 500 && status !== 503)
      throw new Error(`${status} for ${verb} ${path} ${JSON.stringify(value)}`)
    seen.add(status)
    if (random.uniform() < 0.02) await endKernels()
  })
  await endKernels()
  for (const status of [200, 201, 400, 404]) expect(seen).toContain(status)
})

async function endKernels(): Promise<void> {
  const running = (await (await server.call('GET', '/api/kernels')).json()) as { id: string }[]
  await Promise.all(running.map(({ id }) => server.call('DELETE', `/api/kernels/${id}`)))
}

/** Bytes that begin as a frame of the protocol and are then spoilt. */
function randomFrame(random: Random): Buffer | string {
  const header = {
    msg_id: 'x',
    msg_type: pick(random, ['execute_request', 'comm_msg', 'input_reply', 'x']),
    session: 's',
    username: '',
    version: '5.3',
    date: '',
  }
  const parts = [
    pick(random, ['shell', 'control', 'stdin', 'iopub', 'none']),
    JSON.stringify(header),
    '{}',
    JSON.stringify(randomJson(random) ?? {}),
    JSON.stringify({ code: 'x', ...(randomJson(random) as object) }),
  ]
  if (random.uniform() < 0.2)
    return JSON.stringify({
      channel: parts[0],
      header,
      content: randomJson(random),
      parent_header: randomJson(random),
      metadata: randomJson(random),
    })
  const bodies = parts.map((part) => Buffer.from(part))
  const head = Buffer.alloc(8 * (bodies.length + 2))
  head.writeBigUInt64LE(BigInt(bodies.length + 1), 0)
  let offset = head.length
  bodies.forEach((body, i) => {
    head.writeBigUInt64LE(BigInt(offset), 8 * (i + 1))
    offset += body.length
  })
  head.writeBigUInt64LE(BigInt(offset), 8 * (bodies.length + 1))
  const frame = Buffer.concat([head, ...bodies])
  for (let i = below(random, 4); i > 0; i--) frame[below(random, frame.length)] = below(random, 256)
  return random.uniform() < 0.2 ? frame.subarray(0, below(random, frame.length)) : frame
}

test('websocket: no frame of either form makes server or kernel fail', { timeout: TIMEOUT }, async () => {
  const { id } = (await (await server.call('POST', '/api/kernels', { name: 'fake' })).json()) as {
    id: string
  }
  const sockets = new Map<boolean, TestChannel>()
  let [sent, closed] = [0, 0]
  await series('frames', async (random) => {
    const v1 = random.uniform() < 0.6
    let channel = sockets.get(v1)
    if (channel === undefined || channel.socket.readyState !== WebSocket.OPEN) {
      if (channel !== undefined) closed++
      channel = await TestChannel.open(server, id, { v1, session: `fuzz ${v1}` })
      sockets.set(v1, channel)
    }
    channel.heard.length = 0
    const frame = randomFrame(random)
    channel.socket.send(frame, { binary: typeof frame !== 'string' })
    sent++
    await new Promise((resolve) => setTimeout(resolve, 2))
  })
  expect(sent).toBeGreaterThan(ROUNDS)
  expect(closed).toBeGreaterThan(0)
  const last = await TestChannel.open(server, id)
  const cell = last.execute('alive')
  await last.idle(cell)
  expect(last.printed(cell)).toBe('alive')
  await server.call('DELETE', `/api/kernels/${id}`)
})

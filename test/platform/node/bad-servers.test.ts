import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { httpFiles } from '../../../src/platform/node/remote/http-files.ts'
import { s3Files } from '../../../src/platform/node/remote/s3-files.ts'

// Servers as they are: without ranges, with wrong ones, slow, cut off, moved, sulking. What is read is right or an error by name.

type Handler = (request: IncomingMessage, response: ServerResponse, bodyOf: Buffer) => void
let handle: Handler = (_, response) => void response.end()
const seen: string[] = []
const server = createServer((request, response) => {
  const parts: Buffer[] = []
  seen.push(`${request.method} ${request.url}`)
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => handle(request, response, Buffer.concat(parts)))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
const { port } = server.address() as { port: number }
const url = `http://127.0.0.1:${port}`

afterEach(() => {
  vi.unstubAllEnvs()
  seen.length = 0
})

const BYTES = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31 + (i >> 8)) & 255))

function serve(
  change: (headers: Record<string, string | number>, range: readonly number[]) => Buffer | void,
) {
  handle = (request, response) => {
    const m = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    const [first, last] = m === null ? [0, BYTES.length - 1] : [Number(m[1]), Number(m[2])]
    const headers: Record<string, string | number> = { etag: '"1"' }
    if (m !== null) headers['content-range'] = `bytes ${first}-${last}/${BYTES.length}`
    const body = change(headers, [first, last]) ?? BYTES.subarray(first, last + 1)
    headers['content-length'] ??= body.length
    if (request.method === 'HEAD') headers['content-length'] = BYTES.length
    response.writeHead(m === null ? 200 : 206, headers)
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}

const part = async (files = httpFiles, address = `${url}/x.bin`) =>
  (await files.open(address)).read(100_000, 50)

test.each([
  [
    'of another place',
    (h: Record<string, string | number>) => void (h['content-range'] = 'bytes 0-49/200000'),
  ],
  ['that are too short', (_: unknown, [a]: readonly number[]) => BYTES.subarray(a!, a! + 20)],
  ['that are too long', (_: unknown, [a]: readonly number[]) => BYTES.subarray(a!)],
  ['in an unknown form', (h: Record<string, string | number>) => void (h['content-range'] = 'pages 1-2')],
])('ranges %s are an error, not data', async (_, change) => {
  serve(change)
  await expect(part()).rejects.toMatchObject({ code: 'files/failed' })
})

test('a file that is replaced between two reads is an error, not a mixture', async () => {
  serve(() => undefined)
  const source = await httpFiles.open(`${url}/x.bin`)
  expect(Buffer.from(await source.read(5, 5))).toEqual(BYTES.subarray(5, 10))
  serve((headers) => void (headers['etag'] = '"2"'))
  await expect(source.read(150_000, 5)).rejects.toMatchObject({ code: 'files/changed' })
  handle = (_, response) => void response.end(BYTES.subarray(0, 1000))
  await expect(source.read(170_000, 5)).rejects.toMatchObject({ code: 'files/changed' })
})

test.each([
  ['refuses HEAD', 405, {}],
  ['forbids HEAD, as signed addresses do', 403, {}],
  ['tells no size', 200, { 'transfer-encoding': 'chunked' }],
])('a server that %s is asked for the first byte', async (_, status, headers) => {
  serve(() => undefined)
  const inner = handle
  handle = (request, response, body) => {
    if (request.method === 'HEAD') response.writeHead(status, headers).end()
    else inner(request, response, body)
  }
  expect(await httpFiles.stat(`${url}/x.bin`)).toMatchObject({ size: BYTES.length })
  expect(Buffer.from(await part())).toEqual(BYTES.subarray(100_000, 100_050))
})

test('a server that packs what it sends, or sends the whole unasked, gives the same bytes', async () => {
  handle = (request, response) => {
    const isPacked = /gzip/.test(String(request.headers['accept-encoding']))
    response.writeHead(200, isPacked ? { 'content-encoding': 'gzip' } : {})
    response.end(isPacked ? gzipSync(BYTES) : BYTES)
  }
  expect(Buffer.from(await part())).toEqual(BYTES.subarray(100_000, 100_050))
  expect(await httpFiles.stat(`${url}/x.bin`)).toMatchObject({ size: BYTES.length })
})

test('an empty file is empty', async () => {
  handle = (request, response) => {
    if (request.headers.range !== undefined) response.writeHead(416).end()
    else response.writeHead(200, { 'transfer-encoding': 'chunked' }).end()
  }
  expect(await httpFiles.stat(`${url}/x`)).toMatchObject({ size: 0 })
  expect((await (await httpFiles.open(`${url}/x`)).read(0, 10)).length).toBe(0)
})

test('an answer that is cut off is asked for again, and an error when it always is', async () => {
  let cuts = 2
  handle = (request, response) => {
    response.writeHead(200, { 'content-length': BYTES.length })
    if (request.method === 'HEAD') response.end()
    else if (cuts-- > 0) response.write(BYTES.subarray(0, 1000), () => response.destroy())
    else response.end(BYTES)
  }
  expect(Buffer.from(await httpFiles.readBytes(`${url}/x.bin`))).toEqual(BYTES)
  cuts = 3
  await expect(httpFiles.readBytes(`${url}/x.bin`)).rejects.toMatchObject({
    code: 'files/failed',
    message: expect.stringContaining(`Cannot read ${url}/x.bin`) as string,
  })
})

test('a write whose connection is lost is sent again whole', async () => {
  let lost = 1
  let got: Buffer | undefined
  handle = (_, response, body) => {
    if (lost-- > 0) response.destroy()
    else {
      got = body
      response.writeHead(201).end()
    }
  }
  await httpFiles.writeAtomic(`${url}/x.bin`, BYTES)
  expect(got).toEqual(BYTES)
})

test.each(['no answer', 'half an answer'])(
  'a server that hangs with %s is given up in time',
  async (which) => {
    vi.stubEnv('LSST_HTTP_TIMEOUT_READ', '0.2')
    handle = (_, response) => {
      if (which !== 'half an answer') return
      response.writeHead(200, { 'content-length': 100 })
      response.write('half')
    }
    const begin = Date.now()
    await expect(httpFiles.readBytes(`${url}/x`)).rejects.toMatchObject({
      code: 'files/timeout',
      message: `Cannot read ${url}/x: the server said nothing for 0.2 s.`,
    })
    expect(Date.now() - begin).toBeLessThan(5000)
    expect(seen.length).toBe(1)
  },
)

test('a slow server that goes on sending is waited for', async () => {
  vi.stubEnv('LSST_HTTP_TIMEOUT_READ', '1')
  handle = (_, response) => {
    let n = 0
    response.writeHead(200, { 'content-length': 8 })
    const timer = setInterval(() => {
      if (++n === 8) clearInterval(timer)
      response[n === 8 ? 'end' : 'write']('x')
    }, 250)
  }
  expect(await httpFiles.readText(`${url}/x`)).toBe('xxxxxxxx')
})

test('redirects are followed, for ranges too, and a token is not shown to another server', async () => {
  const other = createServer((request, response) => {
    expect(request.headers.authorization).toBeUndefined()
    const m = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    if (m === null) return void response.writeHead(200, { 'content-length': BYTES.length }).end()
    const [a, b] = [Number(m[1]), Number(m[2])]
    response.writeHead(206, { 'content-range': `bytes ${a}-${b}/${BYTES.length}` })
    response.end(BYTES.subarray(a, b + 1))
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('LSST_HTTP_AUTH_BEARER_TOKEN', 'secret')
  const there = `http://127.0.0.1:${(other.address() as { port: number }).port}/real.bin`
  handle = (request, response) => {
    expect(request.headers.authorization).toBe('Bearer secret')
    response.writeHead(307, { location: there }).end()
  }
  expect(Buffer.from(await part())).toEqual(BYTES.subarray(100_000, 100_050))
  handle = (_, response) => void response.writeHead(302, { location: '/x.bin' }).end()
  await expect(part()).rejects.toMatchObject({ code: 'files/failed' })
  other.closeAllConnections()
  other.close()
})

test.each([
  [401, 'files/denied'],
  [403, 'files/denied'],
  [404, 'files/not-found'],
  [410, 'files/not-found'],
  [429, 'files/failed'],
  [500, 'files/failed'],
  [507, 'files/full'],
])('status %i is an error %s with the address', async (status, code) => {
  handle = (_, response) => void response.writeHead(status).end()
  const wanted = { code, message: expect.stringContaining(`${url}/x`) as string }
  await expect(httpFiles.readBytes(`${url}/x`)).rejects.toMatchObject(wanted)
  await expect(httpFiles.writeAtomic(`${url}/x`, 'x')).rejects.toMatchObject(wanted)
  await expect(httpFiles.open(`${url}/x`)).rejects.toMatchObject(wanted)
})

test('folders of a WebDAV server are made as they are needed', async () => {
  const folders = new Set(['/', '/dav/'])
  const files = new Map<string, string>()
  handle = ({ method, url: path = '' }, response, body) => {
    const parent = path.replace(/[^/]+\/?$/, '')
    if (!folders.has(parent)) return void response.writeHead(409).end()
    if (method === 'MKCOL') {
      response.writeHead(folders.has(path) ? 405 : 201).end()
      folders.add(path)
    } else {
      files.set(path, body.toString())
      response.writeHead(201).end()
    }
  }
  await httpFiles.writeAtomic(`${url}/dav/run/a/note/x%20y.yaml`, 'a: 1\n')
  expect([...files]).toEqual([['/dav/run/a/note/x%20y.yaml', 'a: 1\n']])
  await httpFiles.writeAtomic(`${url}/dav/run/a/note/z.yaml`, 'b')
  handle = (_, response) => void response.writeHead(409).end()
  await expect(httpFiles.writeAtomic(`${url}/dav/q/z.yaml`, 'b')).rejects.toMatchObject({
    code: 'files/not-found',
  })
})

function useFakeS3(): void {
  vi.stubEnv('S3_ENDPOINT_URL', url)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
}

test('S3: wrong ranges, cut answers and lost writes are met as with HTTP', async () => {
  useFakeS3()
  serve((headers) => void (headers['content-range'] = 'bytes 7-56/200000'))
  await expect(part(s3Files, 's3://bucket/x.bin')).rejects.toMatchObject({ code: 'files/failed' })
  let lost = 2
  handle = (_, response) => (lost-- > 0 ? response.destroy() : response.end('ok'))
  expect(await s3Files.readText('s3://bucket/x')).toBe('ok')
  lost = 2
  await s3Files.writeAtomic('s3://bucket/x', 'y')
  expect(seen.length).toBe(8)
})

test('S3: an upload in parts that cannot go on is given up, so that nothing is left of it', async () => {
  useFakeS3()
  handle = (request, response) => {
    const query = new URL(request.url!, url).searchParams
    if (query.has('uploads')) response.end('<r><UploadId>u&amp;1</UploadId></r>')
    else if (query.get('partNumber') === '2') response.writeHead(403).end()
    else response.writeHead(200, { etag: '"t"' }).end()
  }
  await expect(s3Files.writeAtomic('s3://bucket/big', new Uint8Array(40 << 20))).rejects.toMatchObject({
    code: 'files/denied',
    hint: expect.stringContaining('AWS_ACCESS_KEY_ID') as string,
  })
  expect(seen).toEqual([
    'POST /bucket/big?uploads=',
    'PUT /bucket/big?partNumber=1&uploadId=u%261',
    'PUT /bucket/big?partNumber=2&uploadId=u%261',
    'DELETE /bucket/big?uploadId=u%261',
  ])
})

import { createReadStream, existsSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'

/** A file server on loopback that knows ranges, PUT and DELETE, and counts what it sends. */
export interface HttpServer {
  readonly url: string
  /** Bytes sent as bodies since it was last set to 0. */
  sent: number
  /** Requests that it answers with 503 first. */
  failures: number
  /** Ignore ranges, as simple servers do. */
  wholeOnly: boolean
}

export async function serveFolder(root: string): Promise<HttpServer> {
  const state: HttpServer = { url: '', sent: 0, failures: 0, wholeOnly: false }
  const server = createServer((request, response) => {
    const path = join(root, decodeURIComponent(new URL(request.url!, 'http://x').pathname))
    if (state.failures > 0) {
      state.failures--
      response.writeHead(503).end()
      return
    }
    if (request.method === 'PUT') {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, Buffer.concat(parts))
        response.writeHead(201).end()
      })
      return
    }
    if (!existsSync(path)) {
      response.writeHead(404).end()
      return
    }
    if (request.method === 'DELETE') {
      rmSync(path)
      response.writeHead(204).end()
      return
    }
    const { size, mtime } = statSync(path)
    const range = state.wholeOnly ? null : /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    const [start, end] =
      range === null ? [0, size - 1] : [Number(range[1]), Math.min(Number(range[2]), size - 1)]
    response.writeHead(range === null ? 200 : 206, {
      'content-length': end - start + 1,
      'last-modified': mtime.toUTCString(),
      'accept-ranges': 'bytes',
    })
    if (request.method === 'HEAD' || size === 0) response.end()
    else {
      state.sent += end - start + 1
      createReadStream(path, { start, end }).pipe(response)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return Object.assign(state, { url: `http://127.0.0.1:${port}` })
}

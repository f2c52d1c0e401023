import { createServer, METHODS, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { FirstlightError, messageOf } from '#core'
import { portBusy } from '../errors.ts'
import type { ServerOptions } from '../options.ts'

/** The one address that is listened on. */
export const LOOPBACK = '127.0.0.1'
/** A body that takes longer than this to arrive is given up. */
const REQUEST_MS = 120_000
/** Headers that take longer than this. */
const HEADERS_MS = 30_000
const CHECK_MS = 1_000
/** What a refused sender gets to read why: a line cut with bytes unread loses the answer. */
const LINGER_MS = 1_000

/** The listener of either scheme, with the limits that slow senders meet. */
export function makeHttp({ tls, limits }: ServerOptions, answer: RequestListener): Server {
  const times = {
    requestTimeout: limits?.requestMs ?? REQUEST_MS,
    headersTimeout: limits?.headersMs ?? HEADERS_MS,
    connectionsCheckingInterval: CHECK_MS,
  }
  if (tls === undefined) return createServer(times, answer)
  try {
    return createSecureServer({ ...times, ...tls }, answer)
  } catch (cause) {
    throw new FirstlightError(
      'server/bad-certificate',
      `The TLS certificate or key cannot be used: ${messageOf(cause)}`,
      {
        cause,
        hint: 'Both must be PEM texts, and the key must belong to the certificate.',
      },
    )
  }
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
}

const LONGEST_LINE = 2048
type UnreadableError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer }

/** Bytes that are no HTTP request: said so, unless an answer may be under way on this line, and the line is closed. */
export function refuseUnreadable(error: UnreadableError, socket: Duplex & { bytesWritten?: number }): void {
  if (!socket.writable || socket.bytesWritten !== 0) return void socket.destroy()
  const status = isOtherVerb(error)
    ? '501 Not Implemented'
    : (UNREADABLE[error.code ?? ''] ?? '400 Bad Request')
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  socket.resume()
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

/** A request line like any other, of a verb that HTTP does not have. */
function isOtherVerb({ code, rawPacket }: UnreadableError): boolean {
  if (code !== 'HPE_INVALID_METHOD') return false
  const line = rawPacket?.toString('latin1', 0, LONGEST_LINE) ?? ''
  const verb = /^([A-Z][A-Z-]*) \S+ HTTP\/1\.[01]\r?\n/.exec(line)?.[1]
  return verb !== undefined && !METHODS.includes(verb)
}

/** Start listening; resolves to the port that was taken. @throws FirstlightError `server/port-busy`, `server/no-port` */
export function listen(http: Server, port: number): Promise<number> {
  return new Promise((done, fail) => {
    http.once('error', (error: NodeJS.ErrnoException) =>
      fail(error.code === 'EADDRINUSE' ? portBusy(port, error) : badPort(port, error)),
    )
    http.listen(port, LOOPBACK, () => done((http.address() as AddressInfo).port))
  })
}

const badPort = (port: number, cause: Error) =>
  new FirstlightError('server/no-port', `Cannot listen on port ${port} of ${LOOPBACK}: ${cause.message}`, {
    cause,
    hint: "Ports below 1024 are the system's; choose another with --port (0 takes any free one).",
  })

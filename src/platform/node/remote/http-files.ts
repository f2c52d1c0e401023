import { readFileSync, statSync } from 'node:fs'
import { type ByteSource, bytesSource, type Files, FirstlightError } from '#core'
import { bodyOf, gather, textOf } from './contents.ts'
import { statusError, unsupported } from './errors.ts'
import { type Answer, contentRange, exchange, rangeBytes, versionOf } from './exchange.ts'
import { rangedSource } from './ranged-source.ts'

/**
 * Files behind HTTP(S) addresses: read by ranges, written and removed where the server takes PUT and DELETE (WebDAV's folders are made
 * as needed). A bearer token comes from LSST_HTTP_AUTH_BEARER_TOKEN (the token, or the path of a file with it), as in the Rubin stack.
 */
export const httpFiles: Files = {
  async stat(address) {
    const found = await look(address, 'look at')
    return found === undefined ? undefined : { kind: 'file', size: found.size, modified: found.modified }
  },
  async open(address) {
    const found = await look(address, 'open')
    if (found === undefined) throw statusError(address, 'open', 404)
    return found.whole === undefined ? openRanges(address, found) : bytesSource(found.whole, address)
  },
  readBytes: async (address) => checked(address, 'read', await ask(address, 'read')).bytes,
  readText: async (address) => textOf(await httpFiles.readBytes(address)),
  async writeAtomic(address, content) {
    const body = bodyOf(content)
    const put = () => ask(address, 'write', { method: 'PUT', body })
    const answer = await put()
    // A WebDAV server wants the folder first and says 409, or 404.
    const wantsFolder = answer.status === 409 || answer.status === 404
    if (wantsFolder && (await makeCollection(new URL('.', address).href)))
      checked(address, 'write', await put())
    else checked(address, 'write', answer)
  },
  writeChunks: async (address, chunks) => httpFiles.writeAtomic(address, await gather(chunks)),
  makeDirectory: () => Promise.resolve(),
  list: (address) =>
    Promise.reject(
      unsupported(address, 'list', 'Name the files, or keep the repository on a disk or in S3.'),
    ),
  async rename(from, to) {
    await httpFiles.copy(from, to)
    await httpFiles.remove(from)
  },
  copy: async (from, to) => httpFiles.writeAtomic(to, await httpFiles.readBytes(from)),
  link: (_, to) => Promise.reject(unsupported(to, 'link', 'Use transfer mode copy or direct.')),
  async remove(address) {
    const answer = await ask(address, 'remove', { method: 'DELETE' })
    if (answer.status !== 404 && answer.status !== 410) checked(address, 'remove', answer)
  },
}

/** What a server says of a file before it is read. */
interface Found {
  readonly size: number
  readonly modified: number
  readonly version: string | undefined
  /** All bytes, when the server gave them unasked. */
  readonly whole?: Uint8Array
}

/** By HEAD; a server that refuses it, or does not tell the size, is asked for the first byte. */
async function look(address: string, what: string): Promise<Found | undefined> {
  const head = await ask(address, what, { method: 'HEAD' })
  if (head.status === 404 || head.status === 410) return undefined
  const size = sizeOf(head)
  if (head.ok && size !== undefined) return { ...about(head), size }
  if (!head.ok && ![400, 403, 405, 501].includes(head.status)) throw statusError(address, what, head.status)
  const first = await ask(address, what, { headers: { Range: 'bytes=0-0' } })
  if (first.status === 404 || first.status === 410) return undefined
  // A file without a byte has no first one.
  if (first.status === 416) return { ...about(first), size: 0 }
  checked(address, what, first)
  if (first.status !== 206) return { ...about(first), size: first.bytes.length, whole: first.bytes }
  const total = contentRange(first.headers)?.size
  if (total !== undefined) return { ...about(first), size: total }
  const { bytes } = checked(address, what, await ask(address, what))
  return { ...about(first), size: bytes.length, whole: bytes }
}

const about = ({ headers }: Answer): Pick<Found, 'modified' | 'version'> => ({
  modified: modifiedAt(headers),
  version: versionOf(headers),
})

function sizeOf({ headers }: Answer): number | undefined {
  const size = headers.get('content-length')
  return size === null || !/^\d+$/.test(size) || headers.has('content-encoding') ? undefined : Number(size)
}

/** Ranges, when the server knows them; otherwise the whole once. */
function openRanges(address: string, { size, version }: Found): ByteSource {
  let whole: Uint8Array | undefined
  return rangedSource(address, size, async (offset, length) => {
    if (whole === undefined) {
      const range = `bytes=${offset}-${offset + length - 1}`
      const answer = checked(address, 'read', await ask(address, 'read', { headers: { Range: range } }))
      if (answer.status === 206) return rangeBytes(address, answer, offset, length, version)
      if (answer.bytes.length !== size)
        throw new FirstlightError(
          'files/changed',
          `${address} has ${answer.bytes.length} bytes; a moment ago it had ${size}.`,
          { hint: 'Read it again.' },
        )
      whole = answer.bytes
    }
    return whole.subarray(offset, offset + length)
  })
}

/** Make a folder and those above it by WebDAV's MKCOL; false where that is not possible. */
async function makeCollection(folder: string): Promise<boolean> {
  const make = async () => (await ask(folder, 'make the folder', { method: 'MKCOL' })).status
  // 405: it is there already, or MKCOL is not known, which the next request tells.
  const isThere = (status: number) => status === 201 || status === 405
  const status = await make()
  if (status !== 409 && status !== 404) return isThere(status)
  const above = new URL('..', folder).href
  return above !== folder && (await makeCollection(above)) && isThere(await make())
}

function checked(address: string, what: string, answer: Answer): Answer {
  if (answer.ok) return answer
  throw statusError(address, what, answer.status)
}

const ask = (address: string, what: string, init: RequestInit = {}): Promise<Answer> =>
  exchange(address, what, (signal) => {
    const headers = new Headers(init.headers)
    const token = bearerToken()
    if (token !== undefined) headers.set('Authorization', `Bearer ${token}`)
    return new Request(address, { ...init, headers, signal })
  })

function bearerToken(): string | undefined {
  const value = process.env['LSST_HTTP_AUTH_BEARER_TOKEN']
  if (value === undefined || value === '') return undefined
  const isFile = value.startsWith('/') && statSync(value, { throwIfNoEntry: false })?.isFile() === true
  return isFile ? readFileSync(value, 'utf8').trim() : value
}

export function modifiedAt(headers: Headers): number {
  const modified = Date.parse(headers.get('last-modified') ?? '')
  return Number.isNaN(modified) ? 0 : modified
}

import { readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ByteSource, FileStat, Files } from '#core'
import { bodyOf, gather, textOf } from './contents.ts'
import { statusError, unreachable, unsupported } from './errors.ts'
import { rangedSource } from './ranged-source.ts'

const TRIES = 3

/**
 * Files behind HTTP(S) addresses: read by ranges, written and removed where the server takes PUT and DELETE. A bearer token
 * comes from LSST_HTTP_AUTH_BEARER_TOKEN (the token, or the path of a file with it), as in the Rubin stack.
 */
export const httpFiles: Files = {
  async stat(address) {
    const response = await request(address, 'look at', { method: 'HEAD' })
    if (response.status === 404) return undefined
    if (!response.ok) throw statusError(address, 'look at', response.status)
    return statOf(response)
  },
  async open(address) {
    const response = await request(address, 'open', { method: 'HEAD' })
    if (!response.ok) throw statusError(address, 'open', response.status)
    return openRanges(address, statOf(response).size)
  },
  readBytes,
  readText: async (address) => textOf(await readBytes(address)),
  async writeAtomic(address, content) {
    const response = await request(address, 'write', { method: 'PUT', body: bodyOf(content) })
    if (!response.ok) throw statusError(address, 'write', response.status)
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
  copy: async (from, to) => httpFiles.writeAtomic(to, await readBytes(from)),
  link: (_, to) => Promise.reject(unsupported(to, 'link', 'Use transfer mode copy or direct.')),
  async remove(address) {
    const response = await request(address, 'remove', { method: 'DELETE' })
    if (!response.ok && response.status !== 404) throw statusError(address, 'remove', response.status)
  },
}

async function readBytes(address: string): Promise<Uint8Array> {
  const response = await request(address, 'read', {})
  if (!response.ok) throw statusError(address, 'read', response.status)
  return new Uint8Array(await response.arrayBuffer())
}

/** Ranges, when the server knows them; otherwise the whole once. */
function openRanges(address: string, size: number): ByteSource {
  let whole: Uint8Array | undefined
  return rangedSource(address, size, async (offset, length) => {
    if (whole === undefined) {
      const headers = { Range: `bytes=${offset}-${offset + length - 1}` }
      const response = await request(address, 'read', { headers })
      if (!response.ok) throw statusError(address, 'read', response.status)
      const bytes = new Uint8Array(await response.arrayBuffer())
      if (response.status === 206) return bytes
      whole = bytes
    }
    return whole.subarray(offset, offset + length)
  })
}

async function request(address: string, what: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers)
  const token = bearerToken()
  if (token !== undefined) headers.set('Authorization', `Bearer ${token}`)
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(address, { ...init, headers })
      if (response.status < 500 || response.status === 501 || attempt === TRIES) return response
      await response.body?.cancel()
    } catch (error) {
      if (attempt === TRIES) throw unreachable(address, what, error)
    }
    await sleep(100 * 2 ** attempt)
  }
}

function bearerToken(): string | undefined {
  const value = process.env['LSST_HTTP_AUTH_BEARER_TOKEN']
  if (value === undefined || value === '') return undefined
  const isFile = value.startsWith('/') && statSync(value, { throwIfNoEntry: false })?.isFile() === true
  return isFile ? readFileSync(value, 'utf8').trim() : value
}

export function statOf(response: Response): FileStat {
  const modified = Date.parse(response.headers.get('last-modified') ?? '')
  return {
    kind: 'file',
    size: Number(response.headers.get('content-length') ?? 0),
    modified: Number.isNaN(modified) ? 0 : modified,
  }
}

import { AwsClient } from 'aws4fetch'
import type { FileStat, Files } from '#core'
import { bodyOf, gather, textOf } from './contents.ts'
import { statusError, unreachable, unsupported } from './errors.ts'
import { statOf } from './http-files.ts'
import { rangedSource } from './ranged-source.ts'
import { parseS3, s3Place } from './s3-place.ts'

const RETRIES = 3

/** Objects of S3 buckets as files: addresses `s3://bucket/key`, keys as they are, not quoted. A PUT is atomic by itself. */
export const s3Files: Files = {
  stat,
  async open(address) {
    const info = await stat(address)
    if (info?.kind !== 'file') throw statusError(address, 'open', 404)
    return rangedSource(address, info.size, async (offset, length) => {
      const headers = { Range: `bytes=${offset}-${offset + length - 1}` }
      return bytesOf(address, await request(address, 'read', { headers }))
    })
  },
  readBytes,
  readText: async (address) => textOf(await readBytes(address)),
  async writeAtomic(address, content) {
    const response = await request(address, 'write', { method: 'PUT', body: bodyOf(content) })
    if (!response.ok) throw statusError(address, 'write', response.status, BUCKET_HINT[response.status])
  },
  writeChunks: async (address, chunks) => s3Files.writeAtomic(address, await gather(chunks)),
  makeDirectory: () => Promise.resolve(),
  list: (address, options = {}) => listObjects(address, options.recursive === true),
  async rename(from, to) {
    await s3Files.copy(from, to)
    await s3Files.remove(from)
  },
  copy: async (from, to) => s3Files.writeAtomic(to, await readBytes(from)),
  link: (_, to) => Promise.reject(unsupported(to, 'link', 'Use transfer mode copy or direct.')),
  async remove(address, options = {}) {
    if (options.recursive === true)
      for (const name of await listObjects(address, true))
        await s3Files.remove(`${address.replace(/\/+$/, '')}/${name}`)
    const response = await request(address, 'remove', { method: 'DELETE' })
    if (!response.ok && response.status !== 404) throw statusError(address, 'remove', response.status)
  },
}

const BUCKET_HINT: Readonly<Record<number, string>> = { 404: 'Make the bucket first.' }

/** A key, or the beginning of keys as a folder when the address ends in `/` or names a bucket. */
async function stat(address: string): Promise<FileStat | undefined> {
  const { key } = parseS3(address)
  if (key === '' || key.endsWith('/')) {
    const { names } = await page(address, key, false, undefined, 1)
    return names.length > 0 ? { kind: 'directory', size: 0, modified: 0 } : undefined
  }
  const response = await request(address, 'look at', { method: 'HEAD' })
  if (response.status === 404) return undefined
  if (!response.ok) throw statusError(address, 'look at', response.status)
  return statOf(response)
}

async function readBytes(address: string): Promise<Uint8Array> {
  return bytesOf(address, await request(address, 'read', {}))
}

async function bytesOf(address: string, response: Response): Promise<Uint8Array> {
  if (!response.ok) throw statusError(address, 'read', response.status)
  return new Uint8Array(await response.arrayBuffer())
}

/** Names below a folder, sorted; `recursive` gives paths of all objects. They come in pages, of 1000 unless told. */
export async function listObjects(
  address: string,
  recursive: boolean,
  perPage?: number,
): Promise<readonly string[]> {
  const { key } = parseS3(address)
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
  const names: string[] = []
  let token: string | undefined
  do {
    const found = await page(address, prefix, recursive, token, perPage)
    names.push(...found.names)
    token = found.next
  } while (token !== undefined)
  return names
    .map((n) => n.slice(prefix.length).replace(/\/$/, ''))
    .filter((n) => n !== '')
    .sort()
}

async function page(address: string, prefix: string, recursive: boolean, token?: string, most?: number) {
  const query = new URLSearchParams({ 'list-type': '2', prefix, 'encoding-type': 'url' })
  if (!recursive) query.set('delimiter', '/')
  if (token !== undefined) query.set('continuation-token', token)
  if (most !== undefined) query.set('max-keys', String(most))
  const { profile, bucket } = parseS3(address)
  const root = `s3://${profile === undefined ? '' : `${profile}@`}${bucket}`
  const response = await request(root, 'list', {}, query)
  if (!response.ok) throw statusError(address, 'list', response.status)
  const xml = await response.text()
  const texts = (tag: string) =>
    [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map((m) => plain(m[1]!))
  const folders = [...xml.matchAll(/<CommonPrefixes>(.*?)<\/CommonPrefixes>/gs)].flatMap((m) =>
    [...m[1]!.matchAll(/<Prefix>([^<]*)<\/Prefix>/g)].map((p) => plain(p[1]!)),
  )
  const next = texts('IsTruncated')[0] === 'true' ? texts('NextContinuationToken')[0] : undefined
  return { names: [...texts('Key'), ...folders], next }
}

/** Text of an XML element whose keys are URL-encoded. */
const plain = (text: string): string => {
  const entities = text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name]!)
  return decodeURIComponent(entities.replaceAll('+', ' '))
}
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const clients = new Map<string, AwsClient>()

async function request(
  address: string,
  what: string,
  init: RequestInit,
  query?: URLSearchParams,
): Promise<Response> {
  const parts = parseS3(address)
  const place = s3Place(parts)
  const id = `${place.accessKeyId} ${place.secretAccessKey} ${place.sessionToken ?? ''} ${place.region}`
  let client = clients.get(id)
  if (client === undefined)
    clients.set(id, (client = new AwsClient({ ...place, service: 's3', retries: RETRIES })))
  const path = parts.key.split('/').map(encodeURIComponent).join('/')
  const url = `${place.base}/${path}${query === undefined ? '' : `?${query.toString().replaceAll('+', '%20')}`}`
  try {
    return await client.fetch(url, init)
  } catch (error) {
    throw unreachable(address, what, error)
  }
}

import type { FileStat, Files } from '#core'
import { bodyOf, chunksOf, textOf } from './contents.ts'
import { statusError, unsupported } from './errors.ts'
import { rangeBytes, versionOf } from './exchange.ts'
import { modifiedAt } from './http-files.ts'
import { rangedSource } from './ranged-source.ts'
import { listObjects, page } from './s3-list.ts'
import { inParts, PART } from './s3-parts.ts'
import { parseS3 } from './s3-place.ts'
import { askS3, checkedS3, quotedKey } from './s3-request.ts'

/** Objects of S3 buckets as files: addresses `s3://bucket/key`, keys as they are, not quoted. A PUT is atomic by itself. */
export const s3Files: Files = {
  stat: async (address) => (await look(address))?.stat,
  async open(address) {
    const info = await look(address)
    if (info?.stat.kind !== 'file') throw statusError(address, 'open', 404)
    return rangedSource(address, info.stat.size, async (offset, length) => {
      const headers = { Range: `bytes=${offset}-${offset + length - 1}` }
      const answer = checkedS3(address, 'read', await askS3(address, 'read', { headers }))
      return rangeBytes(address, answer, offset, length, info.version)
    })
  },
  readBytes: async (address) => checkedS3(address, 'read', await askS3(address, 'read')).bytes,
  readText: async (address) => textOf(await s3Files.readBytes(address)),
  async writeAtomic(address, content) {
    const body = bodyOf(content)
    if (body.length > 2 * PART) await inParts(address, pieces(body))
    else checkedS3(address, 'write', await askS3(address, 'write', { method: 'PUT', body }))
  },
  writeChunks: inParts,
  makeDirectory: () => Promise.resolve(),
  list: (address, options = {}) => listObjects(address, options.recursive === true),
  async rename(from, to) {
    await s3Files.copy(from, to)
    await s3Files.remove(from)
  },
  async copy(from, to) {
    const [source, target] = [await s3Files.open(from), parseS3(to)]
    // The service copies up to 5 GB by itself, with the keys of one profile.
    const { profile, bucket, key } = parseS3(from)
    if (profile !== target.profile || source.size > 5e9) return inParts(to, chunksOf(source))
    const headers = { 'x-amz-copy-source': `/${bucket}/${quotedKey(key)}` }
    const answer = checkedS3(to, 'write', await askS3(to, 'write', { method: 'PUT', headers }))
    // It may find out that it cannot after it has said 200.
    if (textOf(answer.bytes).includes('<Error>')) throw statusError(to, 'write', 500)
  },
  link: (_, to) => Promise.reject(unsupported(to, 'link', 'Use transfer mode copy or direct.')),
  async remove(address, options = {}) {
    if (options.recursive === true)
      for (const name of await listObjects(address, true))
        await s3Files.remove(`${address.replace(/\/+$/, '')}/${name}`)
    const answer = await askS3(address, 'remove', { method: 'DELETE' })
    if (answer.status !== 404) checkedS3(address, 'remove', answer)
  },
}

/** A key, or the beginning of keys as a folder when the address ends in `/` or names a bucket. */
async function look(
  address: string,
): Promise<{ readonly stat: FileStat; readonly version?: string | undefined } | undefined> {
  const { key } = parseS3(address)
  if (key === '' || key.endsWith('/')) {
    const { names } = await page(address, key, false, undefined, 1)
    return names.length > 0 ? { stat: { kind: 'directory', size: 0, modified: 0 } } : undefined
  }
  const answer = await askS3(address, 'look at', { method: 'HEAD' })
  if (answer.status === 404) return undefined
  const { headers } = checkedS3(address, 'look at', answer)
  const size = Number(headers.get('content-length') ?? 0)
  return { stat: { kind: 'file', size, modified: modifiedAt(headers) }, version: versionOf(headers) }
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PART) yield bytes.subarray(at, at + PART)
}

import { type ChunkSource, concatBytes } from '#core'
import { textOf } from './contents.ts'
import { statusError } from './errors.ts'
import { withoutEntities } from './s3-list.ts'
import { askS3, checkedS3 } from './s3-request.ts'

/** Bytes of one part of an upload. S3 takes parts from 5 MiB, 10 000 of them: objects up to 160 GiB here. */
export const PART = 1 << 24

/**
 * Write an object from pieces without having it whole in memory: small ones by one PUT, others by an upload in parts, which shows
 * nothing of the object before it is complete.
 */
export async function inParts(address: string, chunks: ChunkSource): Promise<void> {
  let upload: Upload | undefined
  let held: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of chunks) {
      held.push(chunk)
      size += chunk.length
      if (size < PART) continue
      upload ??= await begin(address)
      await send(upload, concatBytes(held))
      held = []
      size = 0
    }
    const rest = concatBytes(held)
    if (upload === undefined)
      checkedS3(address, 'write', await askS3(address, 'write', { method: 'PUT', body: rest }))
    else {
      if (rest.length > 0) await send(upload, rest)
      await complete(upload)
    }
  } catch (error) {
    // What was sent costs room until it is given up; the error is what the caller should see.
    if (upload !== undefined)
      await askS3(address, 'write', { method: 'DELETE' }, query(upload)).catch(() => undefined)
    throw error
  }
}

interface Upload {
  readonly address: string
  readonly id: string
  /** Tags of the parts so far, in order. */
  readonly tags: string[]
}

const query = ({ id }: Upload, more: Readonly<Record<string, string>> = {}): URLSearchParams =>
  new URLSearchParams({ ...more, uploadId: id })

async function begin(address: string): Promise<Upload> {
  const asked = new URLSearchParams({ uploads: '' })
  const answer = checkedS3(address, 'write', await askS3(address, 'write', { method: 'POST' }, asked))
  const id = /<UploadId>([^<]+)<\/UploadId>/.exec(textOf(answer.bytes))?.[1]
  if (id === undefined) throw statusError(address, 'write', answer.status)
  return { address, id: withoutEntities(id), tags: [] }
}

async function send(upload: Upload, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const { address, tags } = upload
  const number = query(upload, { partNumber: String(tags.length + 1) })
  const answer = checkedS3(address, 'write', await askS3(address, 'write', { method: 'PUT', body }, number))
  tags.push(answer.headers.get('etag') ?? '')
}

async function complete(upload: Upload): Promise<void> {
  const { address, tags } = upload
  const parts = tags.map((tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${tag}</ETag></Part>`)
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  const answer = checkedS3(
    address,
    'write',
    await askS3(address, 'write', { method: 'POST', body }, query(upload)),
  )
  // It may find out that it cannot after it has said 200.
  if (textOf(answer.bytes).includes('<Error>')) throw statusError(address, 'write', 500)
}

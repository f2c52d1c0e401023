import { textOf } from './contents.ts'
import { parseS3 } from './s3-place.ts'
import { askS3, checkedS3 } from './s3-request.ts'

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

/** Some of the names that begin with a prefix. */
export async function page(
  address: string,
  prefix: string,
  recursive: boolean,
  token?: string,
  most?: number,
): Promise<{ readonly names: readonly string[]; readonly next: string | undefined }> {
  const query = new URLSearchParams({ 'list-type': '2', prefix, 'encoding-type': 'url' })
  if (!recursive) query.set('delimiter', '/')
  if (token !== undefined) query.set('continuation-token', token)
  if (most !== undefined) query.set('max-keys', String(most))
  const { profile, bucket } = parseS3(address)
  const root = `s3://${profile === undefined ? '' : `${profile}@`}${bucket}`
  const xml = textOf(checkedS3(address, 'list', await askS3(root, 'list', {}, query)).bytes)
  const texts = (tag: string) =>
    [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map((m) => plain(m[1]!))
  const folders = [...xml.matchAll(/<CommonPrefixes>(.*?)<\/CommonPrefixes>/gs)].flatMap((m) =>
    [...m[1]!.matchAll(/<Prefix>([^<]*)<\/Prefix>/g)].map((p) => plain(p[1]!)),
  )
  const next = texts('IsTruncated')[0] === 'true' ? texts('NextContinuationToken')[0] : undefined
  return { names: [...texts('Key'), ...folders], next }
}

/** Text of an XML element whose keys are URL-encoded. */
const plain = (text: string): string => decodeURIComponent(withoutEntities(text).replaceAll('+', ' '))

export const withoutEntities = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name]!)

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

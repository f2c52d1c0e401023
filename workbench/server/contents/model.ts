import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { createReadStream, type Stats } from 'node:fs'
import { access, constants, readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { badRequest } from '../errors.ts'
import { type Confinement, type ContentsPath, isHidden } from './confine.ts'
import { mimeOf } from './mime.ts'
import { readNotebook } from './recover.ts'
import type { Notary } from './trust.ts'

export type ContentsType = 'directory' | 'file' | 'notebook'
export type ContentsFormat = 'text' | 'base64' | 'json'

/** The model of the Jupyter contents interface; null where jupyter-server gives null. */
export interface ContentsModel {
  readonly name: string
  readonly path: ContentsPath
  readonly type: ContentsType
  readonly writable: boolean
  readonly created: string
  readonly last_modified: string
  readonly size: number | null
  readonly mimetype: string | null
  readonly format: ContentsFormat | null
  readonly content: unknown
  readonly hash: string | null
  readonly hash_algorithm: string | null
}

export interface ModelOptions {
  readonly type?: ContentsType
  readonly format?: ContentsFormat
  readonly content: boolean
  readonly hash: boolean
}

/** Read what lies at `path`, in the form asked for. */
export async function readModel(
  place: Confinement,
  notary: Notary,
  path: ContentsPath,
  options: ModelOptions,
): Promise<ContentsModel> {
  const file = await place.existing(path)
  const found = await stat(file)
  const natural: ContentsType = found.isDirectory()
    ? 'directory'
    : path.endsWith('.ipynb')
      ? 'notebook'
      : 'file'
  const type = options.type ?? natural
  if ((type === 'directory') !== (natural === 'directory')) throw badRequest(`${path} is not a ${type}`)
  if (!found.isFile() && !found.isDirectory()) throw badRequest(`${path} is neither a file nor a folder`)
  const base = await baseModel(path, type, found, file)
  const hash =
    options.hash && type !== 'directory' ? { hash: await hashOf(file), hash_algorithm: 'sha256' } : {}
  if (!options.content) return { ...base, ...hash }
  if (type === 'directory') return { ...base, format: 'json', content: await listFolder(place, path, file) }
  if (type === 'notebook')
    return { ...base, ...hash, format: 'json', content: notary.mark(await readNotebook(file)) }
  const bytes = await readFile(file)
  return { ...base, ...hash, ...fileContent(bytes, path, options.format) }
}

/** sha256 of the bytes on disk, hex. */
export async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(file) as AsyncIterable<Uint8Array>) hash.update(part)
  return hash.digest('hex')
}

async function baseModel(
  path: ContentsPath,
  type: ContentsType,
  found: Stats,
  file: string,
): Promise<ContentsModel> {
  return {
    name: basename(path),
    path,
    type,
    writable: await isWritable(file),
    created: found.ctime.toISOString(),
    last_modified: found.mtime.toISOString(),
    size: type === 'directory' ? null : found.size,
    mimetype: type === 'file' ? (mimeOf(path) ?? null) : null,
    format: null,
    content: null,
    hash: null,
    hash_algorithm: null,
  }
}

/** Children without content, hidden ones and links out of the root left out. */
async function listFolder(place: Confinement, path: ContentsPath, folder: string): Promise<ContentsModel[]> {
  const names = (await readdir(folder)).filter((name) => !isHidden(name))
  const children = await Promise.all(
    names.map(async (name) => {
      try {
        const child = path === '' ? name : `${path}/${name}`
        const file = await place.existing(child)
        const found = await stat(file)
        if (!found.isFile() && !found.isDirectory()) return undefined
        const type = found.isDirectory() ? 'directory' : name.endsWith('.ipynb') ? 'notebook' : 'file'
        return await baseModel(child, type, found, join(folder, name))
      } catch {
        return undefined
      }
    }),
  )
  return children.filter((child) => child !== undefined)
}

type FileContent = Pick<ContentsModel, 'format' | 'content' | 'mimetype'>

function fileContent(bytes: Buffer, path: ContentsPath, format: ContentsFormat | undefined): FileContent {
  const text = format === 'base64' ? undefined : utf8Of(bytes)
  if (format === 'text' && text === undefined) throw badRequest(`${path} is not UTF-8 text`)
  if (text !== undefined) return { format: 'text', content: text, mimetype: textMimeOf(path) }
  return {
    format: 'base64',
    content: bytes.toString('base64'),
    mimetype: mimeOf(path) ?? 'application/octet-stream',
  }
}

/** A notebook that is asked for as a file is read as text. */
const textMimeOf = (path: ContentsPath): string =>
  path.endsWith('.ipynb') ? 'text/plain' : (mimeOf(path) ?? 'text/plain')

function utf8Of(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

async function isWritable(file: string): Promise<boolean> {
  try {
    await access(file, constants.W_OK)
    return true
  } catch {
    return false
  }
}

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { notFound } from '../errors.ts'
import type { Exchange } from './exchange.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.eot': 'application/vnd.ms-fontobject',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}
const HASHED = /(^|[./])[0-9a-f]{10,}\./
const A_YEAR = 'public, max-age=31536000, immutable'

/** Send a file of the built application, its `.gz` when the browser takes it. Hashed names are kept for good. */
export async function sendStatic(
  { req, res, method }: Exchange,
  folder: string,
  name: string,
): Promise<void> {
  const file = resolve(join(folder, name))
  const type = TYPES[extname(file)]
  if (!file.startsWith(resolve(folder) + sep) || type === undefined || name.includes('\0'))
    throw notFound('No such file')
  const packed = /\bgzip\b/.test(req.headers['accept-encoding'] ?? '')
    ? await sizeOf(`${file}.gz`)
    : undefined
  const size = packed ?? (await sizeOf(file))
  if (size === undefined) throw notFound('No such file')
  const etag = `"${size.modified.toString(36)}-${size.bytes.toString(36)}"`
  res.setHeader('Cache-Control', HASHED.test(name) ? A_YEAR : 'no-cache')
  res.setHeader('Content-Type', type)
  res.setHeader('ETag', etag)
  res.setHeader('Last-Modified', new Date(size.modified).toUTCString())
  res.setHeader('Vary', 'Accept-Encoding')
  if (req.headers['if-none-match'] === etag) {
    res.writeHead(304).end()
    return
  }
  if (packed) res.setHeader('Content-Encoding', 'gzip')
  res.setHeader('Content-Length', size.bytes)
  if (method === 'HEAD') res.end()
  else await pipeline(createReadStream(packed ? `${file}.gz` : file), res)
}

async function sizeOf(file: string): Promise<{ bytes: number; modified: number } | undefined> {
  try {
    const found = await stat(file)
    return found.isFile() ? { bytes: found.size, modified: Math.floor(found.mtimeMs) } : undefined
  } catch {
    return undefined
  }
}

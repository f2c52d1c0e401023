import { createReadStream } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { badRequest, notFound } from '../errors.ts'
import { LARGE_BODY, readJsonObject } from '../http/body.ts'
import type { Exchange } from '../http/exchange.ts'
import { FILE_POLICY, sendEmpty, sendJson } from '../http/reply.ts'
import { type Params, type Route, route } from '../http/router.ts'
import { type Contents, contentsPath } from './contents.ts'
import { mimeOf } from './mime.ts'
import type { ContentsFormat, ContentsModel, ContentsType, ModelOptions } from './model.ts'

/** /api/contents, /files: more special paths first. */
export function contentsRoutes(contents: Contents): Route[] {
  const path = (params: Params) => contentsPath(params['rest'] ?? '')
  const { checkpoints } = contents
  return [
    route('GET', '/api/contents*/checkpoints', 'api', async ({ res }, params) =>
      sendJson(res, await checkpoints.list(path(params))),
    ),
    route('POST', '/api/contents*/checkpoints', 'api', async ({ res }, params) => {
      const made = await checkpoints.create(path(params))
      res.setHeader('Location', `${place(path(params))}/checkpoints/${made.id}`)
      sendJson(res, made, 201)
    }),
    route('POST', '/api/contents*/checkpoints/:id', 'api', async ({ res }, params) => {
      await checkpoints.restore(path(params), params['id'] ?? '')
      sendEmpty(res)
    }),
    route('DELETE', '/api/contents*/checkpoints/:id', 'api', async ({ res }, params) => {
      await checkpoints.delete(path(params), params['id'] ?? '')
      sendEmpty(res)
    }),
    route('POST', '/api/contents*/trust', 'api', async ({ res }, params) => {
      await contents.trust(path(params))
      sendEmpty(res, 201)
    }),
    route('GET', '/api/contents*', 'api', async ({ res, query }, params) => {
      const model = await contents.get(path(params), modelOptions(query))
      setLastModified(res, model)
      sendJson(res, model)
    }),
    route('PUT', '/api/contents*', 'api', async ({ req, res }, params) => {
      const body = await readJsonObject(req, LARGE_BODY)
      const { model, created } = await contents.save(path(params), body)
      sendPlaced(res, model, created ? 201 : 200)
    }),
    route('POST', '/api/contents*', 'api', async ({ req, res }, params) => {
      const body = await readJsonObject(req)
      const from = body['copy_from'] ?? undefined
      if (from !== undefined && typeof from !== 'string') throw badRequest('copy_from must be a path')
      const model =
        from === undefined
          ? await contents.createUntitled(path(params), body)
          : await contents.copy(contentsPath(from), path(params))
      sendPlaced(res, model, 201)
    }),
    route('PATCH', '/api/contents*', 'api', async ({ req, res }, params) => {
      const to = (await readJsonObject(req))['path']
      if (typeof to !== 'string') throw badRequest('A new path is needed')
      sendPlaced(res, await contents.rename(path(params), contentsPath(to)), 200)
    }),
    route('DELETE', '/api/contents*', 'api', async ({ res }, params) => {
      await contents.delete(path(params))
      sendEmpty(res)
    }),
    route(
      'GET',
      '/files/*',
      'content',
      async (exchange, params) => await sendFile(exchange, contents, path(params)),
    ),
  ]
}

const place = (path: string) => `/api/contents/${path.split('/').map(encodeURIComponent).join('/')}`

function setLastModified(res: ServerResponse, model: ContentsModel): void {
  res.setHeader('Last-Modified', new Date(model.last_modified).toUTCString())
}

/** The model of what was made, saved or moved, with the place where it now is. */
function sendPlaced(res: ServerResponse, model: ContentsModel, status: number): void {
  res.setHeader('Location', place(model.path))
  setLastModified(res, model)
  sendJson(res, model, status)
}

/** Raw bytes of a user's file, in a sandboxed origin so that its scripts cannot call the server as the user. */
async function sendFile({ res, query, method }: Exchange, contents: Contents, path: string): Promise<void> {
  const file = await contents.place.existing(path)
  const found = await stat(file)
  if (!found.isFile()) throw notFound(`${path} is not a file`)
  const type = mimeOf(path) ?? 'application/octet-stream'
  res.setHeader('Content-Security-Policy', FILE_POLICY)
  res.setHeader('Content-Type', DECLARES_ITSELF.test(type) ? type : `${type}; charset=utf-8`)
  res.setHeader('Content-Length', found.size)
  res.setHeader('Last-Modified', found.mtime.toUTCString())
  if (query.get('download') !== null || path.endsWith('.ipynb')) {
    res.setHeader('Content-Disposition', `attachment; filename*=utf-8''${encodeURIComponent(basename(path))}`)
  }
  if (method === 'HEAD') res.end()
  else await pipeline(createReadStream(file), res)
}

/** Bytes, and texts that name their encoding inside. */
const DECLARES_ITSELF = /^(?!text\/)|^text\/(?:html|css|xml)$/
const TYPES = new Set(['directory', 'file', 'notebook'])
const FORMATS = new Set(['text', 'base64'])

function modelOptions(query: URLSearchParams): ModelOptions {
  const type = query.get('type')
  const format = query.get('format')
  if (type !== null && !TYPES.has(type)) throw badRequest('type must be directory, file or notebook')
  if (format !== null && !FORMATS.has(format)) throw badRequest('format must be text or base64')
  return {
    ...(type !== null && { type: type as ContentsType }),
    ...(format !== null && { format: format as ContentsFormat }),
    content: flag(query, 'content', true),
    hash: flag(query, 'hash', false),
  }
}

function flag(query: URLSearchParams, name: string, otherwise: boolean): boolean {
  const value = query.get(name)
  if (value === null) return otherwise
  if (value !== '0' && value !== '1') throw badRequest(`${name} must be 0 or 1`)
  return value === '1'
}

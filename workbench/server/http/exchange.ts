import type { IncomingMessage, ServerResponse } from 'node:http'
import { badRequest } from '../errors.ts'

/** Who asks: by the token itself, or by the cookie that a token login has set. */
export type Identity = { readonly by: 'token' } | { readonly by: 'cookie'; readonly session: string }

/** One request on its way through the server. `path` is percent-decoded, without the query. */
export interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** Present on every route but public ones. */
  identity?: Identity
}

export function openExchange(req: IncomingMessage, res: ServerResponse): Exchange {
  const { path, query } = parseTarget(req.url ?? '/')
  return { req, res, method: req.method ?? 'GET', path, query }
}

/** Split a request target by hand: URL parsing would resolve `..` before anybody could refuse it. */
export function parseTarget(target: string): { path: string; query: URLSearchParams } {
  if (!target.startsWith('/')) throw badRequest('The request target is not a path')
  const at = target.indexOf('?')
  const raw = at < 0 ? target : target.slice(0, at)
  try {
    return { path: decodeURIComponent(raw), query: new URLSearchParams(at < 0 ? '' : target.slice(at + 1)) }
  } catch {
    throw badRequest('The request path is not valid UTF-8')
  }
}

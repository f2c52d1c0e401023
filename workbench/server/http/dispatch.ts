import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Logger, messageOf } from '#core'
import type { Guard } from '../auth/guard.ts'
import { forbidden, HttpError, notFound } from '../errors.ts'
import { type Exchange, openExchange } from './exchange.ts'
import { redirect, sendEmpty, sendJson, setDefaultHeaders } from './reply.ts'
import { matchRoute, type Route } from './router.ts'

export interface Dispatcher {
  readonly routes: readonly Route[]
  readonly guard: Guard
  readonly log: Logger
}

/** Answer one request: host, origin, login, xsrf, then the route. Never throws. */
export async function dispatch(app: Dispatcher, req: IncomingMessage, res: ServerResponse): Promise<void> {
  setDefaultHeaders(res)
  try {
    const exchange = openExchange(req, res)
    await answer(app, exchange)
    app.log.debug(`${exchange.method} ${exchange.path} ${res.statusCode}`)
  } catch (error) {
    refuse(app, req, res, error)
  }
}

async function answer({ routes, guard }: Dispatcher, exchange: Exchange): Promise<void> {
  const { req, res, method, path, query } = exchange
  const caller = { method, headers: req.headers, query }
  if (!guard.hostIsOurs(caller)) throw forbidden('This server answers to localhost and 127.0.0.1 only')
  if (!guard.originIsOurs(caller)) throw forbidden('The request comes from a page of another origin')
  allowForeign(guard, exchange)
  if (method === 'OPTIONS') return sendEmpty(res)
  const found = matchRoute(routes, method, path)
  if ('allowed' in found) {
    if (found.allowed.length === 0) throw notFound('No such page or endpoint')
    res.setHeader('Allow', found.allowed.join(', '))
    throw new HttpError(405, `${method} is not possible here`)
  }
  const { route, params } = found
  if (route.access === 'public') return await route.handle(exchange, params)
  const identity = guard.identify(caller)
  if (identity === undefined) {
    if (route.access !== 'page')
      throw forbidden('Log in first: open the link that firstlight start has printed')
    const wrong = query.has('token') ? '&wrong=1' : ''
    return redirect(res, `/login?next=${encodeURIComponent(withoutToken(path, query))}${wrong}`)
  }
  if (route.access === 'page' && identity.by === 'token') {
    // Opened a second time: the tabs of the first keep their login.
    if (!guard.isLoggedIn(caller)) res.setHeader('Set-Cookie', guard.login())
    return redirect(res, withoutToken(path, query))
  }
  if (route.access !== 'page' && !guard.pageIsOurs(caller, identity)) {
    throw forbidden("'_xsrf' argument missing or wrong, or the request came from another page")
  }
  exchange.identity = identity
  await route.handle(exchange, params)
}

/** Origins of the allow-list may read our answers; all others are kept out by the browser too. */
function allowForeign(guard: Guard, { req, res }: Exchange): void {
  const { origin } = req.headers
  if (!guard.isAllowedOrigin(origin)) return
  res.setHeader('Access-Control-Allow-Origin', origin)
  res.setHeader('Access-Control-Allow-Headers', 'authorization, content-type, x-xsrftoken')
  res.setHeader('Access-Control-Allow-Methods', 'GET, PUT, POST, PATCH, DELETE, OPTIONS')
  res.setHeader('Vary', 'Origin')
}

function withoutToken(path: string, query: URLSearchParams): string {
  const kept = new URLSearchParams(query)
  kept.delete('token')
  const local = `/${path.replace(/^[/\\]+/, '')}`
  return encodeURI(local) + (kept.size > 0 ? `?${kept}` : '')
}

/** The client learns what it did wrong, never what went wrong inside; the log has it, without query or headers. */
function refuse({ log }: Dispatcher, req: IncomingMessage, res: ServerResponse, error: unknown): void {
  const known = error instanceof HttpError
  const path = (req.url ?? '').split('?')[0]
  if (hasLeft(req, error)) log.debug(`${req.method} ${path}: the client left before the end`)
  else if (!known)
    log.error(`${req.method} ${path}: ${error instanceof Error ? error.stack : messageOf(error)}`)
  else log.debug(`${req.method} ${path} ${error.status} ${error.code}`)
  if (res.headersSent) {
    res.destroy()
    return
  }
  for (const name of ['Content-Length', 'Content-Encoding', 'ETag']) res.removeHeader(name)
  if (known && error.status === 413) res.setHeader('Connection', 'close')
  sendJson(
    res,
    { message: known ? error.message : 'The server failed to answer; its log says more', reason: null },
    known ? error.status : statusOf(error),
  )
}

/** The client closed the connection while it asked or was answered: a tab was closed or reloaded. */
function hasLeft(req: IncomingMessage, error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || (code === 'ECONNRESET' && req.destroyed)
}

/** File system refusals are the user's to solve, not server faults. */
function statusOf(error: unknown): number {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 403
    case 'ENOENT':
      return 404
    case 'ENOSPC':
      return 507
    default:
      return 500
  }
}

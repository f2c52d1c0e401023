import type { Exchange } from './exchange.ts'

/** Values of a pattern's `:name` (one segment) and `*` (the rest, slashes included). */
export type Params = Readonly<Record<string, string>>
export type Handler = (exchange: Exchange, params: Params) => void | Promise<void>

/**
 * - `public`: no login.
 * - `page`: a person's browser; without login it is sent to the login form.
 * - `api`: without login 403; a cookie login also needs the xsrf header on writing verbs.
 * - `content`: as `api`; the user's files as raw bytes.
 */
export type Access = 'public' | 'page' | 'api' | 'content'

export interface Route {
  readonly method: string
  /** As it was declared. */
  readonly path: string
  readonly pattern: RegExp
  readonly access: Access
  readonly handle: Handler
}

/** `/api/sessions/:id` or `/api/contents*`. */
export function route(method: string, path: string, access: Access, handle: Handler): Route {
  const source = path
    .replace(/[.]/g, '\\.')
    .replace(/:(\w+)/g, '(?<$1>[^/]+)')
    .replace(/\/?\*/, (star) => (star === '*' ? '(?<rest>(?:/[^]*)?)' : '/(?<rest>[^]*)'))
  return { method, path, pattern: new RegExp(`^${source}$`), access, handle }
}

export interface Match {
  readonly route: Route
  readonly params: Params
}

/** The first route for method and path; `allowed` names the methods of the path when only the method is wrong. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): Match | { readonly allowed: string[] } {
  const allowed: string[] = []
  for (const candidate of routes) {
    const found = candidate.pattern.exec(path)
    if (found === null) continue
    if (candidate.method === method || (method === 'HEAD' && candidate.method === 'GET')) {
      return { route: candidate, params: { ...found.groups } }
    }
    allowed.push(candidate.method)
  }
  return { allowed }
}

import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Identity } from '../http/exchange.ts'
import { Signer, secretsEqual } from './secret.ts'

/** What the guard looks at: the same for a request and for a websocket upgrade. */
export interface Caller {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly query: URLSearchParams
}

export interface GuardOptions {
  /** Origins besides our own that may call, compared whole. */
  readonly allowOrigins?: readonly string[]
  /** How browsers reach us: part of our own origin, and of how cookies are kept. */
  readonly scheme?: 'http' | 'https'
}

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i
const SAFE_VERBS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Answers the questions "is this our user?" and "did a page of ours ask?", and nothing else. */
export class Guard {
  readonly #token: string
  readonly #signer: Signer
  readonly #allowOrigins: ReadonlySet<string>
  readonly #scheme: 'http' | 'https'
  #cookieName = 'firstlight'

  constructor(token: string, { allowOrigins = [], scheme = 'http' }: GuardOptions = {}) {
    this.#token = token
    this.#scheme = scheme
    this.#signer = new Signer(token)
    this.#allowOrigins = new Set(allowOrigins)
  }

  /** Cookies do not tell ports apart, so the name does. */
  set port(port: number) {
    this.#cookieName = `firstlight-${port}`
  }

  /** A page that resolves its own name to 127.0.0.1 (DNS rebinding) still sends that name. */
  hostIsOurs({ headers }: Caller): boolean {
    return LOOPBACK.test(headers.host ?? '')
  }

  /** Origin, where a browser gives one, must be this server or an allowed one, compared whole. */
  originIsOurs({ headers }: Caller): boolean {
    const { origin } = headers
    return (
      origin === undefined || origin === `${this.#scheme}://${headers.host}` || this.#allowOrigins.has(origin)
    )
  }

  isAllowedOrigin(origin: string | undefined): origin is string {
    return origin !== undefined && this.#allowOrigins.has(origin)
  }

  /** A wrong token is refused even beside a right one or a good cookie. */
  identify(caller: Caller): Identity | undefined {
    const given = tokensOf(caller)
    if (given.length > 0) return given.every((token) => this.tokenIsOurs(token)) ? { by: 'token' } : undefined
    const session = this.#sessionOf(caller)
    return session === undefined ? undefined : { by: 'cookie', session }
  }

  /** A cookie of ours is there, whatever else is. */
  isLoggedIn(caller: Caller): boolean {
    return this.#sessionOf(caller) !== undefined
  }

  tokenIsOurs(token: string): boolean {
    return secretsEqual(token, this.#token)
  }

  /**
   * A cookie alone is sent by any page that names our address. Writing needs the xsrf value, which only our page knows;
   * reading needs a sign that our page (or the address bar) asked.
   */
  pageIsOurs(caller: Caller, identity: Identity): boolean {
    if (identity.by === 'token') return true
    if (SAFE_VERBS.has(caller.method)) return askedFromHere(caller.headers)
    const given = caller.headers['x-xsrftoken']
    return typeof given === 'string' && secretsEqual(given, this.xsrfFor(identity.session))
  }

  /** Websockets have no xsrf header: with a cookie the Origin must be there and ours. */
  upgradeIsOurs(caller: Caller, identity: Identity): boolean {
    return this.originIsOurs(caller) && (identity.by === 'token' || caller.headers.origin !== undefined)
  }

  /** Bound to the login, so a value set from a sibling port or subdomain does not fit. */
  xsrfFor(session: string): string {
    return this.#signer.sign(`xsrf:${session}`)
  }

  /** Set-Cookie lines of a new login. */
  login(): string[] {
    const session = randomBytes(16).toString('hex')
    const secure = this.#scheme === 'https' ? '; Secure' : ''
    const value = `${session}.${this.#signer.sign(`session:${session}`)}`
    return [
      `${this.#cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}`,
      `_xsrf=${this.xsrfFor(session)}; Path=/; SameSite=Lax${secure}`,
    ]
  }

  logout(): string[] {
    return [`${this.#cookieName}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`, '_xsrf=; Path=/; Max-Age=0']
  }

  #sessionOf({ headers }: Caller): string | undefined {
    for (const part of (headers.cookie ?? '').split(';')) {
      const [name, value = ''] = part.trim().split('=', 2)
      if (name !== this.#cookieName) continue
      const [session = '', signature = ''] = value.split('.', 2)
      if (secretsEqual(signature, this.#signer.sign(`session:${session}`))) return session
    }
    return undefined
  }
}

/** `Authorization: token T`, `Authorization: Bearer T` or `?token=T`. */
function tokensOf({ headers, query }: Caller): string[] {
  const found = /^(?:token|bearer)\s+(\S+)$/i.exec(headers.authorization ?? '')
  return [...(found?.[1] === undefined ? [] : [found[1]]), ...query.getAll('token')]
}

function askedFromHere(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const referer = headers.referer
  return referer !== undefined && hostOf(referer) === headers.host
}

function hostOf(url: string): string | undefined {
  try {
    return new URL(url).host
  } catch {
    return undefined
  }
}

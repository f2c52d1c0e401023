import { forbidden } from '../errors.ts'
import { readBody } from '../http/body.ts'
import type { Exchange } from '../http/exchange.ts'
import { escapeHtml, redirect, sendHtml } from '../http/reply.ts'
import { type Route, route } from '../http/router.ts'
import type { Guard } from './guard.ts'
import { safeNext } from './next.ts'

/** /login, /logout */
export function authRoutes(guard: Guard): Route[] {
  return [
    route('GET', '/login', 'public', ({ res, query }) =>
      sendHtml(res, loginForm(safeNext(query.get('next')), query.has('wrong') ? OLD_LINK : '')),
    ),
    route('POST', '/login', 'public', async (exchange) => {
      const { req, res } = exchange
      if (!cameFromHere(exchange)) throw forbidden('The login form must come from this server')
      const form = new URLSearchParams((await readBody(req, 8192)).toString('utf8'))
      const next = safeNext(form.get('next'))
      if (!guard.tokenIsOurs(form.get('token') ?? '')) {
        sendHtml(res, loginForm(next, 'That is not the token of this server.'), 403)
        return
      }
      res.setHeader('Set-Cookie', guard.login())
      redirect(res, next)
    }),
    route('GET', '/logout', 'page', ({ res }) => {
      res.setHeader('Set-Cookie', guard.logout())
      redirect(res, '/login')
    }),
  ]
}

const OLD_LINK = 'The token in that link is not the one of this server: it is new at every start.'

/** A form on a foreign page could log a user in as somebody else. */
function cameFromHere({ req }: Exchange): boolean {
  const site = req.headers['sec-fetch-site']
  return site === undefined || site === 'same-origin'
}

const loginForm = (next: string, problem = '') => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Firstlight: log in</title>
<link rel="icon" type="image/svg+xml" href="/static/logo.svg">
<style>
body { font: 16px/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh; color: #1b2733; background: #f4f6f8 }
form { background: #fff; padding: 2rem 2.5rem; border-radius: 8px; box-shadow: 0 1px 8px #0002; max-width: 26rem }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .4rem .6rem; margin: .3rem 0 1rem }
button { font: inherit; padding: .4rem 1.4rem; color: #fff; background: #1b5e9e; border: 0; border-radius: 4px; cursor: pointer }
[role=alert] { color: #a32020; min-height: 1.5em; margin: 0 }
code { background: #eef1f4; padding: 0 .3em }
</style>
</head>
<body>
<form method="post" action="/login">
<h1>Firstlight</h1>
<p>Open the link that <code>firstlight start</code> has printed, or paste its token.</p>
<p role="alert">${escapeHtml(problem)}</p>
<input type="hidden" name="next" value="${escapeHtml(next)}">
<label>Token <input type="password" name="token" autocomplete="off" autofocus></label>
<button>Log in</button>
</form>
</body>
</html>
`

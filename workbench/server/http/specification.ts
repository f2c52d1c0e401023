import { send } from './reply.ts'
import { API_VERSION } from './status.ts'
import { type Route, route } from './router.ts'

/** /api/spec.yaml: what this server answers, as OpenAPI, made from the routes themselves. */
export function specificationRoute(routes: readonly Route[]): Route {
  return route('GET', '/api/spec.yaml', 'api', ({ res }) => send(res, specification(routes), 'text/x-yaml'))
}

const HEAD = `openapi: 3.0.3
info:
  title: Firstlight server
  description: Jupyter's server interface, as JupyterLab's client speaks it.
  version: ${API_VERSION}
security:
  - token: []
components:
  securitySchemes:
    token:
      type: apiKey
      in: header
      name: Authorization
      description: "token TOKEN; or the cookie of a login with X-XSRFToken"
paths:
`

function specification(routes: readonly Route[]): string {
  const paths = new Map<string, Route[]>()
  for (const one of routes)
    if (/^\/(?:api|lab\/api|files|kernelspecs|nbconvert)\b/.test(one.path))
      paths.set(openPath(one.path), [...(paths.get(openPath(one.path)) ?? []), one])
  return (
    HEAD +
    [...paths]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, all]) => pathText(path, all))
      .join('')
  )
}

const openPath = (path: string): string =>
  (path.length > 1 ? path.replace(/\/$/, '') : path).replace(/\/?\*/, '/{path}').replace(/:(\w+)/g, '{$1}')

function pathText(path: string, routes: readonly Route[]): string {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  const parameters = names.map(
    (name) => `      - { name: ${name}, in: path, required: true, schema: { type: string } }\n`,
  )
  const verbs = new Map(routes.map((one) => [one.method.toLowerCase(), one]))
  const head = `  ${path}:\n${parameters.length === 0 ? '' : `    parameters:\n${parameters.join('')}`}`
  return head + [...verbs].map(([verb, { access }]) => verbText(verb, access)).join('')
}

const verbText = (verb: string, access: Route['access']): string =>
  `    ${verb}:\n${access === 'public' ? '      security: []\n' : ''}      responses:\n        default: { description: see the Jupyter server's own documentation }\n`

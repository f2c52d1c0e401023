import { readJsonObject } from '../http/body.ts'
import { sendEmpty, sendJson } from '../http/reply.ts'
import { type Params, type Route, route } from '../http/router.ts'
import type { Sessions } from './sessions.ts'

/** /api/sessions */
export function sessionRoutes(sessions: Sessions): Route[] {
  const id = (params: Params) => params['id'] ?? ''
  return [
    route('GET', '/api/sessions', 'api', ({ res }) => sendJson(res, sessions.list())),
    route('POST', '/api/sessions', 'api', async ({ req, res }) => {
      const model = await sessions.create(await readJsonObject(req))
      res.setHeader('Location', `/api/sessions/${model.id}`)
      sendJson(res, model, 201)
    }),
    route('GET', '/api/sessions/:id', 'api', ({ res }, params) => sendJson(res, sessions.get(id(params)))),
    route('PATCH', '/api/sessions/:id', 'api', async ({ req, res }, params) =>
      sendJson(res, await sessions.update(id(params), await readJsonObject(req))),
    ),
    route('DELETE', '/api/sessions/:id', 'api', async ({ res }, params) => {
      await sessions.delete(id(params))
      sendEmpty(res)
    }),
  ]
}

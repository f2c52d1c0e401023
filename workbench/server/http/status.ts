import { userInfo } from 'node:os'
import { badRequest } from '../errors.ts'
import { TextStore } from '../lab/store.ts'
import { join } from 'node:path'
import { isObject, type JsonObject, parseJson, readJsonObject } from './body.ts'
import { sendJson } from './reply.ts'
import { type Params, type Route, route } from './router.ts'

export interface Activity {
  readonly started: Date
  lastActivity: Date
  kernels(): number
  connections(): number
}

/** The interface version we speak. */
export const API_VERSION = '2.21.1'

/** /api, /api/status, /api/me, /api/config */
export function statusRoutes(activity: Activity, stateDir: string): Route[] {
  const configs = new TextStore(join(stateDir, 'config'))
  return [
    route('GET', '/api', 'public', ({ res }) => sendJson(res, { version: API_VERSION })),
    route('GET', '/api/', 'public', ({ res }) => sendJson(res, { version: API_VERSION })),
    route('GET', '/api/status', 'api', ({ res }) =>
      sendJson(res, {
        started: activity.started.toISOString(),
        last_activity: activity.lastActivity.toISOString(),
        kernels: activity.kernels(),
        connections: activity.connections(),
      }),
    ),
    route('GET', '/api/me', 'api', ({ res, query }) =>
      sendJson(res, {
        identity: identity(),
        permissions: permissions(query.get('permissions')),
        updatable_fields: [],
      }),
    ),
    route('GET', '/api/config/:section', 'api', async ({ res }, params) =>
      sendJson(res, await configOf(configs, params)),
    ),
    route('PATCH', '/api/config/:section', 'api', async ({ req, res }, params) => {
      const merged = merge(await configOf(configs, params), await readJsonObject(req))
      await configs.set(params['section'] ?? '', JSON.stringify(merged))
      sendJson(res, merged)
    }),
    route('PUT', '/api/config/:section', 'api', async ({ req, res }, params) => {
      await configOf(configs, params)
      await configs.set(params['section'] ?? '', JSON.stringify(await readJsonObject(req)))
      res.writeHead(204).end()
    }),
  ]
}

function identity() {
  const { username } = userInfo()
  return {
    username,
    name: username,
    display_name: username,
    initials: username.slice(0, 2).toUpperCase(),
    avatar_url: null,
    color: null,
  }
}

/** One user, who may do everything on their own machine: what is asked for is what is granted. */
function permissions(asked: string | null): JsonObject {
  const wanted = asked === null ? {} : parseJson(asked, 'permissions')
  const valid =
    isObject(wanted) &&
    Object.values(wanted).every(
      (list) => Array.isArray(list) && list.every((item) => typeof item === 'string'),
    )
  if (!valid) throw badRequest('permissions must be an object of lists')
  return wanted
}

async function configOf(store: TextStore, params: Params): Promise<JsonObject> {
  const section = params['section'] ?? ''
  if (!/^\w+$/.test(section)) throw badRequest('A section is named with letters, digits and underscores')
  const saved = parseJson((await store.get(section))?.text ?? '{}')
  return isObject(saved) ? saved : {}
}

/** Nested objects merge, null deletes. */
function merge(into: JsonObject, patch: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...into }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else if (isObject(value)) result[key] = merge(isObject(result[key]) ? result[key] : {}, value)
    else result[key] = value
  }
  return result
}

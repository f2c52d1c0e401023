import { userInfo } from 'node:os'
import { badRequest } from '../errors.ts'
import { isObject, type JsonObject, parseJson, readJsonObject } from '../http/body.ts'
import { sendJson } from '../http/reply.ts'
import { type Route, route } from '../http/router.ts'
import type { TextStore } from '../lab/store.ts'

/** What a person may change about how they are shown; the user name is the system's. */
const UPDATABLE = ['name', 'display_name', 'initials', 'avatar_url', 'color'] as const
const KEY = 'identity'

/** /api/me: the one user of this server, who may do everything. */
export function identityRoutes(store: TextStore): Route[] {
  const identity = async () => ({ ...ofSystem(), ...(await saved(store)) })
  return [
    route('GET', '/api/me', 'api', async ({ res, query }) =>
      sendJson(res, {
        identity: await identity(),
        permissions: { ...granted(query.get('permissions')), updatable_fields: UPDATABLE },
      }),
    ),
    route('PATCH', '/api/me', 'api', async ({ req, res }) => {
      const change = checked(await readJsonObject(req))
      await store.set(KEY, JSON.stringify({ ...(await saved(store)), ...change }))
      sendJson(res, { status: 'success', identity: await identity() })
    }),
  ]
}

function ofSystem() {
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

async function saved(store: TextStore): Promise<JsonObject> {
  const value = parseJson((await store.get(KEY))?.text ?? '{}')
  return isObject(value) ? value : {}
}

function checked(change: JsonObject): JsonObject {
  const fields = Object.entries(change)
  if (fields.length === 0) throw badRequest('Nothing to change was given')
  for (const [field, value] of fields) {
    if (!UPDATABLE.some((name) => name === field)) throw badRequest(`${field} cannot be changed`)
    if (typeof value !== 'string' || value.length > 1000) throw badRequest(`${field} must be a short text`)
  }
  return change
}

/** One user, who may do everything on their own machine: what is asked for is what is granted. */
function granted(asked: string | null): JsonObject {
  const wanted = asked === null || asked === '' ? {} : parseJson(asked, 'permissions')
  const valid =
    isObject(wanted) &&
    Object.values(wanted).every(
      (list) => Array.isArray(list) && list.every((item) => typeof item === 'string'),
    )
  if (!valid) throw badRequest('permissions must be an object of lists')
  return wanted
}

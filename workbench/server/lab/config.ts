import { notFound } from '../errors.ts'
import { isObject, type JsonObject, parseJson, readJsonObject } from '../http/body.ts'
import { sendEmpty, sendJson } from '../http/reply.ts'
import { type Params, type Route, route } from '../http/router.ts'
import type { TextStore } from './store.ts'

/** /api/config: small JSON objects that front ends keep, by section. */
export function configRoutes(store: TextStore): Route[] {
  return [
    route('GET', '/api/config/:section', 'api', async ({ res }, params) =>
      sendJson(res, await configOf(store, params)),
    ),
    route('PATCH', '/api/config/:section', 'api', async ({ req, res }, params) => {
      const merged = merge(await configOf(store, params), await readJsonObject(req))
      await store.set(sectionOf(params), JSON.stringify(merged))
      sendJson(res, merged)
    }),
    route('PUT', '/api/config/:section', 'api', async ({ req, res }, params) => {
      await store.set(sectionOf(params), JSON.stringify(await readJsonObject(req)))
      sendEmpty(res)
    }),
  ]
}

function sectionOf(params: Params): string {
  const section = params['section'] ?? ''
  if (!/^\w{1,200}$/.test(section)) throw notFound('A section is named with letters, digits and underscores')
  return section
}

async function configOf(store: TextStore, params: Params): Promise<JsonObject> {
  const saved = parseJson((await store.get(sectionOf(params)))?.text ?? '{}')
  return isObject(saved) ? saved : {}
}

/** Nested objects merge, null deletes, and an object that is left empty goes too. */
function merge(into: JsonObject, patch: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...into }
  for (const [key, value] of Object.entries(patch)) {
    const merged = isObject(value) ? merge(isObject(result[key]) ? result[key] : {}, value) : value
    if (merged === null || (isObject(merged) && Object.keys(merged).length === 0)) delete result[key]
    else
      Object.defineProperty(result, key, {
        value: merged,
        enumerable: true,
        configurable: true,
        writable: true,
      })
  }
  return result
}

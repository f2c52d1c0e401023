import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '#core'
import { badRequest, notFound } from '../errors.ts'
import { readJsonObject } from '../http/body.ts'
import { sendEmpty, sendJson } from '../http/reply.ts'
import { type Params, type Route, route } from '../http/router.ts'
import { parseJson5 } from './json5.ts'
import { misfit } from './schema-check.ts'
import { TextStore } from './store.ts'

interface Schema {
  readonly version: string
  readonly schema: Readonly<Record<string, unknown>>
}

/** What we set differently from JupyterLab's defaults; the user's own settings win. */
const OVERRIDES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  // A button in somebody's notebook may not run commands of the application (CVE-2026-42557).
  '@jupyterlab/apputils-extension:sanitizer': { allowCommandLinker: false },
  // The first completion of a fresh kernel may take longer than the second that JupyterLab allows.
  '@jupyterlab/completer-extension:manager': { providerTimeout: 5000 },
  '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
}

/** /lab/api/settings: the schemas of the built application and this user's JSON5 texts. */
export function settingsRoutes(staticDir: string, stateDir: string): Route[] {
  const store = new TextStore(join(stateDir, 'settings'))
  let loading: Promise<Record<string, Schema>> | undefined
  const schemas = () => (loading ??= readSchemas(join(staticDir, 'schemas.json')))
  const idOf = (params: Params) => (params['rest'] ?? '').replace(/^\//, '')
  const model = async (id: string) => {
    const found = (await schemas())[id]
    if (found === undefined) throw notFound(`No settings named ${id}`)
    const saved = await store.get(id)
    return {
      id,
      schema: found.schema,
      version: found.version,
      settings: {},
      raw: saved?.text ?? '{}',
      created: saved?.created ?? null,
      last_modified: saved?.last_modified ?? null,
    }
  }
  return [
    route('GET', '/lab/api/settings', 'api', async ({ res, query }) => {
      const ids = Object.keys(await schemas())
      if (query.get('ids_only') === 'true') return sendJson(res, { settings: ids.map((id) => ({ id })) })
      const settings = await Promise.all(ids.map(model))
      sendJson(res, { settings })
    }),
    route('GET', '/lab/api/settings/*', 'api', async ({ res }, params) =>
      sendJson(res, await model(idOf(params))),
    ),
    route('PUT', '/lab/api/settings/*', 'api', async ({ req, res }, params) => {
      const { raw } = await readJsonObject(req)
      if (typeof raw !== 'string') throw badRequest('raw must be a string')
      const { id, schema } = await model(idOf(params))
      checkSettings(raw, schema)
      await store.set(id, raw)
      sendEmpty(res)
    }),
  ]
}

/** A text that the front end could not read, or would refuse, is refused before it is kept. */
function checkSettings(raw: string, schema: Schema['schema']): void {
  let settings: unknown
  try {
    settings = parseJson5(raw.trim() === '' ? '{}' : raw)
  } catch (error) {
    throw badRequest(`The settings are no JSON5: ${messageOf(error)}`)
  }
  const fault = misfit(settings, schema)
  if (fault !== undefined) throw badRequest(`The settings do not fit their schema: ${fault}`)
}

async function readSchemas(file: string): Promise<Record<string, Schema>> {
  const schemas = JSON.parse(await readFile(file, 'utf8')) as Record<string, Schema>
  for (const [id, values] of Object.entries(OVERRIDES)) {
    const found = schemas[id]
    const properties = found?.schema['properties'] as Record<string, Record<string, unknown>> | undefined
    if (properties === undefined) continue
    for (const [name, value] of Object.entries(values))
      properties[name] = { ...properties[name], default: value }
  }
  return schemas
}

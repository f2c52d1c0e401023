import { join } from 'node:path'
import { badRequest, notFound } from '../errors.ts'
import { isObject, readJsonObject } from '../http/body.ts'
import { sendEmpty, sendJson } from '../http/reply.ts'
import { type Params, type Route, route } from '../http/router.ts'
import { type StoredText, TextStore } from './store.ts'

const MAX_WORKSPACE = 8 << 20

/** /lab/api/workspaces: which documents were open where. */
export function workspaceRoutes(stateDir: string): Route[] {
  const store = new TextStore(join(stateDir, 'workspaces'))
  const idOf = (params: Params) => (params['rest'] ?? '').replace(/^\//, '')
  return [
    route('GET', '/lab/api/workspaces', 'api', async ({ res }) => {
      const values = (await store.list()).map(modelOf)
      sendJson(res, { workspaces: { ids: values.map(({ metadata }) => metadata.id), values } })
    }),
    route('GET', '/lab/api/workspaces/*', 'api', async ({ res }, params) => {
      const found = await store.get(idOf(params))
      sendJson(res, found === undefined ? { data: {}, metadata: { id: idOf(params) } } : modelOf(found))
    }),
    route('PUT', '/lab/api/workspaces/*', 'api', async ({ req, res }, params) => {
      const { data, metadata } = await readJsonObject(req, MAX_WORKSPACE)
      if (!isObject(data)) throw badRequest('data must be an object')
      if (!isObject(metadata) || metadata['id'] !== idOf(params))
        throw badRequest(`metadata.id must be ${idOf(params)}`)
      await store.set(idOf(params), JSON.stringify(data))
      sendEmpty(res)
    }),
    route('DELETE', '/lab/api/workspaces/*', 'api', async ({ res }, params) => {
      if (!(await store.delete(idOf(params)))) throw notFound(`No workspace named ${idOf(params)}`)
      sendEmpty(res)
    }),
  ]
}

const modelOf = ({ id, text, created, last_modified }: StoredText) => ({
  data: JSON.parse(text) as unknown,
  metadata: { id, created, last_modified },
})

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const json = async (method: string, path: string, body?: unknown) =>
  (await (await server.call(method, path, body)).json()) as Record<string, unknown>

test('settings: schemas of the application with the text of the user', async () => {
  expect(await json('GET', '/lab/api/settings?ids_only=true')).toEqual({ settings: [{ id: 'test:plugin' }] })
  const before = await json('GET', '/lab/api/settings/test:plugin')
  expect(before).toMatchObject({ id: 'test:plugin', raw: '{}', version: '1', schema: { type: 'object' } })
  const raw = '{ // mine\n "size": 5 }'
  expect((await server.call('PUT', '/lab/api/settings/test:plugin', { raw })).status).toBe(204)
  expect(await json('GET', '/lab/api/settings/test:plugin')).toMatchObject({ raw })
  expect((await server.call('GET', '/lab/api/settings/no:such')).status).toBe(404)
  expect((await server.call('PUT', '/lab/api/settings/no:such', { raw })).status).toBe(404)
  expect((await server.call('PUT', '/lab/api/settings/test:plugin', {})).status).toBe(400)
})

test('workspaces: an id is what it says, whatever it looks like', async () => {
  const id = '../../etc/passwd'
  const path = `/lab/api/workspaces/${encodeURIComponent(id)}`
  const model = { data: { 'layout-restorer:data': {} }, metadata: { id } }
  expect((await server.call('PUT', path, model)).status).toBe(204)
  expect(await json('GET', path)).toMatchObject(model)
  expect(await json('GET', '/lab/api/workspaces')).toMatchObject({ workspaces: { ids: [id] } })
  expect((await server.call('PUT', path, { ...model, metadata: { id: 'other' } })).status).toBe(400)
  expect((await server.call('DELETE', path)).status).toBe(204)
  expect((await server.call('DELETE', path)).status).toBe(404)
  expect(await json('GET', path)).toMatchObject({ data: {}, metadata: { id } })
})

test('status, identity, configuration, translations, events', async () => {
  expect(await json('GET', '/api')).toEqual({ version: expect.stringMatching(/^2\./) as string })
  expect(await json('GET', '/api/status')).toMatchObject({ kernels: 0, connections: 0 })
  const me = await json('GET', `/api/me?permissions=${encodeURIComponent('{"contents":["read"]}')}`)
  expect(me).toMatchObject({
    identity: { display_name: expect.any(String) as string },
    permissions: { contents: ['read'] },
  })
  expect((await server.call('GET', '/api/me?permissions=[1]')).status).toBe(400)
  expect(await json('PATCH', '/api/config/notebook', { a: { b: 1, c: 2 } })).toEqual({ a: { b: 1, c: 2 } })
  expect(await json('PATCH', '/api/config/notebook', { a: { b: null } })).toEqual({ a: { c: 2 } })
  expect((await server.call('GET', '/api/config/..%2fx')).status).toBe(404)
  expect((await server.call('GET', '/api/config/a.b')).status).toBe(404)
  expect(await json('GET', '/lab/api/translations/de_DE')).toMatchObject({ data: {} })
  const event = { schema_id: 'https://example.org/x', version: '1', data: {} }
  expect((await server.call('POST', '/api/events', event)).status).toBe(204)
  expect((await server.call('POST', '/api/events', {})).status).toBe(400)
})

test('the launcher is told titles and order of the notebooks, ours marked', async () => {
  const notebook = (metadata: object, source: string) =>
    JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata,
      cells: [{ cell_type: 'markdown', metadata: {}, source }],
    })
  mkdirSync(join(server.root, 'sub'))
  writeFileSync(
    join(server.root, 'a.ipynb'),
    notebook({ firstlight: { title: 'First light', order: 1 } }, '# x'),
  )
  writeFileSync(join(server.root, 'sub/b.ipynb'), notebook({}, '# My title\n\nWhat it does.'))
  writeFileSync(join(server.root, 'broken.ipynb'), '{')
  expect(await json('GET', '/firstlight/notebooks')).toEqual({
    notebooks: [
      { path: 'a.ipynb', title: 'First light', summary: '', order: 1, ours: true },
      { path: 'sub/b.ipynb', title: 'My title', summary: 'What it does.', order: 1000, ours: false },
    ],
  })
})

test('static files: packed when the browser takes it, hashed names kept for good, others asked again', async () => {
  const folder = join(server.dir, 'static')
  writeFileSync(join(folder, 'main.0123456789.js'), 'long '.repeat(1000))
  writeFileSync(join(folder, 'main.0123456789.js.gz'), gzipSync('long '.repeat(1000)))
  const hashed = await server.raw('/static/main.0123456789.js', { headers: { 'Accept-Encoding': 'gzip' } })
  expect(hashed.headers.get('content-encoding')).toBe('gzip')
  expect(hashed.headers.get('cache-control')).toContain('immutable')
  expect(await hashed.text()).toBe('long '.repeat(1000))
  const plain = await server.raw('/static/main.js')
  expect(plain.headers.get('cache-control')).toBe('no-cache')
  const etag = plain.headers.get('etag') ?? ''
  expect((await server.raw('/static/main.js', { headers: { 'If-None-Match': etag } })).status).toBe(304)
  expect((await server.raw('/static/.stamp')).status).toBe(404)
})

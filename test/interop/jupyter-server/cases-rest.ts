import { ConfigSection, EventManager, SettingManager, WorkspaceManager } from '@jupyterlab/services'
import { asking, one } from './cases-contents.ts'
import type { Case } from './recording.ts'

const FILE_BROWSER = '@jupyterlab/filebrowser-extension:browser'

/** Everything that is neither contents nor kernels. */
export const restCases: readonly Case[] = [
  asking('version', ['GET /api'], ['GET /api/']),
  asking('status', ['GET /api/status']),
  asking(
    'permissions',
    [`GET /api/me?permissions=${encodeURIComponent('{"contents":["read","write"],"kernels":["execute"]}')}`],
    ['GET /api/me?permissions=%5B1%5D'],
    ['GET /api/me?permissions=%7B'],
    [`GET /api/me?permissions=${encodeURIComponent('{"contents":"read"}')}`],
    ['PATCH /api/me', { color: 'red' }],
    ['PATCH /api/me', { nothing: 'x' }],
  ),
  asking('specification', ['GET /api/spec.yaml']),
  asking(
    'resolve a path',
    ['GET /api/resolvePath?path=text.txt'],
    ['GET /api/resolvePath?path=none.txt'],
    ['GET /api/resolvePath'],
  ),
  one('configuration', async ({ settings: serverSettings }) => {
    const section = await ConfigSection.create({ name: 'notebook', serverSettings })
    await section.update({ a: { b: 1, c: [1, 2] } })
    return await section.update({ a: { b: null as unknown as number, d: 'x' } })
  }),
  asking(
    'configuration: by hand',
    ['PUT /api/config/tree', { x: 1 }],
    ['GET /api/config/tree'],
    ['PATCH /api/config/tree', { x: null, y: {} }],
    ['GET /api/config/never'],
    ['GET /api/config/a.b'],
    ['GET /api/config/..%2Fx'],
    ['PATCH /api/config/tree', '[1]'],
    ['PATCH /api/config/tree', 'no json'],
  ),
  one('settings: list of ids', async ({ settings: serverSettings }) => {
    const { ids } = await new SettingManager({ serverSettings }).list('ids')
    return ids.includes(FILE_BROWSER)
  }),
  one('settings: read and write', async ({ settings: serverSettings }) => {
    const manager = new SettingManager({ serverSettings })
    const before = await manager.fetch(FILE_BROWSER)
    await manager.save(FILE_BROWSER, '{ // mine\n "navigateToCurrentDirectory": true }')
    const after = await manager.fetch(FILE_BROWSER)
    return { before: before.raw, after: after.raw, id: after.id }
  }),
  asking(
    'settings: what is refused',
    ['GET /lab/api/settings/@jupyterlab/none:none'],
    ['PUT /lab/api/settings/@jupyterlab/none:none', { raw: '{}' }],
    [`PUT /lab/api/settings/${FILE_BROWSER}`, { raw: '{ "navigateToCurrentDirectory": 3 }' }],
    [`PUT /lab/api/settings/${FILE_BROWSER}`, { raw: '{ broken' }],
    [`PUT /lab/api/settings/${FILE_BROWSER}`, {}],
  ),
  one('workspaces', async ({ settings: serverSettings }) => {
    const manager = new WorkspaceManager({ serverSettings })
    const none = await manager.list()
    const fresh = await manager.fetch('default')
    await manager.save('mine', { data: { 'layout:x': { y: 1 } }, metadata: { id: 'mine' } })
    const kept = await manager.fetch('mine')
    const some = await manager.list()
    await manager.remove('mine')
    return { none, fresh, kept, some, after: await manager.list() }
  }),
  asking(
    'workspaces: what is refused',
    ['PUT /lab/api/workspaces/one', { data: {}, metadata: { id: 'two' } }],
    ['PUT /lab/api/workspaces/one', { metadata: { id: 'one' } }],
    ['PUT /lab/api/workspaces/one', 'no json'],
    ['DELETE /lab/api/workspaces/never'],
  ),
  asking(
    'translations',
    ['GET /lab/api/translations'],
    ['GET /lab/api/translations/default'],
    ['GET /lab/api/translations/xx_YY'],
  ),
  asking(
    'themes',
    ['HEAD /lab/api/themes/@jupyterlab/theme-dark-extension/index.css'],
    ['GET /lab/api/themes/none'],
  ),
  asking('listings', ['GET /lab/api/listings/@jupyterlab/extensionmanager-extension/listings.json']),
  asking('terminals', ['GET /api/terminals'], ['POST /api/terminals', {}], ['DELETE /api/terminals/1']),
  one('events', async ({ settings: serverSettings }) => {
    const manager = new EventManager({ serverSettings })
    await manager.emit({
      schema_id: 'https://events.jupyter.org/jupyter_server/contents_service/v1',
      data: { action: 'get', path: 'x' },
      version: '1',
    })
    manager.dispose()
  }),
  asking('events: what is refused', ['POST /api/events', {}], ['POST /api/events', 'no json']),
  asking(
    'conversion',
    ['GET /api/nbconvert'],
    ['GET /nbconvert/none/run.ipynb'],
    ['GET /nbconvert/html/none.ipynb'],
  ),
  asking(
    'conversion: what both make',
    ['GET /nbconvert/notebook/run.ipynb'],
    ['GET /nbconvert/markdown/run.ipynb?download=true'],
    ['GET /nbconvert/script/run.ipynb?download=true'],
  ),
  asking(
    'what only JupyterLab itself asks',
    ['GET /lab/api/extensions'],
    ['GET /lab/api/plugins'],
    ['GET /lab/api/build'],
    ['GET /lab/api/licenses'],
  ),
  asking('metrics and language servers', ['GET /api/lsp/status'], ['GET /metrics']),
  one('in and out', async ({ server, settings }) => {
    const ask = (path: string, init?: RequestInit) => settings.fetch(`${server.base}${path}`, init)
    const form = (token: string) => ({ method: 'POST', body: new URLSearchParams({ password: token }) })
    await ask('/')
    await ask('/login?next=%2Flab%2Ftree%2Ftext.txt')
    await ask('/login', form('wrong'))
    await ask('/logout')
  }),
  asking(
    'pages that are not there',
    ['GET /nowhere'],
    ['GET /api/nowhere'],
    ['GET /lab/api/nowhere'],
    ['GET /static/none.js'],
  ),
  asking('who may ask', ['GET /api/kernels?token=wrong']),
  one('without login', async ({ server, settings }) => {
    for (const path of [
      '/api',
      '/api/status',
      '/api/contents',
      '/api/kernels',
      '/lab',
      '/files/text.txt',
      '/api/kernelspecs',
    ])
      await settings.fetch(`${server.base}${path}`)
    await settings.fetch(`${server.base}/api/kernels`, { method: 'POST', body: '{}' })
    await settings.fetch(`${server.base}/api/contents`, { method: 'OPTIONS' })
  }),
  one('from a foreign origin', async ({ ask }) => {
    const headers = { Origin: 'https://evil.example.com' }
    await ask('GET', '/api/kernels', undefined, headers)
    await ask('POST', '/api/kernels', { name: 'fake' }, headers)
  }),
]

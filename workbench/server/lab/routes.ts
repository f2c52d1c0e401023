import { readdir } from 'node:fs/promises'
import { badRequest, notFound } from '../errors.ts'
import type { Guard } from '../auth/guard.ts'
import { isObject, type JsonObject, readJsonObject } from '../http/body.ts'
import type { Exchange } from '../http/exchange.ts'
import { redirect, sendEmpty, sendHtml, sendJson } from '../http/reply.ts'
import { type Route, route } from '../http/router.ts'
import { sendStatic } from '../http/static.ts'
import type { Confinement } from '../contents/confine.ts'
import { parseNotebook } from '../contents/notebook.ts'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type PageOptions, workbenchPage } from './page.ts'

/** The page itself, its files, and the small endpoints that only the front end knows. */
export function labRoutes(options: PageOptions, guard: Guard, place: Confinement): Route[] {
  const page = async ({ res, path, identity }: Exchange) => {
    const session = identity?.by === 'cookie' ? identity.session : ''
    sendHtml(res, await workbenchPage(options, guard.xsrfFor(session), path))
  }
  return [
    route('GET', '/', 'page', ({ res }) => redirect(res, '/lab')),
    route('GET', '/lab/api/translations', 'api', ({ res }) => sendJson(res, { data: ENGLISH, message: '' })),
    route('GET', '/lab/api/translations/*', 'api', ({ res }) => sendJson(res, { data: {}, message: '' })),
    route('GET', '/lab/api/*', 'api', () => {
      throw notFound('No such endpoint')
    }),
    route('GET', '/lab*', 'page', page),
    route('GET', '/doc*', 'page', page),
    route('GET', '/static/*', 'public', (exchange, params) =>
      sendStatic(exchange, options.staticDir, params['rest'] ?? ''),
    ),
    route('GET', '/favicon.ico', 'public', (exchange) => sendStatic(exchange, options.staticDir, 'logo.svg')),
    route('GET', '/firstlight/notebooks', 'api', async ({ res }) =>
      sendJson(res, await listNotebooks(place)),
    ),
    route('POST', '/api/events', 'api', async ({ req, res }) => {
      checkEvent(await readJsonObject(req))
      sendEmpty(res)
    }),
  ]
}

const ENGLISH = { en: { displayName: 'English', nativeName: 'English' } }

/** Nobody listens to events here, yet a client that tells a wrong one is told so. */
function checkEvent({ schema_id, version, data }: JsonObject): void {
  if (typeof schema_id !== 'string') throw badRequest('An event has a schema_id')
  if (version === undefined) throw badRequest('An event has a version')
  if (!isObject(data)) throw badRequest('An event has data')
}

/** Notebooks of the served folder (two levels deep) with title and first sentence, for the launcher. */
async function listNotebooks(place: Confinement) {
  const folders = ['', ...(await subfolders(place))]
  const notebooks = await Promise.all(folders.map((folder) => notebooksIn(place, folder)))
  return { notebooks: notebooks.flat() }
}

async function subfolders(place: Confinement): Promise<string[]> {
  const entries = await readdir(place.root, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
}

async function notebooksIn(place: Confinement, folder: string) {
  const names = (await readdir(join(place.root, folder)).catch(() => []))
    .filter((name) => name.endsWith('.ipynb') && !name.startsWith('.'))
    .sort()
    .slice(0, 100)
  const found = await Promise.all(names.map((name) => describe(place, join(folder, name))))
  return found.filter((item) => item !== undefined)
}

/** Title and summary come from the notebook's metadata `firstlight`, else from its first heading and text. */
async function describe(place: Confinement, path: string) {
  try {
    const notebook = parseNotebook(await readFile(await place.existing(path)), path)
    const meta = (
      notebook['metadata'] as { firstlight?: { title?: string; summary?: string; order?: number } }
    )?.firstlight
    const first = (notebook['cells'] as { cell_type: string; source: string }[]).find(
      (cell) => cell.cell_type === 'markdown',
    )
    const lines = (first?.source ?? '').split('\n').map((line) => line.trim())
    const heading = lines.find((line) => line.startsWith('#'))?.replace(/^#+\s*/, '')
    const text = lines.find((line) => line !== '' && !line.startsWith('#'))
    const title = meta?.title ?? heading ?? path.replace(/\.ipynb$/, '')
    return {
      path,
      title,
      summary: meta?.summary ?? text ?? '',
      order: meta?.order ?? 1000,
      ours: meta !== undefined,
    }
  } catch {
    return undefined
  }
}

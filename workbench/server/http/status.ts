import { isAbsolute, relative } from 'node:path'
import { type Confinement, parseContentsPath } from '../contents/confine.ts'
import { badRequest } from '../errors.ts'
import { sendJson } from './reply.ts'
import { type Route, route } from './router.ts'

export interface Activity {
  readonly started: Date
  lastActivity: Date
  kernels(): number
  connections(): number
}

/** The interface version we speak. */
export const API_VERSION = '2.21.1'

/** /api, /api/status, /api/resolvePath */
export function statusRoutes(activity: Activity, place: Confinement): Route[] {
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
    route('GET', '/api/resolvePath', 'api', async ({ res, query }) => {
      const path = query.get('path')
      if (path === null) throw badRequest('A path is needed')
      const found = await contentsPathOf(place, path)
      sendJson(res, { resolved: found === undefined ? [] : [{ scope: 'server', path: found }] })
    }),
  ]
}

/** The contents path of a file that a kernel or a traceback names; undefined outside the served folder. */
async function contentsPathOf(place: Confinement, path: string): Promise<string | undefined> {
  const inside = isAbsolute(path) ? relative(place.root, path) : path
  try {
    const checked = parseContentsPath(inside)
    await place.existing(checked)
    return checked
  } catch {
    return undefined
  }
}

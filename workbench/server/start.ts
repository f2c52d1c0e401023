import { existsSync } from 'node:fs'
import { mkdir, readFile, stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { FirstlightError, type Logger, messageOf, silentLog } from '#core'
import { Guard } from './auth/guard.ts'
import { identityRoutes } from './auth/identity.ts'
import { authRoutes } from './auth/routes.ts'
import { makeToken } from './auth/secret.ts'
import { Contents } from './contents/contents.ts'
import { contentsRoutes } from './contents/routes.ts'
import { forbidden, HttpError, notFound } from './errors.ts'
import { exportRoutes } from './export/routes.ts'
import { dispatch } from './http/dispatch.ts'
import { parseTarget } from './http/exchange.ts'
import { listen, LOOPBACK, makeHttp, refuseUnreadable } from './http/listen.ts'
import { specificationRoute } from './http/specification.ts'
import { type Activity, statusRoutes } from './http/status.ts'
import { KernelManager } from './kernels/manager.ts'
import { kernelRoutes } from './kernels/routes.ts'
import { ownKernel } from './kernels/specs.ts'
import { Upgrades } from './kernels/upgrade.ts'
import type { Environment } from './kernels/wire.ts'
import { configRoutes } from './lab/config.ts'
import { labRoutes } from './lab/routes.ts'
import { settingsRoutes } from './lab/settings.ts'
import { TextStore } from './lab/store.ts'
import { workspaceRoutes } from './lab/workspaces.ts'
import type { RunningServer, ServerOptions } from './options.ts'
import { Sessions } from './sessions/sessions.ts'
import { sessionRoutes } from './sessions/routes.ts'

/** Start serving; resolves once the port listens. @throws FirstlightError `server/port-busy`, `server/no-root`. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { port = 8888, log = silentLog } = options
  const token = options.token ?? makeToken()
  const scheme = options.tls === undefined ? 'http' : 'https'
  const guard = new Guard(token, {
    scheme,
    ...(options.allowOrigins && { allowOrigins: options.allowOrigins }),
  })
  const app = await assemble(options, guard, log)
  const http = makeHttp(options, (req, res) => {
    app.activity.lastActivity = new Date()
    void dispatch({ routes: app.routes, guard, log }, req, res)
  })
  http.on('upgrade', (req, socket, head) => void upgrade(app, guard, log, req, socket, head))
  http.on('clientError', refuseUnreadable)
  const taken = await listen(http, port)
  guard.port = taken
  return {
    url: `${scheme}://${LOOPBACK}:${taken}/lab?token=${token}`,
    port: taken,
    token,
    close: once(async () => {
      app.upgrades.close()
      const closed = new Promise((done) => http.close(done))
      await Promise.all([app.kernels.close(), app.contents.close()])
      http.closeAllConnections()
      await closed
    }),
  }
}

type App = Awaited<ReturnType<typeof assemble>>

async function assemble(options: ServerOptions, guard: Guard, log: Logger) {
  const root = await checkedRoot(options.root)
  const stateDir = options.stateDir ?? defaultStateDir(process.env)
  const staticDir = options.staticDir ?? packagePath('workbench/static')
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const contents = await Contents.open(root, stateDir, options.limits?.uploadBytes)
  const { place } = contents
  const kernels = new KernelManager({
    own: ownKernel(options.kernelMain ?? kernelMain()),
    env: kernelEnvironment(process.env, options),
    cullIdleSec: options.cullIdleSec ?? 0,
    ...(options.cullEverySec !== undefined && { cullEverySec: options.cullEverySec }),
    ...(options.rateLimits !== undefined && { rateLimits: options.rateLimits }),
    ...(options.limits?.kernels !== undefined && { maxKernels: options.limits.kernels }),
    connectionDir: join(stateDir, 'runtime'),
    log,
  })
  const sessions = new Sessions(kernels, place)
  const upgrades = new Upgrades(kernels)
  const activity: Activity = {
    started: new Date(),
    lastActivity: new Date(),
    kernels: () => kernels.list().length,
    connections: () => upgrades.connections,
  }
  const page = { staticDir, root: place.root, version: await packageVersion(), started: activity.started }
  const routes = [
    ...authRoutes(guard),
    ...statusRoutes(activity, place),
    ...identityRoutes(new TextStore(join(stateDir, 'user'))),
    ...configRoutes(new TextStore(join(stateDir, 'config'))),
    ...contentsRoutes(contents),
    ...exportRoutes(contents),
    ...kernelRoutes(kernels, place),
    ...sessionRoutes(sessions),
    ...settingsRoutes(staticDir, stateDir),
    ...workspaceRoutes(stateDir),
    ...labRoutes(page, guard, place),
  ]
  const all = [specificationRoute(routes), ...routes]
  return { contents, kernels, upgrades, activity, routes: all }
}

/** A websocket is opened only after host, login and origin are found good; until then no kernel is touched. */
async function upgrade(
  { kernels, upgrades }: App,
  guard: Guard,
  log: Logger,
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => socket.destroy())
  try {
    const { path, query } = parseTarget(req.url ?? '/')
    const caller = { method: 'GET', headers: req.headers, query }
    if (!guard.hostIsOurs(caller)) throw forbidden('Host')
    const identity = guard.identify(caller)
    if (identity === undefined || !guard.upgradeIsOurs(caller, identity)) throw forbidden('Login')
    const kernelId = /^\/api\/kernels\/([^/]+)\/channels$/.exec(path)?.[1]
    if (kernelId !== undefined) {
      const kernel = kernels.get(kernelId)
      await upgrades.channels(req, socket, head, kernel, query.get('session_id') ?? `anonymous-${Date.now()}`)
    } else if (path === '/api/events/subscribe') await upgrades.events(req, socket, head)
    else throw notFound('No such websocket')
  } catch (error) {
    const status = error instanceof HttpError ? error.status : 500
    if (status === 500) log.error(`Websocket: ${messageOf(error)}`)
    socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }
}

async function checkedRoot(root: string): Promise<string> {
  const folder = resolve(root)
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory()) return folder
  throw new FirstlightError('server/no-root', `${folder} is not a folder`, {
    hint: 'Make it, or give another with --root DIR.',
  })
}

/** Kernels get the user's environment, without what would let them act as the server. */
function kernelEnvironment(env: Environment, { kernelDirs, kernelEnv }: ServerOptions): Environment {
  const kept = Object.entries(env).filter(
    ([name]) => !/TOKEN|^(FIRSTLIGHT|JUPYTERHUB)_.*(SECRET|KEY|PASSWORD)/.test(name),
  )
  const path = kernelDirs === undefined ? {} : { JUPYTER_PATH: kernelDirs.join(':') }
  // An inspector meant for the server would open a port of its own in every kernel.
  const options = env['NODE_OPTIONS']?.replace(/--inspect\S*/g, '').trim()
  const flags = options === undefined ? {} : { NODE_OPTIONS: options }
  return { ...Object.fromEntries(kept), ...path, ...flags, ...kernelEnv }
}

function defaultStateDir(env: Environment): string {
  return join(env['XDG_STATE_HOME'] ?? join(env['HOME'] ?? homedir(), '.local', 'state'), 'firstlight')
}

/** Our kernel, bundled where it was built whole. */
function kernelMain(): string {
  const bundled = packagePath('dist/kernel-bundle/session/main.js')
  return existsSync(bundled) ? bundled : packagePath('dist/kernel/main.js')
}

/** A path of this package, from source and from `dist` alike. */
function packagePath(relative: string): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  const root = /[/\\]dist[/\\]workbench[/\\]server[/\\]?$/.test(here) ? '../../..' : '../..'
  return resolve(here, root, relative)
}

async function packageVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(packagePath('package.json'), 'utf8')) as { version: string }
  return manifest.version
}

function once<T>(action: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => (running ??= action())
}

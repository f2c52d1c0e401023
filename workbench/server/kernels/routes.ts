import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { badRequest, notFound } from '../errors.ts'
import { isObject, type JsonObject, readJsonObject } from '../http/body.ts'
import { sendEmpty, sendJson } from '../http/reply.ts'
import { type Params, type Route, route } from '../http/router.ts'
import { sendStatic } from '../http/static.ts'
import type { Confinement } from '../contents/confine.ts'
import { contentsPath } from '../contents/contents.ts'
import type { KernelManager } from './manager.ts'
import { isResource, type KernelspecModel, OWN_KERNEL, resourcesOf } from './specs.ts'
import type { Environment, InstalledKernel } from './wire.ts'

/** /api/kernels, /api/kernelspecs, /kernelspecs. The channels websocket is in `upgrade.ts`. */
export function kernelRoutes(kernels: KernelManager, place: Confinement): Route[] {
  const kernelOf = (params: Params) => kernels.get(params['id'] ?? '')
  return [
    route('GET', '/api/kernels', 'api', ({ res }) =>
      sendJson(
        res,
        kernels.list().map((kernel) => kernels.modelOf(kernel)),
      ),
    ),
    route('POST', '/api/kernels', 'api', async ({ req, res }) => {
      const body = await readJsonObject(req)
      const kernel = await startFrom(kernels, place, body)
      res.setHeader('Location', `/api/kernels/${kernel.id}`)
      sendJson(res, kernels.modelOf(kernel), 201)
    }),
    route('GET', '/api/kernels/:id', 'api', ({ res }, params) =>
      sendJson(res, kernels.modelOf(kernelOf(params))),
    ),
    route('DELETE', '/api/kernels/:id', 'api', async ({ res }, params) => {
      await kernels.shutdown(kernelOf(params).id)
      sendEmpty(res)
    }),
    route('POST', '/api/kernels/:id/interrupt', 'api', async ({ res }, params) => {
      await kernelOf(params).interrupt()
      sendEmpty(res)
    }),
    route('POST', '/api/kernels/:id/restart', 'api', async ({ res }, params) => {
      const kernel = kernelOf(params)
      await kernel.restart()
      sendJson(res, kernels.modelOf(kernel))
    }),
    route('GET', '/api/kernelspecs', 'api', async ({ res }) => {
      const models = await Promise.all((await kernels.specs()).map(specModel))
      sendJson(res, {
        default: OWN_KERNEL,
        kernelspecs: Object.fromEntries(models.map((model) => [model.name, model])),
      })
    }),
    route('GET', '/api/kernelspecs/:name', 'api', async ({ res }, params) =>
      sendJson(res, await specModel(await kernels.spec(params['name'] ?? ''))),
    ),
    route('GET', '/kernelspecs/:name/:file', 'content', async (exchange, params) => {
      const { dir } = await kernels.spec(params['name'] ?? '')
      const file = params['file'] ?? ''
      if (!isResource(file)) throw notFound('No such kernel resource')
      await sendStatic(exchange, dir, file)
    }),
  ]
}

/** Start a kernel as a body `{name, path, env}` asks, in the folder of the path if there is one. */
export async function startFrom(kernels: KernelManager, place: Confinement, body: JsonObject) {
  const { name, path, env } = body
  if (name !== undefined && name !== null && typeof name !== 'string')
    throw badRequest('name must be a string')
  const cwd = typeof path === 'string' ? await folderOf(place, path) : place.root
  return await kernels.start(name ?? undefined, cwd, kernelEnv(env))
}

/** The nearest existing folder of a notebook's path; a console's path names no file. */
async function folderOf(place: Confinement, raw: string): Promise<string> {
  let path = contentsPath(raw)
  for (;;) {
    try {
      const found = await place.existing(path)
      return (await stat(found)).isDirectory() ? found : dirname(found)
    } catch {
      if (path === '') return place.root
      path = dirname(path) === '.' ? '' : join(dirname(path))
    }
  }
}

/** As jupyter-server: a client may set variables named KERNEL_…, nothing else. */
function kernelEnv(env: unknown): Environment {
  if (!isObject(env)) return {}
  const allowed = Object.entries(env).filter(
    ([name, value]) => name.startsWith('KERNEL_') && typeof value === 'string',
  )
  return Object.fromEntries(allowed) as Environment
}

async function specModel(kernel: InstalledKernel): Promise<KernelspecModel> {
  const { argv, display_name, language, interrupt_mode = 'signal', env = {}, metadata = {} } = kernel.spec
  const { kernel_protocol_version = '' } = kernel.spec as { readonly kernel_protocol_version?: string }
  const spec = { argv, display_name, language, interrupt_mode, env, metadata, kernel_protocol_version }
  return { name: kernel.name, spec, resources: await resourcesOf(kernel) }
}

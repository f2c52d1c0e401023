import {
  Kernel,
  KernelAPI,
  KernelManager,
  KernelSpecManager,
  SessionAPI,
  type KernelMessage,
} from '@jupyterlab/services'
import { asking, one } from './cases-contents.ts'
import type { Case, Client } from './recording.ts'

/** /api/kernels, /api/kernelspecs, /api/sessions and the channels. */
export const kernelCases: readonly Case[] = [
  one('kernelspecs', async ({ settings: serverSettings }) => {
    const manager = new KernelSpecManager({ serverSettings })
    await manager.ready
    const fake = manager.specs?.kernelspecs['fake']
    manager.dispose()
    return fake
  }),
  asking(
    'one kernelspec',
    ['GET /api/kernelspecs/fake'],
    ['GET /api/kernelspecs/none'],
    ['GET /kernelspecs/fake/logo-64x64.png'],
    ['GET /kernelspecs/fake/kernel.json'],
    ['GET /kernelspecs/fake/none.png'],
    ['GET /kernelspecs/none/logo-64x64.png'],
  ),
  one('no kernels', ({ settings }) => KernelAPI.listRunning(settings)),
  one('a kernel from start to end', async (client) => {
    const { settings } = client
    const { id } = await KernelAPI.startNew({ name: 'fake' }, settings)
    await settled(client, id)
    await KernelAPI.getKernelModel(id, settings)
    await KernelAPI.interruptKernel(id, settings)
    await KernelAPI.restartKernel(id, settings)
    await settled(client, id)
    const models = await KernelAPI.listRunning(settings)
    await KernelAPI.shutdownKernel(id, settings)
    return { models, after: await KernelAPI.getKernelModel(id, settings) }
  }),
  asking(
    'kernels: what is refused',
    ['POST /api/kernels', { name: 'none' }],
    ['POST /api/kernels', { name: 3 }],
    ['POST /api/kernels', 'no json'],
    ['GET /api/kernels/none'],
    ['GET /api/kernels/00000000-0000-4000-8000-000000000000'],
    ['DELETE /api/kernels/00000000-0000-4000-8000-000000000000'],
    ['POST /api/kernels/00000000-0000-4000-8000-000000000000/interrupt'],
    ['POST /api/kernels/00000000-0000-4000-8000-000000000000/restart'],
    ['PATCH /api/kernels'],
  ),
  one('sessions', async ({ settings }) => {
    const body = { path: 'run.ipynb', name: 'run', type: 'notebook', kernel: { name: 'fake' } }
    const first = await SessionAPI.startSession(body, settings)
    const same = await SessionAPI.startSession(body, settings)
    const listed = await SessionAPI.listRunning(settings)
    await SessionAPI.getSessionModel(first.id, settings)
    const moved = await SessionAPI.updateSession(
      { id: first.id, path: 'moved.ipynb', name: 'moved' },
      settings,
    )
    const switched = await SessionAPI.updateSession(
      { id: first.id, kernel: { name: 'fake' } } as Parameters<typeof SessionAPI.updateSession>[0],
      settings,
    )
    const before = await KernelAPI.getKernelModel(first.kernel!.id, settings)
    await SessionAPI.shutdownSession(first.id, settings)
    const after = await KernelAPI.listRunning(settings)
    return {
      same: same.id === first.id,
      listed,
      moved,
      fresh: switched.kernel!.id !== first.kernel!.id,
      before,
      after,
    }
  }),
  one('a session for a kernel that runs', async ({ settings }) => {
    const kernel = await KernelAPI.startNew({ name: 'fake' }, settings)
    const session = await SessionAPI.startSession(
      { path: 'console', name: 'console', type: 'console', kernel: { id: kernel.id } as { name?: string } },
      settings,
    )
    await KernelAPI.shutdownKernel(kernel.id, settings)
    const listed = await SessionAPI.listRunning(settings)
    await SessionAPI.shutdownSession(session.id, settings)
    return { same: session.kernel!.id === kernel.id, listed }
  }),
  asking(
    'sessions: what is refused',
    ['POST /api/sessions', {}],
    ['POST /api/sessions', { path: 'x.ipynb', type: 'notebook' }],
    ['POST /api/sessions', { path: 'x.ipynb', kernel: { name: 'fake' } }],
    ['POST /api/sessions', { type: 'notebook', kernel: { name: 'fake' } }],
    ['POST /api/sessions', { path: 'x.ipynb', type: 'notebook', kernel: { name: 'none' } }],
    [
      'POST /api/sessions',
      { path: 'x.ipynb', type: 'notebook', kernel: { id: '00000000-0000-4000-8000-000000000000' } },
    ],
    ['POST /api/sessions', 'no json'],
    ['GET /api/sessions/none'],
    ['GET /api/sessions/00000000-0000-4000-8000-000000000000'],
    ['PATCH /api/sessions/00000000-0000-4000-8000-000000000000', { name: 'x' }],
    ['DELETE /api/sessions/00000000-0000-4000-8000-000000000000'],
  ),
  channelCase('channels', true),
  channelCase('channels of the older form', false),
  one('what a restart does to the channels', async (client) => {
    return await withKernel(client, true, async (kernel) => {
      await kernel.requestExecute({ code: 'before' }).done
      const statuses: string[] = []
      kernel.statusChanged.connect((_, status) => void statuses.push(status))
      await kernel.restart()
      const reply = await kernel.requestExecute({ code: 'after' }).done
      return {
        statuses: statuses.includes('restarting'),
        count: (reply.content as { execution_count: number }).execution_count,
      }
    })
  }),
  one('a kernel that ends by itself', async (client) => {
    return await withKernel(client, true, async (kernel) => {
      const statuses = new Set<string>()
      kernel.statusChanged.connect((_, status) => void statuses.add(status))
      await kernel.requestExecute({ code: 'before' }).done
      kernel.requestExecute({ code: 'exit 3' }).done.catch(() => {})
      await until(() => statuses.has('autorestarting'))
      await until(() => kernel.status === 'idle')
      const reply = await kernel.requestExecute({ code: 'after' }).done
      return (reply.content as { execution_count: number }).execution_count
    })
  }),
]

/** Every kind of traffic on the channels, told as the list of what came back. */
function channelCase(name: string, v1: boolean): Case {
  return one(name, (client) =>
    withKernel(client, v1, async (kernel) => {
      const info = await kernel.info
      const heard: unknown[] = []
      kernel.iopubMessage.connect((_, message) => {
        if (typeOfParent(message) !== 'kernel_info_request') heard.push(summary(message))
      })
      const told = kernel.requestExecute({ code: 'hello Ω' })
      const reply = await told.done
      const pictures = kernel.requestExecute({ code: 'buffers' })
      await pictures.done
      const comm = kernel.createComm('test', 'c')
      const echo = new Promise<unknown>((resolve) => {
        kernel.iopubMessage.connect((_, message) => {
          if (message.header.msg_type === 'comm_msg') resolve(summary(message))
        })
      })
      await comm.open({ a: 1 }).done
      await comm.send({ Ω: 2 }, {}, [new Uint8Array([9, 8, 7]).buffer]).done
      return { info: info.implementation, heard: [...heard], reply: reply.content, echo: await echo }
    }),
  )
}

const typeOfParent = ({ parent_header }: Pick<KernelMessage.IMessage, 'parent_header'>): string | null =>
  (parent_header as { msg_type?: string }).msg_type ?? null

const summary = ({ channel, header, parent_header, content, buffers = [] }: KernelMessage.IMessage) => ({
  channel,
  type: header.msg_type,
  parent: typeOfParent({ parent_header }),
  content,
  buffers: buffers.map((buffer) => [
    ...(ArrayBuffer.isView(buffer)
      ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
      : new Uint8Array(buffer)),
  ]),
})

/** A connection of the client's own to a fresh kernel; `v1` false makes the client offer no subprotocol. */
async function withKernel<T>(
  { settings }: Client,
  v1: boolean,
  use: (kernel: Kernel.IKernelConnection) => Promise<T>,
): Promise<T> {
  const model = await KernelAPI.startNew({ name: 'fake' }, settings)
  const manager = new KernelManager({ serverSettings: v1 ? settings : withoutProtocol(settings) })
  const kernel = manager.connectTo({ model, handleComms: true })
  try {
    return await within(use(kernel), 30_000)
  } finally {
    await KernelAPI.shutdownKernel(model.id, settings)
    kernel.dispose()
    manager.dispose()
  }
}

/** A websocket class that forgets the subprotocols it is asked for. */
function withoutProtocol(settings: Client['settings']): Client['settings'] {
  const Plain = class extends settings.WebSocket {
    constructor(url: string | URL) {
      super(url)
    }
  }
  return { ...settings, WebSocket: Plain }
}

/**
 * The kernel answers, and its server has heard of the state that lasts. A kernel that is only `starting` may be a process
 * that has not got as far as its signal handlers: an interrupt ends it.
 */
async function settled({ settings }: Client, id: string): Promise<void> {
  const before = settings.fetch
  const quiet = { ...settings, fetch: fetch as typeof before }
  const manager = new KernelManager({ serverSettings: quiet })
  const kernel = manager.connectTo({ model: { id, name: 'fake' } })
  await within(kernel.info, 30_000)
  kernel.dispose()
  manager.dispose()
  await until(async () => {
    const model = await KernelAPI.getKernelModel(id, quiet)
    return ['idle', 'starting'].includes(model?.execution_state ?? '') && model?.connections === 0
  })
}

async function until(fits: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (await fits()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('waited in vain')
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { TestChannel } from './support/channel.ts'
import { addKernelspec, startTestServer, type TestServer } from './support/server.ts'

const FAKE = fileURLToPath(new URL('support/fake-kernel.mjs', import.meta.url))
let server: TestServer

beforeAll(async () => {
  process.env['TEST_SERVER_TOKEN'] = 'do not tell'
  server = await startTestServer({ kernelEnv: { FIRSTLIGHT_REPO: '/data/repo' } })
  addKernelspec(server, 'fake', [process.execPath, FAKE, '{connection_file}'])
  addKernelspec(server, 'broken', ['/nowhere/kernel', '{connection_file}'])
  addKernelspec(server, 'fragile', [process.execPath, '-e', 'process.exit(3)'])
})
afterAll(() => server.close())

interface KernelModel {
  readonly id: string
  readonly name: string
  readonly execution_state: string
  readonly connections: number
}
const startKernel = async (name = 'fake') =>
  (await (await server.call('POST', '/api/kernels', { name })).json()) as KernelModel
const modelOf = async (id: string) =>
  (await (await server.call('GET', `/api/kernels/${id}`)).json()) as KernelModel

describe('kernelspecs', () => {
  test('ours is there without installation and is the default', async () => {
    const specs = (await (await server.call('GET', '/api/kernelspecs')).json()) as {
      default: string
      kernelspecs: Record<string, { spec: { display_name: string; argv: string[] } }>
    }
    expect(specs.default).toBe('firstlight')
    expect(specs.kernelspecs['firstlight']?.spec.display_name).toBe('TypeScript (Firstlight)')
    expect(Object.keys(specs.kernelspecs)).toEqual(expect.arrayContaining(['firstlight', 'fake']))
    expect((await server.call('GET', '/api/kernelspecs/none')).status).toBe(404)
  })
})

describe('a kernel', () => {
  test('starts, runs, is listed, interrupted, restarted under its id and ends', async () => {
    const created = await server.call('POST', '/api/kernels', { name: 'fake' })
    expect(created.status).toBe(201)
    const { id } = (await created.json()) as KernelModel
    expect(created.headers.get('location')).toBe(`/api/kernels/${id}`)
    const channel = await TestChannel.open(server, id)
    const first = channel.execute('pid')
    expect((await channel.reply(first)).content['execution_count']).toBe(1)
    await channel.idle(first)
    const pid = channel.printed(first)
    expect(await modelOf(id)).toMatchObject({ name: 'fake', execution_state: 'idle', connections: 1 })
    expect((await server.call('POST', `/api/kernels/${id}/interrupt`)).status).toBe(204)
    await channel.until((m) => m.content['text'] === 'interrupted', 'interrupt')
    const restarted = await server.call('POST', `/api/kernels/${id}/restart`)
    expect(restarted.status).toBe(200)
    expect(((await restarted.json()) as KernelModel).id).toBe(id)
    const again = await TestChannel.open(server, id, { session: channel.session })
    const second = again.execute('pid')
    await again.idle(second)
    expect(again.printed(second)).not.toBe(pid)
    expect((await server.call('DELETE', `/api/kernels/${id}`)).status).toBe(204)
    expect((await server.call('DELETE', `/api/kernels/${id}`)).status).toBe(404)
    expect((await server.call('POST', `/api/kernels/${id}/interrupt`)).status).toBe(404)
    expect(isRunning(Number(again.printed(second)))).toBe(false)
  })

  test('loses no message of its first cell, and no probe of ours reaches the client', async () => {
    const { id } = await startKernel()
    const channel = await TestChannel.open(server, id)
    const cell = channel.execute('hello')
    await channel.idle(cell)
    expect(channel.printed(cell)).toBe('hello')
    expect(channel.heard.filter((m) => m.header.msg_type === 'kernel_info_reply')).toEqual([])
    await server.call('DELETE', `/api/kernels/${id}`)
  })

  test('gets the repository, the user environment, and no secret', async () => {
    const { id } = await startKernel()
    const channel = await TestChannel.open(server, id)
    const print = async (name: string) => {
      const cell = channel.execute(`env ${name}`)
      await channel.idle(cell)
      return channel.printed(cell)
    }
    expect(await print('FIRSTLIGHT_REPO')).toBe('/data/repo')
    expect(await print('PATH')).toBe(process.env['PATH'])
    expect(await print('TEST_SERVER_TOKEN')).toBe('unset')
    await server.call('DELETE', `/api/kernels/${id}`)
  })

  test('that ends by itself is started again; one that cannot live is dead', async () => {
    const { id } = await startKernel()
    const channel = await TestChannel.open(server, id)
    channel.execute('exit 7')
    await channel.until((m) => m.content['execution_state'] === 'restarting', 'restarting')
    const back = await TestChannel.open(server, id, { session: channel.session })
    const cell = back.execute('back')
    await back.idle(cell)
    expect(back.printed(cell)).toBe('back')
    await server.call('DELETE', `/api/kernels/${id}`)
    const fragile = await startKernel('fragile')
    await expect
      .poll(async () => (await modelOf(fragile.id)).execution_state, { timeout: 15_000 })
      .toBe('dead')
    await server.call('DELETE', `/api/kernels/${fragile.id}`)
  })

  test('restarted twice and ended meanwhile leaves one process, then none', async () => {
    const { id } = await startKernel()
    const running = () =>
      spawnSync('pgrep', ['-P', String(process.pid), '-f', FAKE], { encoding: 'utf8' }).stdout.trim()
    const before = running().split('\n').length
    const restart = () => server.call('POST', `/api/kernels/${id}/restart`)
    expect((await Promise.all([restart(), restart()])).map(({ status }) => status)).toEqual([200, 200])
    expect(running().split('\n')).toHaveLength(before)
    const [again, ended] = await Promise.all([restart(), server.call('DELETE', `/api/kernels/${id}`)])
    expect([200, 404]).toContain(again.status)
    expect(ended.status).toBe(204)
    await expect
      .poll(() =>
        running()
          .split('\n')
          .filter((pid) => pid !== ''),
      )
      .toHaveLength(before - 1)
  })

  test('that does not answer a shutdown is killed', async () => {
    const { id } = await startKernel()
    const channel = await TestChannel.open(server, id)
    const cell = channel.execute('pid')
    await channel.idle(cell)
    await channel.idle(channel.execute('hang'))
    expect((await server.call('DELETE', `/api/kernels/${id}`)).status).toBe(204)
    expect(isRunning(Number(channel.printed(cell)))).toBe(false)
  })

  test('whose program is missing is refused with its command', async () => {
    const answer = await server.call('POST', '/api/kernels', { name: 'broken' })
    expect(answer.status).toBe(500)
    expect(((await answer.json()) as { message: string }).message).toContain('/nowhere/kernel')
    expect((await server.call('POST', '/api/kernels', { name: 'absent' })).status).toBe(404)
  })
})

describe('the websocket', () => {
  test.each([true, false])('carries buffers both ways (v1: %s)', async (v1) => {
    const { id } = await startKernel()
    const channel = await TestChannel.open(server, id, { v1 })
    expect(channel.v1).toBe(v1)
    channel.execute('buffers')
    const display = await channel.until((m) => m.header.msg_type === 'display_data', 'display')
    expect(display.buffers.map((buffer) => [...buffer])).toEqual([[1, 2, 3], []])
    channel.send('comm_msg', { comm_id: 'c', data: { Ω: 1 } }, [Uint8Array.of(9, 8)])
    const echo = await channel.until((m) => m.header.msg_type === 'comm_msg', 'echo')
    expect(echo.content['data']).toEqual({ Ω: 1 })
    expect(echo.buffers.map((buffer) => [...buffer])).toEqual([[9, 8]])
    await server.call('DELETE', `/api/kernels/${id}`)
  })

  test('carries the planes of a large image in one go', async () => {
    const { id } = await startKernel()
    const channel = await TestChannel.open(server, id)
    const sent = [0, 1, 2].map(() => channel.execute('large 40'))
    await channel.idle(sent[2]!)
    const planes = channel.heard.filter((m) => m.header.msg_type === 'display_data')
    expect(planes.map(({ buffers }) => buffers[0]?.byteLength)).toEqual([40 << 20, 40 << 20, 40 << 20])
    await server.call('DELETE', `/api/kernels/${id}`)
  })

  test('replays to the same session what it missed, in order, and to no other', async () => {
    const { id } = await startKernel()
    const channel = await TestChannel.open(server, id)
    await channel.idle(channel.execute('warm'))
    const missed = channel.execute('flood 300')
    channel.socket.terminate()
    await expect.poll(async () => (await modelOf(id)).connections).toBe(0)
    await expect.poll(async () => (await modelOf(id)).execution_state).toBe('idle')
    const back = await TestChannel.open(server, id, { session: channel.session })
    await back.idle(missed)
    const lines = (channel.printed(missed) + back.printed(missed)).trim().split('\n').map(Number)
    expect(lines).toEqual(Array.from({ length: 300 }, (_, i) => i))
    back.socket.terminate()
    await expect.poll(async () => (await modelOf(id)).connections).toBe(0)
    const other = await TestChannel.open(server, id)
    await other.idle(other.execute('other'))
    expect(other.printed(missed)).toBe('')
    await server.call('DELETE', `/api/kernels/${id}`)
  })

  test('a second socket of one session replaces the first', async () => {
    const { id } = await startKernel()
    const first = await TestChannel.open(server, id)
    const closed = new Promise<number>((resolve) => first.socket.once('close', resolve))
    const second = await TestChannel.open(server, id, { session: first.session })
    expect(await closed).toBe(1001)
    await second.idle(second.execute('x'))
    await server.call('DELETE', `/api/kernels/${id}`)
  })

  test('drops output beyond the rate limit with one message naming it', async () => {
    const strict = await startTestServer({
      rateLimits: { messagesPerSec: 100, streamBytesPerSec: 1e6, windowSec: 3 },
    })
    addKernelspec(strict, 'fake', [process.execPath, FAKE, '{connection_file}'])
    try {
      const { id } = (await (
        await strict.call('POST', '/api/kernels', { name: 'fake' })
      ).json()) as KernelModel
      const channel = await TestChannel.open(strict, id)
      const cell = channel.execute('flood 3000')
      await channel.idle(cell)
      const warnings = channel.heard.filter((m) => m.content['name'] === 'stderr')
      expect(warnings).toHaveLength(1)
      expect(warnings[0]?.content['text']).toContain('rateLimits')
      expect(channel.printed(cell).split('\n').length).toBeLessThan(1500)
      const next = channel.execute('after')
      await channel.idle(next)
      expect(channel.printed(next)).toBe('after')
    } finally {
      await strict.close()
    }
  })

  test.each([
    ['offsets out of range', frameOf([6n, 64n, 1n << 40n, 64n, 64n, 64n, 64n])],
    ['falling offsets', frameOf([6n, 60n, 58n, 57n, 57n, 57n, 57n])],
    ['a huge count', frameOf([1n << 60n])],
    ['nothing', new Uint8Array(0)],
  ])('a frame with %s closes the socket, not the server', async (_, frame) => {
    const { id } = await startKernel()
    const channel = await TestChannel.open(server, id)
    const closed = new Promise<number>((resolve) => channel.socket.once('close', resolve))
    channel.socket.send(frame)
    expect(await closed).toBe(1008)
    expect((await server.call('GET', '/api/status')).status).toBe(200)
    await server.call('DELETE', `/api/kernels/${id}`)
  })

  test('needs login, our origin and, with the cookie alone, an Origin', async () => {
    const { id } = await startKernel()
    const login = await server.raw(`/lab?token=${server.token}`)
    const cookie = login.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    const open = (headers: Record<string, string>, path = `/api/kernels/${id}/channels?session_id=s`) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, [], { headers })
        socket.on('open', () => {
          resolve(101)
          socket.close()
        })
        socket.on('unexpected-response', (__, answer) => resolve(answer.statusCode ?? 0))
        socket.on('error', () => resolve(0))
      })
    const Origin = `http://127.0.0.1:${server.port}`
    expect(await open({})).toBe(403)
    expect(await open({ Cookie: cookie })).toBe(403)
    expect(await open({ Cookie: cookie, Origin: 'null' })).toBe(403)
    expect(await open({ Cookie: cookie, Origin: `${Origin}.evil.com` })).toBe(403)
    expect(await open({ Cookie: cookie, Origin, Host: 'evil.com' })).toBe(403)
    expect(await open({ Cookie: cookie, Origin })).toBe(101)
    expect(await open({ Cookie: cookie, Origin }, '/api/events/subscribe')).toBe(101)
    expect(await open({ Cookie: cookie, Origin }, '/api/kernels/none/channels')).toBe(404)
    const long = `/api/kernels/${id}/channels?session_id=${'é'.repeat(128)}`
    expect(await open({ Cookie: cookie, Origin }, long)).toBe(400)
    await server.call('DELETE', `/api/kernels/${id}`)
  })
})

describe('sessions', () => {
  const create = (path: string) =>
    server.call('POST', '/api/sessions', { path, type: 'notebook', name: path, kernel: { name: 'fake' } })
  interface SessionModel {
    readonly id: string
    readonly path: string
    readonly kernel: KernelModel
  }

  test('one path has one session, however many ask at once', async () => {
    const answers = await Promise.all([create('a.ipynb'), create('a.ipynb'), create('a.ipynb')])
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    const models = (await Promise.all(answers.map((answer) => answer.json()))) as SessionModel[]
    expect(new Set(models.map(({ id }) => id)).size).toBe(1)
    expect(new Set(models.map(({ kernel }) => kernel.id)).size).toBe(1)
    const id = models[0]!.id
    const moved = await server.call('PATCH', `/api/sessions/${id}`, { path: 'b.ipynb' })
    expect(await moved.json()).toMatchObject({ id, path: 'b.ipynb' })
    const before = models[0]!.kernel.id
    const switched = await server.call('PATCH', `/api/sessions/${id}`, { kernel: { name: 'fake' } })
    const after = ((await switched.json()) as SessionModel).kernel.id
    expect(after).not.toBe(before)
    expect((await server.call('GET', `/api/kernels/${before}`)).status).toBe(404)
    expect((await server.call('DELETE', `/api/sessions/${id}`)).status).toBe(204)
    expect((await server.call('GET', `/api/kernels/${after}`)).status).toBe(404)
    expect((await server.call('GET', `/api/sessions/${id}`)).status).toBe(404)
  })

  test('whose kernel went first answer 410', async () => {
    const model = (await (await create('c.ipynb')).json()) as SessionModel
    await server.call('DELETE', `/api/kernels/${model.kernel.id}`)
    expect((await server.call('DELETE', `/api/sessions/${model.id}`)).status).toBe(410)
  })

  test('without path or type are refused', async () => {
    expect((await server.call('POST', '/api/sessions', { type: 'notebook', kernel: {} })).status).toBe(400)
    expect((await server.call('POST', '/api/sessions', { path: 'x', kernel: {} })).status).toBe(400)
  })
})

test('an idle kernel is culled when asked for, and not under an open page', async () => {
  const culling = await startTestServer({ cullIdleSec: 1, cullEverySec: 0.1 })
  addKernelspec(culling, 'fake', [process.execPath, FAKE, '{connection_file}'])
  try {
    const { id } = (await (
      await culling.call('POST', '/api/kernels', { name: 'fake' })
    ).json()) as KernelModel
    const page = await TestChannel.open(culling, id)
    await page.idle(page.execute('hello'))
    const count = async () => ((await (await culling.call('GET', '/api/kernels')).json()) as unknown[]).length
    // Twice as long as an idle kernel without a page would be kept, which is long enough to open one.
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect(await count()).toBe(1)
    await page.close()
    await expect.poll(count, { timeout: 10_000 }).toBe(0)
  } finally {
    await culling.close()
  }
})

test('closing the server ends its kernels and removes their connection files', async () => {
  const own = await startTestServer()
  addKernelspec(own, 'fake', [process.execPath, FAKE, '{connection_file}'])
  const { id } = (await (await own.call('POST', '/api/kernels', { name: 'fake' })).json()) as KernelModel
  const channel = await TestChannel.open(own, id)
  const cell = channel.execute('pid')
  await channel.idle(cell)
  const { readdirSync, statSync } = await import('node:fs')
  const runtime = `${own.dir}/state/runtime`
  const [file = ''] = readdirSync(runtime)
  expect(statSync(`${runtime}/${file}`).mode & 0o777).toBe(0o600)
  await own.close()
  expect(isRunning(Number(channel.printed(cell)))).toBe(false)
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function frameOf(words: readonly bigint[]): Uint8Array {
  const frame = Buffer.alloc(8 * words.length + 8)
  for (const [i, word] of words.entries()) frame.writeBigUInt64LE(word, 8 * i)
  return frame
}

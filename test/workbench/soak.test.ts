import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernelMain } from '../support/kernel-main.ts'
import { TestChannel } from './support/channel.ts'
import { startTestServer, type TestServer } from './support/server.ts'

/**
 * Long use of our kernel through our server: no lost message, no leak. Small here; FIRSTLIGHT_SOAK=full runs 10,000
 * cells, 500 interrupts, 100 restarts and 50 kernels (about half an hour), FIRSTLIGHT_SOAK=0.1 a tenth of that.
 */
const FULL = { cells: 10_000, interrupts: 500, restarts: 100, kernels: 50 }
const SMALL = { cells: 80, interrupts: 4, restarts: 1, kernels: 2 }
const given = process.env['FIRSTLIGHT_SOAK']
const part = given === undefined || given === 'full' ? 1 : Number(given)
const scaled = ([name, count]: [string, number]) => [name, Math.max(2, Math.round(count * part))]
const SIZE = (
  given === undefined ? SMALL : Object.fromEntries(Object.entries(FULL).map(scaled))
) as typeof FULL
const TIMEOUT = given === undefined ? 90_000 : 3_600_000

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ kernelMain })
})
afterAll(() => server.close())

interface KernelModel {
  readonly id: string
}
const startKernel = async () =>
  ((await (await server.call('POST', '/api/kernels', { name: 'firstlight' })).json()) as KernelModel).id
const endKernel = async (id: string) =>
  expect((await server.call('DELETE', `/api/kernels/${id}`)).status).toBe(204)

/** Run a cell to its idle; forget what was heard before, so that a long run stays cheap. */
async function run(channel: TestChannel, code: string, ms = 60_000) {
  channel.heard.length = 0
  const id = channel.execute(code)
  const parent = (m: { parent_header: object }) => (m.parent_header as { msg_id?: string }).msg_id
  const reply = await channel.until((m) => m.channel === 'shell' && parent(m) === id, 'reply', ms)
  await channel.until((m) => parent(m) === id && m.content['execution_state'] === 'idle', 'idle', ms)
  const result = channel.heard.find((m) => m.header.msg_type === 'execute_result' && parent(m) === id)
  const data = result?.content['data'] as Record<string, string> | undefined
  return { reply: reply.content, printed: channel.printed(id), result: data?.['text/plain'] }
}

const COLLECT =
  'const { setFlagsFromString } = await import("node:v8"); setFlagsFromString("--expose-gc"); const { runInNewContext } = await import("node:vm"); const collect = runInNewContext("gc")'

function heap(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().heapUsed
}
const openFiles = () => readdirSync('/proc/self/fd').length
const rssOf = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
const mb = (bytes: number) => Math.round(bytes / 1e6)

test(`${SIZE.cells} cells: every message comes, in order and once`, { timeout: TIMEOUT }, async () => {
  const id = await startKernel()
  const channel = await TestChannel.open(server, id)
  const pid = Number((await run(channel, 'process.pid')).result)
  await run(channel, 'let total = 0')
  await run(channel, COLLECT)
  const cellHeap = async () =>
    Number((await run(channel, 'collect(); process.memoryUsage().heapUsed')).result)
  const warm = Math.min(1000, Math.floor(SIZE.cells / 3))
  let [heapWarm, rssWarm, cellWarm] = [0, 0, 0]
  for (let i = 1; i <= SIZE.cells; i++) {
    const { reply, printed, result } = await run(
      channel,
      `const v${i % 50} = ${i}; console.log('line', ${i}); total += ${i}`,
    )
    if (reply['status'] !== 'ok' || printed !== `line ${i}\n` || result !== String((i * (i + 1)) / 2))
      throw new Error(`cell ${i}: ${JSON.stringify({ reply, printed, result })}`)
    expect(reply['execution_count']).toBe(i + (i > warm ? 4 : 3))
    if (i === warm) [heapWarm, rssWarm, cellWarm] = [heap(), rssOf(pid), await cellHeap()]
  }
  const [server_, kernel, cells] = [heap() - heapWarm, rssOf(pid) - rssWarm, (await cellHeap()) - cellWarm]
  console.log(
    `${SIZE.cells} cells: server heap +${mb(server_)} MB, kernel +${mb(kernel)} MB (now ${mb(rssOf(pid))} MB), heap of the cells' thread +${(cells / 1e6).toFixed(1)} MB`,
  )
  expect(mb(server_)).toBeLessThan(20)
  expect(mb(kernel)).toBeLessThan(250)
  // 2 KB a cell, of the last 5000 cells.
  expect(mb(cells)).toBeLessThan(given === undefined ? 1 : 15)
  await endKernel(id)
})

test(`${SIZE.interrupts} interrupts: each ends its cell and keeps the variables`, {
  timeout: TIMEOUT,
}, async () => {
  const id = await startKernel()
  const channel = await TestChannel.open(server, id)
  await run(channel, 'let kept = 0')
  for (let i = 1; i <= SIZE.interrupts; i++) {
    const loop = i % 2 === 0 ? 'while (true) {}' : 'await new Promise(() => {})'
    const running = run(channel, `kept = ${i}; console.log('on'); ${loop}`)
    await channel.until((m) => m.content['text'] === 'on\n', 'the loop')
    expect((await server.call('POST', `/api/kernels/${id}/interrupt`)).status).toBe(204)
    expect((await running).reply['status']).toBe('error')
    expect((await run(channel, 'kept')).result).toBe(String(i))
  }
  await endKernel(id)
})

test(`${SIZE.restarts} restarts: each begins anew, under the same id and one connection file`, {
  timeout: TIMEOUT,
}, async () => {
  const id = await startKernel()
  const session = crypto.randomUUID()
  for (let i = 1; i <= SIZE.restarts; i++) {
    const channel = await TestChannel.open(server, id, { session })
    const { reply, result } = await run(channel, `globalThis.seen = (globalThis.seen ?? 0) + 1`)
    expect([reply['execution_count'], result]).toEqual([1, '1'])
    expect((await server.call('POST', `/api/kernels/${id}/restart`)).status).toBe(200)
    await channel.close()
  }
  expect(readdirSync(`${server.dir}/state/runtime`)).toHaveLength(1)
  await endKernel(id)
})

test(`${SIZE.kernels} kernels at once: each answers for itself, and nothing is left of them`, {
  timeout: TIMEOUT,
}, async () => {
  const files = openFiles()
  const ids = await Promise.all(Array.from({ length: SIZE.kernels }, startKernel))
  const channels = await Promise.all(ids.map((id) => TestChannel.open(server, id)))
  const pids = await Promise.all(channels.map((channel) => run(channel, 'process.pid', 300_000)))
  expect(new Set(pids.map(({ result }) => result)).size).toBe(SIZE.kernels)
  const sums = await Promise.all(channels.map((channel, i) => run(channel, `${i} * 1000 + 7`, 300_000)))
  expect(sums.map(({ result }) => Number(result))).toEqual(ids.map((_, i) => i * 1000 + 7))
  await Promise.all(channels.map((channel) => channel.close()))
  await Promise.all(ids.map(endKernel))
  for (const { result } of pids) expect(existsSync(`/proc/${result}`)).toBe(false)
  expect(readdirSync(`${server.dir}/state/runtime`)).toEqual([])
  // Sockets of the calls above may still be closing.
  await expect.poll(openFiles, { timeout: 10_000 }).toBeLessThan(files + 10)
})

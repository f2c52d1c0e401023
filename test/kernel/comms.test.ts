import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestClient } from './client.ts'

let client: TestClient
beforeAll(async () => {
  client = await TestClient.start()
})
afterAll(() => client.stop())

const comm = (id: string) =>
  client.received.filter((m) => m.channel === 'iopub' && m.content['comm_id'] === id)

test('a comm opened by the front end carries data and buffers both ways', async () => {
  await client.execute(`comms.registerTarget('echo', (comm, open) => {
    comm.send({ opened: open.data })
    comm.onMessage(({ data, buffers }) => comm.send({ echo: data }, { buffers: buffers.map((b) => b.map((x) => x + 1)) }))
  })`)
  const id = crypto.randomUUID()
  client.send('shell', 'comm_open', { comm_id: id, target_name: 'echo', data: { hello: 1 } })
  const buffers = [new Uint8Array([1, 2, 3]).subarray(1), new Uint8Array(70_000).fill(9)]
  client.send('shell', 'comm_msg', { comm_id: id, data: { n: 5 } }, { buffers })
  await client.waitFor(() => comm(id).length === 2)
  expect(comm(id)[0]?.content['data']).toEqual({ opened: { hello: 1 } })
  expect(comm(id)[1]?.content['data']).toEqual({ echo: { n: 5 } })
  expect([...(comm(id)[1]?.buffers[0] ?? [])]).toEqual([3, 4])
  expect(comm(id)[1]?.buffers[1]).toHaveLength(70_000)
  const info = await client.request('shell', 'comm_info_request', { target_name: 'echo' })
  expect(info).toEqual({ status: 'ok', comms: { [id]: { target_name: 'echo' } } })
  client.send('shell', 'comm_close', { comm_id: id, data: {} })
  expect(await client.request('shell', 'comm_info_request')).toEqual({ status: 'ok', comms: {} })
})

test('a comm opened by a cell, and comm messages answered while a cell awaits', async () => {
  await client.execute(
    `const mine = comms.open('front', { from: 'kernel' }); let heard: unknown[] = []; mine.onMessage(({ data }) => { heard.push(data) })`,
  )
  const open = client.received.find((m) => m.header.msg_type === 'comm_open')
  expect(open?.content).toMatchObject({ target_name: 'front', data: { from: 'kernel' } })
  const waiting = client.sendExecute(
    'while (heard.length === 0) await new Promise((r) => setTimeout(r, 10)); heard',
  )
  client.send('shell', 'comm_msg', { comm_id: open?.content['comm_id'], data: { now: true } })
  expect((await client.finished(waiting)).result).toBe('[ { now: true } ]')
})

test('an unknown target is closed with the reason', async () => {
  const id = crypto.randomUUID()
  client.send('shell', 'comm_open', { comm_id: id, target_name: 'nobody', data: {} })
  await client.waitFor(() => comm(id).some((m) => m.header.msg_type === 'comm_close'))
  expect(comm(id).at(-1)?.content['data']).toEqual({ error: "No comm target named 'nobody'" })
})

test('a comm handler that throws is shown, and prints are credited to its message', async () => {
  await client.execute(
    `comms.registerTarget('bad', (comm) => { comm.onMessage(() => { console.log('heard'); throw new Error('in handler') }) })`,
  )
  const id = crypto.randomUUID()
  client.send('shell', 'comm_open', { comm_id: id, target_name: 'bad', data: {} })
  const message = client.send('shell', 'comm_msg', { comm_id: id, data: {} })
  await client.waitFor(() => client.idleOf(message) !== undefined)
  const kinds = client.iopubOf(message).map((m) => m.header.msg_type)
  expect(kinds).toEqual(['status', 'stream', 'error', 'status'])
})

test('input and password ask on stdin and give the answer to the cell', async () => {
  for (const [code, hidden] of [
    ['await input("name? ")', false],
    ['await password("key? ")', true],
    ['prompt("name? ")', false],
  ] as const) {
    const id = client.sendExecute(`const answer = ${code}; answer`, { allow_stdin: true })
    await client.waitFor(() => client.childrenOf(id).some((m) => m.header.msg_type === 'input_request'))
    const request = client.childrenOf(id).find((m) => m.header.msg_type === 'input_request')
    expect(request?.channel).toBe('stdin')
    expect(request?.content['password']).toBe(hidden)
    client.send('stdin', 'input_reply', { value: 'Ærø ★' })
    expect((await client.finished(id)).result).toBe("'Ærø ★'")
  }
})

test('questions asked at once are asked one after the other', async () => {
  const id = client.sendExecute('await Promise.all([input("a"), password("b"), input("c")])', {
    allow_stdin: true,
  })
  const asked = () => client.childrenOf(id).filter((m) => m.header.msg_type === 'input_request')
  for (const n of [1, 2, 3]) {
    await client.waitFor(() => asked().length === n)
    client.send('stdin', 'input_reply', { value: String(n) })
  }
  expect((await client.finished(id)).result).toBe("[ '1', '2', '3' ]")
  expect(asked().map(({ content }) => [content['prompt'], content['password']])).toEqual([
    ['a', false],
    ['b', true],
    ['c', false],
  ])
})

test('a prompt that blocks leaves a waiting question its answer', async () => {
  const id = client.sendExecute('const late = input("late"); [prompt("now"), await late]', {
    allow_stdin: true,
  })
  const asked = (prompt: string) =>
    client.childrenOf(id).find((m) => m.header.msg_type === 'input_request' && m.content['prompt'] === prompt)
  await client.waitFor(() => asked('now') !== undefined)
  for (const prompt of ['late', 'now'])
    client.send('stdin', 'input_reply', { value: prompt }, { parent_header: asked(prompt)?.header ?? {} })
  expect((await client.finished(id)).result).toBe("[ 'now', 'late' ]")
})

test('without stdin an input request is an error at once', async () => {
  const run = await client.execute('await input("name? ")', { allow_stdin: false })
  expect(run.error?.ename).toBe('KernelError')
  expect(run.error?.evalue).toContain('cannot answer input requests')
})

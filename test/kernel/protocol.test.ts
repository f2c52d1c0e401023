import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { Dealer } from 'zeromq'
import { encodeMessage, makeMessage, packFrames, Signer } from '../../src/platform/node/jupyter/index.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kernelSpec } from '../../kernel/launcher/install.ts'
import { TestClient } from './client.ts'

let client: TestClient
beforeAll(async () => {
  client = await TestClient.start()
})
afterAll(() => client.stop())

const states = (id: string) =>
  client
    .iopubOf(id)
    .filter((m) => m.header.msg_type === 'status')
    .map((m) => m.content['execution_state'])

test('kernel_info is answered on shell and control, with a busy/idle pair each', async () => {
  for (const channel of ['shell', 'control'] as const) {
    const id = client.send(channel, 'kernel_info_request', {})
    await client.waitFor(() => client.idleOf(id) !== undefined && client.replyTo(id) !== undefined)
    const reply = client.replyTo(id)
    expect(reply?.channel).toBe(channel)
    expect(reply?.content).toMatchObject({
      status: 'ok',
      implementation: 'firstlight',
      protocol_version: '5.5',
    })
    expect(reply?.content['language_info']).toMatchObject({ name: 'typescript', file_extension: '.ts' })
    expect(reply?.content['supported_features']).toEqual(['debugger', 'kernel subshells'])
    expect(states(id)).toEqual(['busy', 'idle'])
  }
})

test('the notebooks we give along say of their kernel what it says: opening one changes nothing', async () => {
  const { language_info } = await client.request('shell', 'kernel_info_request')
  const { display_name, language } = kernelSpec()
  const folder = new URL('../../notebooks/', import.meta.url)
  const names = readdirSync(folder).filter((name) => name.endsWith('.ipynb'))
  expect(names).not.toEqual([])
  for (const name of names) {
    const { metadata } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { metadata: unknown }
    expect(metadata).toMatchObject({ kernelspec: { name: 'firstlight', display_name, language } })
    expect((metadata as { language_info: unknown }).language_info).toEqual(language_info)
  }
})

test('a new subscriber is welcomed', async () => {
  await client.waitFor(() => client.received.some((m) => m.header.msg_type === 'iopub_welcome'))
})

test('one execution: busy, input, result with its count, reply, idle', async () => {
  const run = await client.execute('20 + 1')
  expect(run.iopub.map((m) => m.header.msg_type)).toEqual([
    'status',
    'execute_input',
    'execute_result',
    'status',
  ])
  const count = run.reply['execution_count']
  expect(run.ofType('execute_input')[0]?.content).toEqual({ code: '20 + 1', execution_count: count })
  expect(run.ofType('execute_result')[0]?.content).toMatchObject({
    execution_count: count,
    data: { 'text/plain': '21' },
  })
  expect(run.reply).toMatchObject({ status: 'ok', user_expressions: {}, payload: [] })
})

test('silent execution broadcasts status only and keeps the count', async () => {
  const before = (await client.execute('1')).reply['execution_count'] as number
  const run = await client.execute('console.log("quiet"); 5', { silent: true })
  expect(run.iopub.map((m) => m.header.msg_type)).toEqual(['status', 'status'])
  expect(run.reply['status']).toBe('ok')
  expect((await client.execute('1')).reply['execution_count']).toBe(before + 1)
})

test('store_history=false keeps the count but shows the result', async () => {
  const before = (await client.execute('1')).reply['execution_count'] as number
  const run = await client.execute('6 * 7', { store_history: false })
  expect(run.result).toBe('42')
  expect(run.reply['execution_count']).toBe(before)
})

test('user_expressions are evaluated one by one, failures stay theirs', async () => {
  const run = await client.execute('const ue = 4', {
    user_expressions: { a: 'ue + 1', b: 'missing.x', c: 'ue +' },
  })
  const answers = run.reply['user_expressions'] as Record<string, Record<string, unknown>>
  expect(run.reply['status']).toBe('ok')
  expect(answers['a']).toMatchObject({ status: 'ok', data: { 'text/plain': '5' } })
  expect(answers['b']).toMatchObject({ status: 'error', ename: 'ReferenceError' })
  expect(answers['c']).toMatchObject({ status: 'error', ename: 'SyntaxError' })
})

test('an error aborts the queued cells and answers the queue’s other requests', async () => {
  const failing = client.sendExecute('await new Promise((r) => setTimeout(r, 60)); throw new Error("stop")')
  const queued = [client.sendExecute('1'), client.sendExecute('2')]
  const info = client.send('shell', 'kernel_info_request', {})
  expect((await client.finished(failing)).reply['status']).toBe('error')
  for (const id of queued) expect((await client.finished(id)).reply['status']).toBe('aborted')
  await client.waitFor(() => client.replyTo(info)?.content['status'] === 'ok')
  expect((await client.execute('3')).result).toBe('3')
})

test('stop_on_error=false lets the queue run on', async () => {
  const failing = client.sendExecute('throw new Error("go on")', { stop_on_error: false })
  const next = client.sendExecute('4')
  expect((await client.finished(failing)).reply['status']).toBe('error')
  expect((await client.finished(next)).result).toBe('4')
})

test('a type error aborts the queue too', async () => {
  const slow = client.sendExecute('await new Promise((r) => setTimeout(r, 100))')
  const failing = client.sendExecute('const wrong: number = "x"')
  const next = client.sendExecute('5')
  expect((await client.finished(failing)).error?.ename).toBe('TypeScriptError')
  expect((await client.finished(next)).reply['status']).toBe('aborted')
  expect((await client.finished(slow)).reply['status']).toBe('ok')
})

test('an empty cell changes nothing', async () => {
  const before = (await client.execute('1')).reply['execution_count']
  const run = await client.execute('  \n ')
  expect(run.reply).toMatchObject({ status: 'ok', execution_count: before })
})

test('history: tail, range and search, with and without outputs', async () => {
  const run = await client.execute('"history " + 1')
  const line = run.reply['execution_count'] as number
  await client.execute('"history " + 2')
  const ask = async (content: Record<string, unknown>) =>
    (await client.request('shell', 'history_request', { raw: true, output: false, ...content }))['history']
  expect(await ask({ hist_access_type: 'tail', n: 2 })).toEqual([
    [1, line, '"history " + 1'],
    [1, line + 1, '"history " + 2'],
  ])
  expect(
    await ask({ hist_access_type: 'range', session: 0, start: line, stop: line + 1, output: true }),
  ).toEqual([[1, line, ['"history " + 1', "'history 1'"]]])
  expect(await ask({ hist_access_type: 'search', pattern: '"history*2', n: 10 })).toEqual([
    [1, line + 1, '"history " + 2'],
  ])
})

test('badly signed, replayed and malformed frames are dropped, and the kernel lives', async () => {
  const { connection } = client.kernel
  const socket = new Dealer({ linger: 0 })
  socket.connect(`tcp://${connection.ip}:${connection.shell_port}`)
  const message = encodeMessage(
    makeMessage(
      'execute_request',
      { session: 's', username: 'u' },
      { content: { code: 'globalThis.hits = (globalThis.hits ?? 0) + 1' } },
    ),
  )
  await socket.send(packFrames(new Signer('wrong key'), message))
  await socket.send(['garbage'])
  const good = packFrames(new Signer(connection.key), message)
  await socket.send(good)
  await socket.send(good)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect((await client.execute('(globalThis as { hits?: number }).hits')).result).toBe('1')
  socket.close()
})

test('a connection that speaks no ZeroMQ does no harm', async () => {
  const { connection } = client.kernel
  const socket = connect(connection.shell_port, connection.ip)
  socket.write('GET / HTTP/1.0\r\n\r\n')
  socket.on('error', () => {})
  await new Promise((resolve) => setTimeout(resolve, 50))
  socket.destroy()
  expect((await client.execute('1')).result).toBe('1')
})

test('unknown messages are ignored', async () => {
  client.send('shell', 'no_such_request', {})
  client.send('control', 'no_such_request', {})
  expect((await client.execute('2')).result).toBe('2')
})

test('the heartbeat answers', async () => {
  expect(await client.channels.ping(1000)).toBe(true)
})

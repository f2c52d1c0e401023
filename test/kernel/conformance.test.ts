import { connect } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Dealer } from 'zeromq'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  encodeMessage,
  type JupyterMessage,
  makeMessage,
  packFrames,
  Signer,
} from '../../src/platform/node/jupyter/index.ts'
import { TestClient } from './client.ts'

/**
 * One test for each feature that a Jupyter kernel is judged by, over raw ZeroMQ and in the order of the messaging
 * document: execution, output, errors. `conformance-services.test.ts` goes on with questions, control, life and
 * language. Other files of this folder go deeper into single subjects.
 */

let client: TestClient
beforeAll(async () => {
  client = await TestClient.start()
})
afterAll(() => client.stop())

const countOf = async () => (await client.execute('1')).reply['execution_count'] as number
const kinds = (id: string) => client.iopubOf(id).map((m) => m.header.msg_type)
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('execution', () => {
  test('execute_input is broadcast with the code and count, before any output', async () => {
    const run = await client.execute('console.log("out")\n5')
    expect(kinds(run.id)).toEqual(['status', 'execute_input', 'stream', 'execute_result', 'status'])
    expect(run.ofType('execute_input')[0]?.content).toEqual({
      code: 'console.log("out")\n5',
      execution_count: run.reply['execution_count'],
    })
  })

  test('execute_result carries the count of its request', async () => {
    const before = await countOf()
    const run = await client.execute('"r"')
    expect(run.ofType('execute_result')[0]?.content['execution_count']).toBe(before + 1)
    expect(run.reply['execution_count']).toBe(before + 1)
  })

  test('silent: nothing broadcast but status, count kept, also when it fails', async () => {
    const before = await countOf()
    for (const code of ['console.log("x"); 5', 'throw new Error("quiet")', 'const n: number = ""']) {
      const run = await client.execute(code, { silent: true })
      expect(kinds(run.id)).toEqual(['status', 'status'])
      expect(run.reply['execution_count']).toBe(before)
    }
  })

  test('store_history=false keeps the count and the history', async () => {
    const before = await countOf()
    expect((await client.execute('"unstored"', { store_history: false })).result).toBe("'unstored'")
    expect(await countOf()).toBe(before + 1)
    const found = await client.request('shell', 'history_request', {
      hist_access_type: 'search',
      pattern: '"unstored"',
    })
    expect(found['history']).toEqual([])
  })

  test('user_expressions: each has its own answer or error, after the cell', async () => {
    const run = await client.execute('let ue = [1, 2]', {
      user_expressions: { good: 'ue.length', html: 'display', bad: 'ue.x.y', wrong: ')' },
    })
    expect(run.reply['user_expressions']).toMatchObject({
      good: { status: 'ok', data: { 'text/plain': '2' }, metadata: {} },
      bad: { status: 'error', ename: 'TypeError', traceback: expect.any(Array) as unknown },
      wrong: { status: 'error', ename: 'SyntaxError' },
    })
  })

  test('stop_on_error=true aborts what is queued; a click after the reply runs', async () => {
    const failing = client.sendExecute('await new Promise((r) => setTimeout(r, 30)); throw new Error("e")')
    const queued = [client.sendExecute('1'), client.sendExecute('2')]
    await client.finished(failing)
    const later = client.sendExecute('"later"')
    for (const id of queued) expect((await client.finished(id)).reply).toMatchObject({ status: 'aborted' })
    expect((await client.finished(later)).result).toBe("'later'")
    for (const id of queued) expect(kinds(id)).toEqual(['status', 'status'])
  })

  test('stop_on_error=false lets the queue run', async () => {
    const failing = client.sendExecute('throw new Error("e")', { stop_on_error: false })
    const next = client.sendExecute('"ran"')
    await client.finished(failing)
    expect((await client.finished(next)).result).toBe("'ran'")
  })
})

describe('output', () => {
  test('stdout and stderr keep their order through a burst, all before idle', async () => {
    const run = await client.execute(
      'for (let i = 0; i < 3000; i++) { process.stdout.write(`o${i} `); if (i % 1000 === 0) process.stderr.write(`e${i} `) }',
    )
    const all = run.ofType('stream').map((m) => [m.content['name'], m.content['text']] as const)
    const joined = all
      .map(([name, text]) => (name === 'stderr' ? `[${String(text)}]` : String(text)))
      .join('')
    const wanted = Array.from({ length: 3000 }, (_, i) => `o${i} ${i % 1000 === 0 ? `[e${i} ]` : ''}`).join(
      '',
    )
    expect(joined).toBe(wanted)
    expect(run.iopub.at(-1)?.content).toEqual({ execution_state: 'idle' })
  })

  test('late output is credited to the cell that began it: timers, promises, intervals, emitters', async () => {
    const late: Readonly<Record<string, string>> = {
      timer: 'setTimeout(() => console.log("timer"), 80)',
      promise: 'void (async () => { await new Promise((r) => setTimeout(r, 80)); console.log("promise") })()',
      interval: 'const iv = setInterval(() => { console.log("interval"); clearInterval(iv) }, 80)',
      emitter:
        'const { EventEmitter } = await import("node:events"); const em = new EventEmitter(); em.on("x", () => console.log("emitter")); setTimeout(() => em.emit("x"), 80)',
      display: 'setTimeout(() => display("shown"), 80)',
    }
    const runs = new Map<string, string>()
    for (const [name, code] of Object.entries(late)) runs.set(name, (await client.execute(code)).id)
    await client.execute('"newest"')
    await sleep(250)
    for (const [name, id] of runs)
      if (name === 'display') expect(client.executionOf(id).ofType('display_data')).toHaveLength(1)
      else expect(client.executionOf(id).stdout).toBe(`${name}\n`)
  })

  test('an uncaught async error is shown under its cell and the kernel lives', async () => {
    const run = await client.execute('setTimeout(() => { throw new RangeError("late") }, 20); 1')
    await client.waitFor(() => client.executionOf(run.id).error !== undefined)
    expect(client.executionOf(run.id).error).toMatchObject({ ename: 'RangeError', evalue: 'late' })
    expect((await client.execute('2')).result).toBe('2')
  })

  test('display_data, update_display_data and clear_output', async () => {
    const run = await client.execute(
      'const d = display.html("<b>1</b>"); d.update({ two: 2 }); clearOutput(); clearOutput({ wait: true })',
    )
    const [shown] = run.ofType('display_data')
    const [updated] = run.ofType('update_display_data')
    expect(shown?.content).toMatchObject({ data: { 'text/html': '<b>1</b>' }, metadata: {} })
    expect(updated?.content['transient']).toEqual(shown?.content['transient'])
    expect(run.ofType('clear_output').map((m) => m.content)).toEqual([{ wait: false }, { wait: true }])
  })

  test('rich display: the Jupyter.display symbol', async () => {
    const run = await client.execute(
      'class Shown { [Symbol.for("Jupyter.display")]() { return { "text/markdown": "**m**", "text/plain": "m" } } }\nnew Shown()',
    )
    expect(run.ofType('execute_result')[0]?.content['data']).toEqual({
      'text/markdown': '**m**',
      'text/plain': 'm',
    })
  })

  test('progress: one output, updated about ten times a second, complete at the end', async () => {
    const run = await client.execute(
      'let done = 0; for await (const i of progress(Array.from({ length: 400 }, (_, i) => i), "rows")) { done += i; await new Promise((r) => setTimeout(r, 1)) }\ndone',
    )
    expect(run.result).toBe(String((399 * 400) / 2))
    expect(run.ofType('display_data')).toHaveLength(1)
    const updates = run.ofType('update_display_data')
    expect(updates.length).toBeLessThan(60)
    const last = updates.at(-1)?.content['data'] as Readonly<Record<string, unknown>>
    expect(last['text/plain']).toMatch(/^rows: 400\/400 \(100 %\), /)
    expect(last['text/html']).toContain('value="400"')
  })

  test('buffers travel as frames of their own', async () => {
    const run = await client.execute(
      'comms.open("bytes", {}, { buffers: [new Uint8Array([1, 2]), new Uint8Array(new Float64Array([0.5]).buffer)] }); 0',
    )
    const open = run.ofType('comm_open')[0]
    expect(open?.buffers.map((b) => [...b])).toEqual([
      [1, 2],
      [...new Uint8Array(new Float64Array([0.5]).buffer)],
    ])
  })
})

describe('errors', () => {
  test('error on iopub and in the reply: the same name, value and traceback', async () => {
    const run = await client.execute('throw new TypeError("same")')
    const [broadcast] = run.ofType('error')
    expect(broadcast?.content).toMatchObject({ ename: 'TypeError', evalue: 'same' })
    expect(run.reply).toMatchObject({ status: 'error', ...broadcast?.content })
  })

  test('tracebacks name TypeScript lines of this and earlier cells', async () => {
    const first = await client.execute(
      'type Big = {\n  a: number\n}\nfunction fails(b: Big) {\n  return (b as any).x.y\n}',
    )
    const second = await client.execute('\n\nfails({ a: 1 })')
    expect(second.error?.text).toContain(`fails (In[${first.reply['execution_count']}]:5:`)
    expect(second.error?.text).toContain(`In[${second.reply['execution_count']}]:3:1`)
  })

  test('a syntax error is an error message on iopub', async () => {
    const run = await client.execute('let = = 4')
    expect(run.ofType('error')[0]?.content['ename']).toBe('SyntaxError')
  })

  test('a type error is an error with code and line, and nothing runs', async () => {
    const run = await client.execute('console.log("ran")\n"text" * 2')
    expect(run.error).toMatchObject({ ename: 'TypeScriptError', evalue: expect.stringMatching(/^TS2362: /) })
    expect(run.error?.text).toMatch(/^In\[\d+\]:2:1 - error TS2362/)
    expect(run.stdout).toBe('')
  })

  test('magics: a known one works, an unknown one is an error naming the near one', async () => {
    expect(await client.execute('%time 6 * 7')).toMatchObject({
      result: '42',
      stdout: expect.stringMatching(/^Wall time: /) as string,
    })
    expect((await client.execute('%%bsah\nls')).error?.evalue).toBe(
      "No magic named %%bsah. Did you mean '%%bash'?",
    )
  })
})

describe('the wire', () => {
  const execution = (code: string): JupyterMessage =>
    makeMessage('execute_request', { session: 'raw', username: 'raw' }, { content: { code } })

  async function withSocket(act: (socket: Dealer) => Promise<void>): Promise<void> {
    const { connection } = client.kernel
    const socket = new Dealer({ linger: 0 })
    socket.connect(`tcp://${connection.ip}:${connection.shell_port}`)
    await act(socket)
    await sleep(200)
    socket.close()
  }
  const hits = async () => Number((await client.execute('(globalThis as any).hits ?? 0')).result)
  const HIT = '(globalThis as any).hits = ((globalThis as any).hits ?? 0) + 1'

  test('a bad signature, an empty one and a shortened one are dropped', async () => {
    const before = await hits()
    await withSocket(async (socket) => {
      await socket.send(packFrames(new Signer('not the key'), encodeMessage(execution(HIT))))
      await socket.send(packFrames(new Signer(''), encodeMessage(execution(HIT))))
      const good = packFrames(new Signer(client.kernel.connection.key), encodeMessage(execution(HIT)))
      await socket.send(good.map((frame, i) => (i === 1 ? frame.subarray(0, 10) : frame)))
    })
    expect(await hits()).toBe(before)
  })

  test('a replayed frame is refused', async () => {
    const before = await hits()
    await withSocket(async (socket) => {
      const frames = packFrames(new Signer(client.kernel.connection.key), encodeMessage(execution(HIT)))
      await socket.send(frames)
      await socket.send(frames)
    })
    expect(await hits()).toBe(before + 1)
  })

  test('noise on the ports does no harm', async () => {
    const { connection } = client.kernel
    await withSocket(async (socket) => {
      await socket.send(['x'])
      await socket.send(Array.from({ length: 40 }, () => new Uint8Array(1000)))
    })
    for (const port of [connection.shell_port, connection.control_port, connection.iopub_port]) {
      const raw = connect(port, connection.ip)
      raw.on('error', () => {})
      raw.end('GET / HTTP/1.1\r\n\r\n')
    }
    expect((await client.execute('3')).result).toBe('3')
  })

  test('a second client is served, each hears all broadcasts and only its own replies', async () => {
    const run = await client.execute('"first"')
    const { connection } = client.kernel
    const socket = new Dealer({ linger: 0 })
    socket.connect(`tcp://${connection.ip}:${connection.shell_port}`)
    const asked = execution('"second"')
    await socket.send(packFrames(new Signer(connection.key), encodeMessage(asked)))
    const reply = await socket.receive()
    expect(Buffer.from(reply[2] ?? []).toString()).toContain('execute_reply')
    await client.waitFor(() => client.idleOf(asked.header.msg_id) !== undefined)
    expect(client.executionOf(asked.header.msg_id).result).toBe("'second'")
    expect(client.replyTo(asked.header.msg_id)).toBeUndefined()
    expect(client.replyTo(run.id)).toBeDefined()
    socket.close()
  })
})

describe('state', () => {
  test('the kernel’s own globals are out of reach of plain names', async () => {
    for (const name of ['__scope', '__firstlight', 'port', 'runner', 'workerData'])
      expect((await client.execute(name)).error?.ename).toBe('TypeScriptError')
    const names = await client.execute(
      'Object.getOwnPropertyNames(globalThis).filter((n) => /firstlight|scope/i.test(n))',
    )
    expect(names.result).toBe('[]')
  })

  test('a cell that breaks globals of the language leaves the kernel working', async () => {
    await client.execute(
      'const keep = JSON.stringify; (JSON as any).stringify = () => { throw new Error("no") }',
    )
    expect((await client.execute('1 + 1')).result).toBe('2')
    await client.execute('JSON.stringify = keep')
  })

  test('files of the notebook’s folder are read relative to it', async () => {
    writeFileSync(join(client.folder, 'note.txt'), 'here')
    const run = await client.execute('(await import("node:fs")).readFileSync("note.txt", "utf8")')
    expect(run.result).toBe("'here'")
  })
})

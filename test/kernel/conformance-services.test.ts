import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectKernel, freeConnection, writeConnectionFile } from '../../src/platform/node/jupyter/index.ts'
import { kernelMain, TestClient } from './client.ts'

/** The second half of `conformance.test.ts`: questions, comms, control, life, language, installing. */

let client: TestClient
beforeAll(async () => {
  client = await TestClient.start()
  await client.execute(
    '/** A star of the catalog. */\ninterface Star {\n  /** Magnitude, AB. */\n  mag: number\n  band: string\n}\nconst star: Star = { mag: 17, band: "r" }\n/** Flux of a star. @returns nJy */\nfunction flux(s: Star) { return 10 ** (-0.4 * s.mag) }',
  )
})
afterAll(() => client.stop())

type Content = Readonly<Record<string, unknown>>
const shell = (type: string, content: Content = {}) => client.request('shell', type, content)
const complete = (code: string, cursor_pos = [...code].length) =>
  shell('complete_request', { code, cursor_pos })
const inspect = (code: string, detail_level = 0) =>
  shell('inspect_request', { code, cursor_pos: [...code].length, detail_level })
const statesOf = (id: string) =>
  client
    .iopubOf(id)
    .filter((m) => m.header.msg_type === 'status')
    .map((m) => m.content['execution_state'])
const write = (name: string, text: string | Uint8Array) => {
  const path = join(client.folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

describe('questions', () => {
  test('completion: members of earlier values, with types and documentation for each', async () => {
    const reply = await complete('star.')
    expect(reply).toMatchObject({ status: 'ok', matches: ['band', 'mag'], cursor_start: 5, cursor_end: 5 })
    const described = (reply['metadata'] as Content)['_jupyter_types_experimental'] as Content[]
    expect(described[1]).toMatchObject({
      text: 'mag',
      type: 'property',
      start: 5,
      end: 5,
      signature: '(property) Star.mag: number',
      documentation: 'Magnitude, AB.',
    })
  })

  test('completion: positions count code points after astral characters', async () => {
    const reply = await complete('"𝛼🌟"; star.b')
    expect(reply).toMatchObject({ matches: ['band'], cursor_start: 11, cursor_end: 12 })
  })

  test('completion: a name declared in the same cell, a cursor past the end', async () => {
    expect((await complete('const galaxies = 3; gala'))['matches']).toContain('galaxies')
    expect((await complete('star.', 500))['matches']).toEqual(['band', 'mag'])
  })

  test('inspection: type and documentation; the declaration at level 1; unknown names are not found', async () => {
    const brief = (await inspect('flux'))['data'] as Content
    expect(brief['text/plain']).toContain('function flux(s: Star): number\n\nFlux of a star.')
    expect(brief['text/plain']).not.toContain('10 **')
    expect(brief['text/markdown']).toContain('```typescript')
    const full = (await inspect('flux', 1))['data'] as Content
    expect(String(full['text/plain']).length).toBeGreaterThan(String(brief['text/plain']).length)
    expect(await inspect('fluxx')).toMatchObject({ status: 'ok', found: false, data: {} })
  })

  test('is_complete: complete, incomplete with indent, invalid', async () => {
    for (const [code, status, indent] of [
      ['const a = [1,\n 2]', 'complete', undefined],
      ['for (const s of []) {', 'incomplete', '  '],
      ['let 3x', 'invalid', undefined],
    ] as const)
      expect(await shell('is_complete_request', { code })).toEqual({
        status,
        ...(indent !== undefined && { indent }),
      })
  })

  test('history: tail, search and range, with outputs', async () => {
    const run = await client.execute('"kept in history"')
    const line = run.reply['execution_count'] as number
    const ask = async (content: Content) => (await shell('history_request', content))['history']
    expect(await ask({ hist_access_type: 'tail', n: 1 })).toEqual([[1, line, '"kept in history"']])
    expect(await ask({ hist_access_type: 'search', pattern: '*kept in*', n: 5 })).toHaveLength(1)
    expect(
      await ask({ hist_access_type: 'range', session: 0, start: line, stop: line + 1, output: true }),
    ).toEqual([[1, line, ['"kept in history"', "'kept in history'"]]])
  })

  test('kernel_info: status, protocol, language, features; on shell and on control, each with busy and idle', async () => {
    for (const channel of ['shell', 'control'] as const) {
      const id = client.send(channel, 'kernel_info_request', {})
      await client.waitFor(() => client.idleOf(id) !== undefined && client.replyTo(id) !== undefined)
      expect(client.replyTo(id)?.content).toMatchObject({
        status: 'ok',
        protocol_version: '5.5',
        debugger: true,
        supported_features: ['debugger', 'kernel subshells'],
        language_info: { name: 'typescript', mimetype: 'text/typescript', file_extension: '.ts' },
      })
      expect(statesOf(id)).toEqual(['busy', 'idle'])
    }
  })
})

describe('comms', () => {
  test('open, msg with buffers, info and close', async () => {
    await client.execute(
      "comms.registerTarget('sum', (comm) => comm.onMessage(({ buffers }) => comm.send({ sum: new Float64Array(Uint8Array.from(buffers[0]!).buffer).reduce((a, b) => a + b) })))",
    )
    const comm_id = crypto.randomUUID()
    client.send('shell', 'comm_open', { comm_id, target_name: 'sum', data: {} })
    const bytes = new Uint8Array(new Float64Array([1.5, 2.5]).buffer)
    client.send('shell', 'comm_msg', { comm_id, data: {} }, { buffers: [bytes] })
    const answer = () =>
      client.received.find((m) => m.header.msg_type === 'comm_msg' && m.content['comm_id'] === comm_id)
    await client.waitFor(() => answer() !== undefined)
    expect(answer()?.content['data']).toEqual({ sum: 4 })
    expect((await shell('comm_info_request', { target_name: 'sum' }))['comms']).toEqual({
      [comm_id]: { target_name: 'sum' },
    })
    client.send('shell', 'comm_close', { comm_id, data: {} })
    expect((await shell('comm_info_request', { target_name: 'sum' }))['comms']).toEqual({})
  })
})

describe('what front ends build on', () => {
  test('a widget is a comm of jupyter.widget with its protocol, shown by its model', async () => {
    const run = await client.execute('widgets.slider(0, 10)')
    const open = run.ofType('comm_open').find(({ content }) => {
      const { state } = content['data'] as { state: Content }
      return state['_model_name'] === 'IntSliderModel'
    })
    expect(open).toMatchObject({ metadata: { version: '2.1.0' }, content: { target_name: 'jupyter.widget' } })
    const view = (run.ofType('execute_result')[0]?.content['data'] as Content)[
      'application/vnd.jupyter.widget-view+json'
    ]
    expect(view).toMatchObject({ model_id: open?.content['comm_id'] })
  })

  test('the debugger speaks DAP on control', async () => {
    const ask = (seq: number, command: string) =>
      client.request('control', 'debug_request', { seq, type: 'request', command, arguments: {} })
    expect(await ask(1, 'initialize')).toMatchObject({ type: 'response', request_seq: 1, success: true })
    expect(await ask(2, 'debugInfo')).toMatchObject({
      success: true,
      body: { isStarted: true, hashMethod: 'Murmur2', breakpoints: [], stoppedThreads: [] },
    })
    expect(await ask(3, 'disconnect')).toMatchObject({ success: true })
  })

  test('a subshell runs beside a main shell that waits', async () => {
    const { subshell_id } = await client.request('control', 'create_subshell_request')
    const waiting = client.sendExecute('await new Promise(() => {})')
    await client.waitFor(() => client.iopubOf(waiting).some((m) => m.header.msg_type === 'execute_input'))
    const header = {
      msg_id: crypto.randomUUID(),
      session: client.session,
      username: 'test',
      date: new Date().toISOString(),
      msg_type: 'execute_request',
      version: '5.5',
      subshell_id: String(subshell_id),
    }
    const beside = client.send('shell', 'execute_request', { code: 'star.mag' }, { header })
    expect((await client.finished(beside)).result).toBe('17')
    await client.request('control', 'interrupt_request')
    expect((await client.finished(waiting)).error?.ename).toBe('KernelInterrupt')
    expect(await client.request('control', 'delete_subshell_request', { subshell_id })).toEqual({
      status: 'ok',
    })
  })
})

describe('a busy loop', () => {
  test('heartbeat, control and completion answer, output arrives, an interrupt ends it', async () => {
    const id = client.sendExecute('let loops = 0; console.log("in"); while (true) loops++')
    await client.waitFor(() => client.executionOf(id).stdout === 'in\n')
    expect(await client.channels.ping(1000)).toBe(true)
    expect(await client.request('control', 'kernel_info_request')).toMatchObject({ status: 'ok' })
    expect((await complete('star.m'))['matches']).toEqual(['mag'])
    expect(client.replyTo(id)).toBeUndefined()
    expect(await client.request('control', 'interrupt_request')).toEqual({ status: 'ok' })
    expect((await client.finished(id)).error?.ename).toBe('KernelInterrupt')
    expect((await client.execute('loops > 1')).result).toBe('true')
  })

  test('SIGINT ends it too', async () => {
    const id = client.sendExecute('console.log("in"); for (;;) {}')
    await client.waitFor(() => client.executionOf(id).stdout === 'in\n')
    client.kernel.process.kill('SIGINT')
    expect((await client.finished(id)).error?.ename).toBe('KernelInterrupt')
  })
})

describe('input', () => {
  const asked = (id: string) => client.childrenOf(id).find((m) => m.header.msg_type === 'input_request')

  test('a line and a password are asked on stdin of the asking client', async () => {
    for (const [code, hidden] of [
      ['await input("who? ")', false],
      ['await password()', true],
    ] as const) {
      const id = client.sendExecute(code, { allow_stdin: true })
      await client.waitFor(() => asked(id) !== undefined)
      expect(asked(id)).toMatchObject({ channel: 'stdin', content: { password: hidden } })
      client.send('stdin', 'input_reply', { value: 'Vera' }, { parent_header: asked(id)?.header ?? {} })
      expect((await client.finished(id)).result).toBe("'Vera'")
    }
  })

  test('without allow_stdin it is an error; while it waits an interrupt ends it', async () => {
    expect((await client.execute('await input()', { allow_stdin: false })).reply['status']).toBe('error')
    const id = client.sendExecute('await input("wait ")', { allow_stdin: true })
    await client.waitFor(() => asked(id) !== undefined)
    await client.request('control', 'interrupt_request')
    expect((await client.finished(id)).error?.ename).toBe('KernelInterrupt')
    client.send('stdin', 'input_reply', { value: 'too late' }, { parent_header: asked(id)?.header ?? {} })
    expect((await client.execute('"on"')).result).toBe("'on'")
  })
})

describe('language', () => {
  const result = async (code: string) => {
    const run = await client.execute(code)
    expect(run.error?.text).toBeUndefined()
    return run.result
  }

  test('top-level await; a name redeclared with another type', async () => {
    await result('const again: number = await Promise.resolve(1)')
    await result('class again { static readonly kind = "class" }')
    expect(await result('again.kind')).toBe("'class'")
    await result('function again() { return [1] }')
    expect(await result('again().length')).toBe('1')
  })

  test('an ES-module-only package with a top-level await inside, by static and dynamic import', async () => {
    const manifest = {
      name: 'only',
      version: '1.0.0',
      type: 'module',
      exports: './index.js',
      types: './index.d.ts',
    }
    write('node_modules/only/package.json', JSON.stringify(manifest))
    write(
      'node_modules/only/index.js',
      'export const when = await new Promise((r) => setTimeout(() => r(5), 1))',
    )
    write('node_modules/only/index.d.ts', 'export declare const when: number')
    expect(await result('import { when } from "only"\nwhen + (await import("only")).when')).toBe('10')
  })

  test('a local module’s edit is seen on re-import', async () => {
    write('local.ts', 'export const v: number = 1')
    expect(await result('import { v } from "./local"\nv')).toBe('1')
    write('local.ts', 'export const v: string = "two"')
    expect(await result('import { v } from "./local"\nv.length')).toBe('3')
  })

  test('JSON, WebAssembly and require', async () => {
    write('d.json', '{"a": [1, 2]}')
    // (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
    const wasm = '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b'
    write('add.wasm', Buffer.from(wasm, 'hex'))
    write('node_modules/legacy/index.js', 'exports.old = true')
    expect(await result('import d from "./d.json"\nd.a.length')).toBe('2')
    expect(await result('import { add } from "./add.wasm"\nadd(40, 2)')).toBe('42')
    expect(await result('import wasm from "./add.wasm"\nwasm.add(1, 2)')).toBe('3')
    expect(await result('add(1, 1) + (await import("./add.wasm")).add(2, 2)')).toBe('6')
    expect((await client.execute('add("1", 2)')).error?.evalue).toContain("'string' is not assignable")
    write('add.d.wasm.ts', 'export declare function add(augend: bigint, addend: bigint): bigint')
    expect((await client.execute('import { add } from "./add.wasm"\nadd(1, 2)')).error?.evalue).toContain(
      "'bigint'",
    )
    expect(await result('new WebAssembly.Memory({ initial: 1 }).buffer.byteLength')).toBe('65536')
    expect(await result('require("legacy").old')).toBe('true')
  })

  test('decorators are off, the DOM is absent, both as errors before anything runs', async () => {
    const decorated = await client.execute('const d = (x: unknown) => x\n@d class C {}')
    expect(decorated.error?.ename).toMatch(/SyntaxError|TypeScriptError/)
    expect((await client.execute('window.alert("x")')).error?.evalue).toMatch(
      /^TS2304: Cannot find name 'window'/,
    )
    expect((await client.execute('new HTMLElement()')).error?.evalue).toMatch(/^TS2304/)
  })
})

describe('life', () => {
  test('shutdown echoes restart and ends the process, also from a loop', async () => {
    const other = await TestClient.start()
    other.sendExecute('for (;;) {}')
    const id = other.send('control', 'shutdown_request', { restart: true })
    await other.waitFor(() => other.replyTo(id) !== undefined)
    expect(other.replyTo(id)?.content).toEqual({ status: 'ok', restart: true })
    expect(await other.kernel.exited).toBe(0)
    await other.stop()
  })

  test('the kernelspec installs without Python on PATH, where JUPYTER_DATA_DIR says', () => {
    const command = fileURLToPath(new URL('../../dist/src/cli/firstlight.js', import.meta.url))
    const dir = join(client.folder, 'data')
    const text = execFileSync(process.execPath, [command, 'kernel', 'install', '--user'], {
      env: { HOME: client.folder, JUPYTER_DATA_DIR: dir, PATH: '/nowhere' },
      encoding: 'utf8',
    })
    expect(text).toContain(join(dir, 'kernels', 'firstlight'))
    const spec = JSON.parse(readFileSync(join(dir, 'kernels/firstlight/kernel.json'), 'utf8')) as Content
    expect(spec).toMatchObject({
      language: 'typescript',
      interrupt_mode: 'message',
      metadata: { debugger: true },
    })
    expect(spec['argv']).toContain('{connection_file}')
  })
  test('the kernel ends when its parent does, and takes flags of V8 in its command', async () => {
    const info = await freeConnection('firstlight')
    const file = `/tmp/firstlight-parent-${process.pid}-${Date.now()}.json`
    await writeConnectionFile(file, info)
    const starter = `const { spawn } = require('node:child_process'); const k = spawn(process.execPath, ['--no-force-async-hooks-checks', '--max-old-space-size=4096', ${JSON.stringify(kernelMain)}, ${JSON.stringify(file)}], { detached: true, stdio: 'ignore', env: { ...process.env, JPY_PARENT_PID: String(process.pid), FIRSTLIGHT_HISTORY: '' } }); console.log(k.pid); setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['-e', starter])
    const pid = Number(
      await new Promise<string>((resolve) =>
        parent.stdout.once('data', (chunk: Uint8Array) => resolve(String(chunk))),
      ),
    )
    const channels = await connectKernel(info)
    expect(await channels.ping(20_000)).toBe(true)
    await channels.close()
    parent.kill('SIGKILL')
    const isAlive = () => {
      try {
        process.kill(pid, 0)
        return true
      } catch {
        return false
      }
    }
    for (let i = 0; i < 50 && isAlive(); i++) await new Promise((resolve) => setTimeout(resolve, 100))
    expect(isAlive()).toBe(false)
  })

  // The last: the kernel of all tests above is gone then.
  test('shutdown for good says so and ends the process', async () => {
    const id = client.send('control', 'shutdown_request', { restart: false })
    await client.waitFor(() => client.replyTo(id) !== undefined)
    expect(client.replyTo(id)?.content).toEqual({ status: 'ok', restart: false })
    expect(await client.kernel.exited).toBe(0)
  })
})

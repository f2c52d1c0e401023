import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { TestClient } from './client.ts'

let client: TestClient
let seq = 0
beforeAll(async () => {
  client = await TestClient.start()
})
afterAll(() => client.stop())
afterEach(async () => {
  await debug('disconnect', { restart: false, terminateDebuggee: false })
})

type Body = Readonly<Record<string, unknown>>
interface Variable {
  readonly name: string
  readonly value: string
  readonly type: string
  readonly variablesReference: number
}

async function respond(command: string, args: Body = {}) {
  const content = { seq: ++seq, type: 'request', command, arguments: args }
  return client.request('control', 'debug_request', content)
}

async function debug(command: string, args: Body = {}): Promise<Body> {
  const reply = await respond(command, args)
  expect(reply, command).toMatchObject({ type: 'response', request_seq: seq, command, success: true })
  return reply['body'] as Body
}

async function attach(): Promise<void> {
  await debug('initialize', { clientID: 'test', adapterID: 'firstlight' })
  await debug('attach')
}

/** As a front end does: the cell is dumped, breakpoints are set by its path. */
async function breakAt(code: string, ...lines: readonly number[]): Promise<Body[]> {
  const { sourcePath } = await debug('dumpCell', { code })
  const { breakpoints } = await debug('setBreakpoints', {
    source: { path: sourcePath },
    breakpoints: lines.map((line) => ({ line })),
    sourceModified: false,
  })
  await debug('configurationDone')
  return breakpoints as Body[]
}

const events = (name: string) =>
  client.received.filter((m) => m.header.msg_type === 'debug_event' && m.content['event'] === name)

/** Run `act` and wait for the stop it leads to. */
async function stopAfter<T>(act: () => T | Promise<T>): Promise<T> {
  const before = events('stopped').length
  const value = await act()
  await client.waitFor(() => events('stopped').length > before, 15_000)
  return value
}

async function where(): Promise<{ id: number; name: string; line: number; path: string }[]> {
  const { stackFrames } = await debug('stackTrace', { threadId: 1 })
  const frames = stackFrames as { id: number; name: string; line: number; source: { path: string } }[]
  return frames.map(({ id, name, line, source }) => ({ id, name, line, path: source.path }))
}

async function scope(name: string, frameId?: number): Promise<Variable[]> {
  const id = frameId ?? (await where())[0]?.id
  const { scopes } = await debug('scopes', { frameId: id })
  const found = (scopes as { name: string; variablesReference: number }[]).find((one) => one.name === name)
  return children(found?.variablesReference ?? 0)
}

async function children(variablesReference: number): Promise<Variable[]> {
  return (await debug('variables', { variablesReference }))['variables'] as Variable[]
}

const go = (command: string) => debug(command, { threadId: 1 })
const valueOf = (variables: readonly Variable[], name: string) =>
  variables.find((variable) => variable.name === name)?.value

test('a breakpoint stops at its TypeScript line, with the stack, its names and their fields', async () => {
  await attach()
  const code = [
    'interface Star {',
    '  mag: number',
    '  band: string',
    '}',
    'let count = 1',
    'function flux(star: Star, zero: number): number {',
    '  const scaled = 10 ** (-0.4 * (star.mag - zero))',
    '  return scaled * count',
    '}',
    'const answer = flux({ mag: 20, band: "r" }, 25)',
    'answer',
  ].join('\n')
  expect(await breakAt(code, 8)).toMatchObject([{ verified: true, line: 8 }])
  const id = await stopAfter(() => client.sendExecute(code))
  expect(events('stopped').at(-1)?.content['body']).toMatchObject({ reason: 'breakpoint', threadId: 1 })
  const stack = await where()
  expect(stack.map(({ name, line }) => [name, line])).toEqual([
    ['flux', 8],
    [expect.stringMatching(/^In\[\d+\]$/), 10],
  ])
  const locals = await scope('Locals')
  expect(locals.map(({ name }) => name).sort()).toEqual(['scaled', 'star', 'zero'])
  expect(valueOf(locals, 'scaled')).toBe('100')
  const star = locals.find(({ name }) => name === 'star')
  expect(star).toMatchObject({ value: '{mag: 20, band: "r"}', type: 'Object' })
  expect((await children(star?.variablesReference ?? 0)).map(({ name, value }) => [name, value])).toEqual([
    ['mag', '20'],
    ['band', '"r"'],
  ])
  expect(valueOf(await scope('Notebook'), 'count')).toBe('1')
  expect(await debug('source', { source: { path: stack[0]?.path }, sourceReference: 0 })).toMatchObject({
    content: code,
  })
  await go('continue')
  expect((await client.finished(id)).result).toBe('100')
  // It comes on another channel than the reply, which may be faster.
  await client.waitFor(() => events('continued').length > 0)
})

test('stepping: over awaits, into a function of an earlier cell, out of it', async () => {
  await attach()
  await client.execute('const double = (x: number): number => {\n  const twice = x * 2\n  return twice\n}')
  const code =
    'const a = 1\nawait new Promise((r) => setTimeout(r, 5))\nconst b = double(a)\nconst c = b + 1\nc'
  await breakAt(code, 1)
  const id = await stopAfter(() => client.sendExecute(code))
  const line = async () => (await where())[0]?.line
  expect(await line()).toBe(1)
  await stopAfter(() => go('next'))
  expect(await line()).toBe(2)
  await stopAfter(() => go('next'))
  expect(await line()).toBe(3)
  await stopAfter(() => go('stepIn'))
  expect((await where()).map((frame) => frame.line)).toEqual([2, 3])
  await stopAfter(() => go('stepOut'))
  if ((await line()) === 3) await stopAfter(() => go('next'))
  expect(await line()).toBe(4)
  await go('continue')
  expect((await client.finished(id)).result).toBe('3')
})

test('expressions are evaluated in the frame and over the notebook’s names; failures are told', async () => {
  await attach()
  await client.execute('let offset = 10; const table = new Map([["r", 1]])')
  const code = 'function add(x: number) {\n  return x + offset\n}\nadd(5)'
  await breakAt(code, 2)
  const id = await stopAfter(() => client.sendExecute(code))
  const [top] = await where()
  const evaluate = (expression: string) =>
    debug('evaluate', { expression, frameId: top?.id, context: 'repl' })
  expect(await evaluate('x + offset')).toMatchObject({ result: '15', variablesReference: 0 })
  expect(await evaluate('(table as Map<string, number>).get("r")')).toMatchObject({ result: '1' })
  expect(await respond('evaluate', { expression: 'nowhere', frameId: top?.id })).toMatchObject({
    success: false,
    message: expect.stringContaining('nowhere is not defined'),
  })
  expect(await debug('richInspectVariables', { variableName: 'table', frameId: top?.id })).toMatchObject({
    data: { 'text/plain': "Map(1) { 'r' => 1 }" },
  })
  await go('continue')
  expect((await client.finished(id)).result).toBe('15')
})

test('a condition decides whether a breakpoint stops', async () => {
  await attach()
  await client.execute('let limit = 3')
  const code = 'let sum = 0\nfor (let i = 0; i < 6; i++) {\n  sum += i\n}\nsum'
  const { sourcePath } = await debug('dumpCell', { code })
  await debug('setBreakpoints', {
    source: { path: sourcePath },
    breakpoints: [{ line: 3, condition: 'i === limit' }],
  })
  const id = await stopAfter(() => client.sendExecute(code))
  expect(valueOf(await scope('Locals'), 'i')).toBe('3')
  await go('continue')
  expect((await client.finished(id)).result).toBe('15')
})

test('breakpoints in a local module stop at its own lines, and its source is served', async () => {
  const path = join(client.folder, 'helper.ts')
  const text =
    'export function area(r: number): number {\n  const square: number = r * r\n  return Math.PI * square\n}\n'
  writeFileSync(path, text)
  await attach()
  await debug('setBreakpoints', { source: { path }, breakpoints: [{ line: 3 }] })
  const id = await stopAfter(() => client.sendExecute('import { area } from "./helper"\narea(2).toFixed(2)'))
  expect((await where())[0]).toMatchObject({ name: 'area', line: 3, path })
  expect(valueOf(await scope('Locals'), 'square')).toBe('4')
  expect(await debug('source', { source: { path } })).toMatchObject({ content: text })
  await go('continue')
  expect((await client.finished(id)).result).toBe("'12.57'")
})

test('raised exceptions stop when asked for; a debugger statement stops', async () => {
  await attach()
  await debug('setExceptionBreakpoints', { filters: ['raised'] })
  const id = await stopAfter(() =>
    client.sendExecute('\ntry { throw new RangeError("far") } catch {}\n"done"'),
  )
  expect(events('stopped').at(-1)?.content['body']).toMatchObject({
    reason: 'exception',
    text: expect.stringContaining('RangeError: far'),
  })
  expect((await where())[0]?.line).toBe(2)
  await go('continue')
  expect((await client.finished(id)).result).toBe("'done'")
  await debug('setExceptionBreakpoints', { filters: [] })
  const halted = await stopAfter(() => client.sendExecute('const q = 7\ndebugger\nq'))
  expect((await where())[0]?.line).toBe(2)
  await go('continue')
  expect((await client.finished(halted)).result).toBe('7')
})

test('an interrupt at a breakpoint ends the cell and keeps the variables', async () => {
  await attach()
  await client.execute('let survivor = 5')
  const code = 'survivor = 6\nsurvivor = 7\nsurvivor = 8'
  await breakAt(code, 3)
  const id = await stopAfter(() => client.sendExecute(code))
  await client.request('control', 'interrupt_request')
  expect((await client.finished(id)).error?.ename).toBe('KernelInterrupt')
  expect(events('continued').length).toBeGreaterThan(0)
  await debug('disconnect')
  expect((await client.execute('survivor')).result).toBe('7')
})

test('disconnecting at a breakpoint lets the cell run on, and later cells do not stop', async () => {
  await attach()
  const code = 'const before = 1\nbefore + 1'
  await breakAt(code, 2)
  const id = await stopAfter(() => client.sendExecute(code))
  await debug('disconnect', { restart: false, terminateDebuggee: false })
  expect((await client.finished(id)).result).toBe('2')
  expect((await client.execute(code)).result).toBe('2')
  expect(await debug('debugInfo')).toMatchObject({ isStarted: false, breakpoints: [], stoppedThreads: [] })
})

test('debugInfo names cells as front ends do: by MurmurHash2 of their text', async () => {
  await attach()
  const code = 'x = 1 // ★'
  const { sourcePath } = await debug('dumpCell', { code })
  const info = await debug('debugInfo')
  expect(info).toMatchObject({ isStarted: true, hashMethod: 'Murmur2', hashSeed: 0xc70f6907 })
  // ipykernel 7.4's murmur2_x86('x = 1 // ★', 0xc70f6907).
  expect(sourcePath).toBe(`${String(info['tmpFilePrefix'])}4122169869${String(info['tmpFileSuffix'])}`)
})

test('the notebook’s variables can be inspected while nothing stands, with pictures', async () => {
  await client.execute(
    'const pretty = { [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>p</b>", "text/plain": "p" }) }; let long = new Float64Array(1e6)',
  )
  const { variables } = await debug('inspectVariables')
  const long = (variables as Variable[]).find(({ name }) => name === 'long')
  expect(long?.type).toBe('Float64Array')
  expect((variables as Variable[]).map(({ name }) => name)).not.toContain('display')
  const elements = await children(long?.variablesReference ?? 0)
  expect(elements).toHaveLength(201)
  expect(elements.at(-1)).toMatchObject({ name: '…', value: '"999800 more"' })
  expect(await debug('richInspectVariables', { variableName: 'pretty' })).toMatchObject({
    data: { 'text/html': '<b>p</b>' },
  })
})

test('wrong commands are answered, not ignored', async () => {
  expect(await respond('contine')).toMatchObject({
    success: false,
    message: "No debug command 'contine'. Did you mean 'continue'?",
  })
  expect(await respond('next', { threadId: 1 })).toMatchObject({
    success: false,
    message: 'No cell stands at a breakpoint',
  })
  expect(await respond('setBreakpoints', { source: { path: 'x' }, breakpoints: [] })).toMatchObject({
    success: false,
    message: 'The debugger is not attached',
  })
})

test('a kernel that stands at a breakpoint shuts down', async () => {
  const other = await TestClient.start()
  const ask = (command: string, args: Body = {}) =>
    other.request('control', 'debug_request', { seq: ++seq, type: 'request', command, arguments: args })
  await ask('attach')
  other.sendExecute('debugger')
  await other.waitFor(() => other.received.some((m) => m.content['event'] === 'stopped'))
  other.send('control', 'shutdown_request', { restart: false })
  expect(await other.kernel.exited).toBe(0)
  await other.stop()
})

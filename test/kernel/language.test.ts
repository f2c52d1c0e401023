import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestClient } from './client.ts'

let client: TestClient
beforeAll(async () => {
  client = await TestClient.start()
  await client.execute(
    'const star = { mag: 17.2, band: "r", flux(): number { return 1 } }\n/** Half of a number. */\nfunction half(x: number): number { return x / 2 }',
  )
})
afterAll(() => client.stop())

interface Completion {
  readonly matches: readonly string[]
  readonly cursor_start: number
  readonly cursor_end: number
  readonly metadata: {
    readonly _jupyter_types_experimental: readonly { text: string; type: string; signature: string }[]
  }
}
const complete = async (code: string, cursor = [...code].length) =>
  (await client.request('shell', 'complete_request', { code, cursor_pos: cursor })) as unknown as Completion
const inspect = (code: string, detail = 0, cursor = [...code].length) =>
  client.request('shell', 'inspect_request', { code, cursor_pos: cursor, detail_level: detail })
const plainOf = (reply: Record<string, unknown> | { readonly [key: string]: unknown }) =>
  String((reply['data'] as Record<string, unknown>)['text/plain'])

test('members of earlier values complete, with types and signatures', async () => {
  const found = await complete('star.')
  expect(found.matches).toEqual(['band', 'flux', 'mag'])
  expect(found.metadata._jupyter_types_experimental.map(({ type }) => type)).toEqual([
    'property',
    'function',
    'property',
  ])
  expect(found.metadata._jupyter_types_experimental[1]?.signature).toContain('flux(): number')
  expect([found.cursor_start, found.cursor_end]).toEqual([5, 5])
})

test('names of earlier cells, of this cell, of the session and of the language complete', async () => {
  expect((await complete('hal')).matches).toContain('half')
  expect((await complete('const brandnew = 1; bran')).matches).toContain('brandnew')
  expect((await complete('upd')).matches).toContain('updateDisplay')
  expect((await complete('Math.hy')).matches).toEqual(['hypot'])
  expect((await complete('fun')).matches).toContain('function')
})

test('positions count code points', async () => {
  const found = await complete('"🌟🌟"; star.ma')
  expect([found.cursor_start, found.cursor_end]).toEqual([11, 13])
  expect(found.matches).toEqual(['mag'])
})

test('a cursor past the end, in the middle, or in a string is answered', async () => {
  expect((await complete('star.', 999)).matches).toContain('mag')
  expect((await complete('star.m + 1', 6)).matches).toEqual(['mag'])
  expect((await complete('"star.')).matches).not.toContain('mag')
})

test('imports complete: modules and their exports', async () => {
  expect((await complete('import { toB } from "firstlight/core"', 12)).matches).toContain('toBase64')
  expect((await complete('import fs from "node:f"', 22)).matches).toContain('node:fs')
})

test('magics complete', async () => {
  expect((await complete('%ti')).matches).toEqual(['%time', '%timeit'])
  expect((await complete('%%s')).matches).toEqual(['%%sql'])
})

test('inspection gives type and documentation, at level 1 the source', async () => {
  const reply = await inspect('half')
  expect(reply).toMatchObject({ status: 'ok', found: true })
  expect(plainOf(reply)).toBe('function half(x: number): number\n\nHalf of a number.')
  expect(plainOf(await inspect('half(3', 0))).toContain('half(x: number): number')
  const node = await inspect('import { readFileSync } from "node:fs"; readFileSync', 1)
  expect(plainOf(node)).toContain('Returns the contents of the `path`')
})

test('documentation of ECMAScript and Node comes from beside their declarations, with its tags', async () => {
  const map = plainOf(await inspect('[1].map'))
  expect(map).toContain('Calls a defined callback function on each element of an array')
  expect(map).toContain('@param callbackfn A function that accepts up to three arguments.')
  const reply = await client.request('shell', 'complete_request', { code: '[1].findLastI', cursor_pos: 13 })
  const types = (reply['metadata'] as Record<string, { documentation?: string }[]>)[
    '_jupyter_types_experimental'
  ]
  expect(types?.[0]?.documentation).toContain('Returns the index of the last element')
  const parse = plainOf(await inspect('JSON.parse'))
  expect(parse).toContain('Converts a JavaScript Object Notation (JSON) string into an object.')
})

test('magics and names that are types alone are explained', async () => {
  expect(plainOf(await inspect('%time'))).toContain('%time expression')
  expect(plainOf(await inspect('let a = 1\n%who'))).toContain('Lists the names of the session')
  expect(plainOf(await inspect('%%sql bright\nSELECT 1', 0, 3))).toContain('%%sql or %%sql name')
  await client.execute(
    '/** A foe. */\ninterface Foo { age: number }; type Bar<T> = T[]; namespace N { export type In = 1 }',
  )
  expect(plainOf(await inspect('Foo'))).toBe('interface Foo\n\nA foe.')
  expect(plainOf(await inspect('Bar'))).toContain('type Bar<T> = T[]')
  expect(plainOf(await inspect('N.In'))).toContain('type N.In = 1')
  const paged = await client.execute('%%sql?')
  expect(JSON.stringify(paged.reply['payload'])).toContain('a dataset type is a table')
})

test('an unknown name is not found', async () => {
  expect(await inspect('nothingOfThatName')).toMatchObject({ status: 'ok', found: false })
})

test.each([
  ['1 + 1', 'complete', undefined],
  ['function f() {', 'incomplete', '  '],
  ['if (a) {\n  f([', 'incomplete', '      '],
  ['`open', 'incomplete', ''],
  ['/* open', 'incomplete', ''],
  ['const = 5', 'invalid', undefined],
  ['"open', 'invalid', undefined],
  ['await fetch("x")', 'complete', undefined],
  ['%%sql\nSELECT 1', 'incomplete', ''],
  ['%%sql\nSELECT 1\n\n', 'complete', undefined],
  ['%time 1', 'complete', undefined],
  ['Math.max?', 'complete', undefined],
  ['Math?.', 'incomplete', ''],
])('is_complete %j: %s', async (code, status, indent) => {
  const reply = await client.request('shell', 'is_complete_request', { code })
  expect(reply['status']).toBe(status)
  expect(reply['indent']).toBe(indent)
})

test('completion answers while a cell runs, and the kernel stays busy to the front end', async () => {
  const id = client.sendExecute('const end = Date.now() + 1500; while (Date.now() < end) {}')
  await client.waitFor(() => client.iopubOf(id).some((m) => m.header.msg_type === 'execute_input'))
  expect((await complete('star.')).matches).toContain('mag')
  expect(client.replyTo(id)).toBeUndefined()
  const lastStatus = () => client.received.filter((m) => m.header.msg_type === 'status').at(-1)
  await client.waitFor(() => lastStatus()?.content['execution_state'] === 'busy')
  expect(client.replyTo(id)).toBeUndefined()
  await client.finished(id)
})

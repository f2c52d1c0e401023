import { fc, test as property } from '@fast-check/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseJson5 } from '../../workbench/server/lab/json5.ts'
import { misfit } from '../../workbench/server/lab/schema-check.ts'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

test.each([
  ['{}', {}],
  [
    "{ // mine\n \"a\": 1, b: .5, $c: +2., 'd': 'it\\'s', /* e */ e: 0xFF, }",
    { a: 1, b: 0.5, $c: 2, d: "it's", e: 255 },
  ],
  ['[1, -Infinity, [null, true,],]', [1, -Infinity, [null, true]]],
  ['"a\\\nb\\u00e9\\x41\\n"', 'abéA\n'],
  ['{"__proto__": {"x": 1}}', JSON.parse('{"__proto__": {"x": 1}}')],
])('JSON5 %j', (text, value) => expect(parseJson5(text)).toEqual(value))

test.each([
  ['{ broken', 'Line 1, column 9: the text ends'],
  ['{\n  "a": }', 'Line 2, column 8: found }'],
  ['{"a": 1} x', 'Line 1, column 10: found x'],
  ['{"a": "open\n}', 'Line 1, column 6: found'],
  ['[1 2]', 'Line 1, column 4: found 2'],
  [`${'\uFEFF'.repeat(200)}@`, 'Line 1'],
  [`${'['.repeat(5000)}${']'.repeat(5000)}`, 'Line 1'],
])('JSON5 %j is refused with its place', (text, message) => expect(() => parseJson5(text)).toThrow(message))

property.prop([fc.json()])('every JSON text reads as JSON reads it', (text) => {
  expect(parseJson5(text)).toEqual(JSON.parse(text))
})

const SCHEMA = {
  type: 'object',
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 9 },
    mode: { enum: ['a', 'b'] },
    any: { anyOf: [{ type: 'string' }, { $ref: '#/definitions/pair' }] },
    list: { type: 'array', items: { type: 'string' } },
  },
  additionalProperties: false,
  definitions: { pair: { type: 'object', required: ['x'], properties: { x: { type: 'number' } } } },
}

test.each([
  [{ size: 3, mode: 'a', any: { x: 1.5 }, list: ['a'] }, undefined],
  [{ size: 'x' }, 'size: wanted integer, found string'],
  [{ size: 0 }, 'size: wanted 1 or more, found 0'],
  [{ mode: 'c' }, 'mode: wanted one of "a", "b", found "c"'],
  [{ any: {} }, 'any: wanted string, found object'],
  [{ list: ['a', 1] }, 'list[1]: wanted string, found integer'],
  [{ other: 1 }, 'other: there is no such setting'],
  [[], 'the text: wanted object, found array'],
])('%j against a schema: %s', (value, fault) => expect(misfit(value, SCHEMA)).toBe(fault))

test('a settings text with a fault is refused with its place, and the one before stays', async () => {
  const path = '/lab/api/settings/test:plugin'
  expect((await server.call('PUT', path, { raw: '{ "size": 4 }' })).status).toBe(204)
  const broken = await server.call('PUT', path, { raw: '{ "size": ' })
  expect([broken.status, ((await broken.json()) as { message: string }).message]).toEqual([
    400,
    'The settings are no JSON5: Line 1, column 11: the text ends',
  ])
  const wrong = await server.call('PUT', path, { raw: '[]' })
  expect([wrong.status, ((await wrong.json()) as { message: string }).message]).toEqual([
    400,
    'The settings do not fit their schema: the text: wanted object, found array',
  ])
  expect(await (await server.call('GET', path)).json()).toMatchObject({ raw: '{ "size": 4 }' })
})

test('the specification names every endpoint of the interface with its verbs', async () => {
  const answer = await server.call('GET', '/api/spec.yaml')
  expect(answer.headers.get('content-type')).toMatch(/^text\/x-yaml/)
  const { openapi, paths } = parse(await answer.text()) as { openapi: string; paths: Record<string, object> }
  expect(openapi).toMatch(/^3\./)
  const verbsOf = (path: string) => Object.keys(paths[path] ?? {}).filter((name) => name !== 'parameters')
  expect(verbsOf('/api/contents/{path}').sort()).toEqual(['delete', 'get', 'patch', 'post', 'put'])
  expect(verbsOf('/api/kernels/{id}/interrupt')).toEqual(['post'])
  expect(verbsOf('/api/sessions/{id}').sort()).toEqual(['delete', 'get', 'patch'])
})

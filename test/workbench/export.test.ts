import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer
const NOTEBOOK = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: 'firstlight', display_name: 'x', language: 'typescript' } },
  cells: [
    { cell_type: 'markdown', id: 'a', metadata: {}, source: ['# Title\n', 'text'] },
    {
      cell_type: 'code',
      id: 'b',
      metadata: {},
      execution_count: 1,
      source: 'const text = `a`\n"```"',
      outputs: [
        { output_type: 'stream', name: 'stdout', text: ['\u001b[31mred\u001b[0m\n'] },
        {
          output_type: 'display_data',
          metadata: {},
          data: { 'image/png': 'AAEC\n', 'text/plain': 'picture' },
        },
        { output_type: 'execute_result', execution_count: 1, metadata: {}, data: { 'text/plain': '42' } },
      ],
    },
    { cell_type: 'code', id: 'c', metadata: {}, execution_count: null, source: '', outputs: [] },
  ],
}
beforeAll(async () => {
  server = await startTestServer()
  writeFileSync(join(server.root, 'a b.ipynb'), JSON.stringify(NOTEBOOK))
})
afterAll(() => server.close())

test('a notebook is exported as Markdown with its outputs, under its name', async () => {
  const answer = await server.call('GET', '/nbconvert/markdown/a%20b.ipynb?download=true')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-disposition')).toBe("attachment; filename*=utf-8''a%20b.md")
  expect(answer.headers.get('content-security-policy')).toContain('sandbox')
  expect(await answer.text()).toBe(
    [
      '# Title\ntext',
      '````typescript\nconst text = `a`\n"```"\n````',
      '```\nred\n```',
      '![output](data:image/png;base64,AAEC)',
      '```\n42\n```\n',
    ].join('\n\n'),
  )
})

test('as a program its texts are comments; what is no format or no notebook is 404 or 400', async () => {
  const script = await server.call('GET', '/nbconvert/script/a%20b.ipynb?download=true')
  expect(script.headers.get('content-disposition')).toContain('a%20b.ts')
  expect(await script.text()).toBe('// # Title\n// text\n\nconst text = `a`\n"```"\n')
  expect(Object.keys((await (await server.call('GET', '/api/nbconvert')).json()) as object)).toEqual([
    'markdown',
    'notebook',
    'script',
  ])
  expect((await server.call('GET', '/nbconvert/pdf/a%20b.ipynb')).status).toBe(404)
  expect((await server.call('GET', '/nbconvert/__proto__/a%20b.ipynb')).status).toBe(404)
  expect((await server.call('GET', '/nbconvert/markdown/none.ipynb')).status).toBe(404)
  writeFileSync(join(server.root, 'text.txt'), 'x')
  expect((await server.call('GET', '/nbconvert/markdown/text.txt')).status).toBe(400)
})

import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const json = async (answer: Response) => (await answer.json()) as Record<string, unknown>
const get = async (path: string) => await json(await server.call('GET', `/api/contents/${path}`))
const NOTEBOOK = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [
    { cell_type: 'code', id: 'a', metadata: {}, execution_count: 1, source: 'let x = 1\nx', outputs: [] },
    { cell_type: 'markdown', id: 'b', metadata: {}, source: '# Ω' },
  ],
}

test('a text file is saved, read back and hashed', async () => {
  const model = { type: 'file', format: 'text', content: 'one\ntwo Ω' }
  const saved = await server.call('PUT', '/api/contents/a.txt', model)
  expect(saved.status).toBe(201)
  expect(saved.headers.get('location')).toBe('/api/contents/a.txt')
  const hash = createHash('sha256').update('one\ntwo Ω').digest('hex')
  expect(await json(saved)).toMatchObject({ name: 'a.txt', hash, hash_algorithm: 'sha256', content: null })
  expect((await server.call('PUT', '/api/contents/a.txt', model)).status).toBe(200)
  expect(await get('a.txt')).toMatchObject({
    path: 'a.txt',
    type: 'file',
    format: 'text',
    content: 'one\ntwo Ω',
    mimetype: 'text/plain',
    size: 10,
    writable: true,
    hash: null,
  })
  expect(await get('a.txt?content=0&hash=1')).toMatchObject({ content: null, format: null, hash })
})

test('a notebook is written as the Jupyter tools write it and read with joined lines', async () => {
  await server.call('PUT', '/api/contents/n.ipynb', { type: 'notebook', format: 'json', content: NOTEBOOK })
  const text = readFileSync(join(server.root, 'n.ipynb'), 'utf8')
  expect(text.endsWith('}\n')).toBe(true)
  expect(text).toContain('   "source": [\n    "let x = 1\\n",\n    "x"\n   ]')
  expect(text.indexOf('"cells"')).toBeLessThan(text.indexOf('"metadata"'))
  const model = await get('n.ipynb')
  expect(model['content']).toMatchObject({ cells: [{ source: 'let x = 1\nx' }, { source: '# Ω' }] })
})

test('a broken notebook is saved with a message, unreadable JSON is refused with a reason', async () => {
  const content = { ...NOTEBOOK, cells: [{ cell_type: 'code', metadata: {}, source: 'x' }] }
  const saved = await json(await server.call('PUT', '/api/contents/m.ipynb', { type: 'notebook', content }))
  expect(saved['message']).toContain('cell 1 has no outputs')
  writeFileSync(join(server.root, 'bad.ipynb'), '{"cells": [')
  const answer = await server.call('GET', '/api/contents/bad.ipynb')
  expect(answer.status).toBe(400)
  expect((await json(answer))['message']).toContain('bad.ipynb is not JSON')
})

test('bytes that are no text come as base64, and asked for as text are refused', async () => {
  writeFileSync(join(server.root, 'b.bin'), Uint8Array.of(0xff, 0xfe, 0))
  expect(await get('b.bin')).toMatchObject({ format: 'base64', content: '//4A' })
  expect((await server.call('GET', '/api/contents/b.bin?format=text')).status).toBe(400)
  expect((await server.call('GET', '/api/contents/b.bin?type=directory')).status).toBe(400)
  expect((await server.call('GET', '/api/contents/b.bin?type=nonsense')).status).toBe(400)
})

test('a large file comes in pieces and appears with the last one', async () => {
  const put = (chunk: number, content: string) =>
    server.call('PUT', '/api/contents/big.bin', { type: 'file', format: 'base64', chunk, content })
  expect((await put(2, 'QQ==')).status).toBe(400)
  expect((await put(1, Buffer.from('abc').toString('base64'))).status).toBe(201)
  expect((await server.call('GET', '/api/contents/big.bin')).status).toBe(404)
  expect((await put(3, 'QQ==')).status).toBe(400)
  await put(2, Buffer.from('def').toString('base64'))
  await put(-1, Buffer.from('g').toString('base64'))
  expect(readFileSync(join(server.root, 'big.bin'), 'utf8')).toBe('abcdefg')
})

test('new files get free names, copies a number', async () => {
  mkdirSync(join(server.root, 'new'))
  const post = async (body: unknown) =>
    (await json(await server.call('POST', '/api/contents/new', body)))['name']
  expect(await post({ type: 'notebook' })).toBe('Untitled.ipynb')
  expect(await post({ type: 'notebook' })).toBe('Untitled1.ipynb')
  expect(await post({ type: 'file', ext: '.ts' })).toBe('untitled.ts')
  expect(await post({ type: 'directory' })).toBe('Untitled Folder')
  expect(await post({ type: 'directory' })).toBe('Untitled Folder 1')
  expect(await post({ copy_from: 'new/Untitled.ipynb' })).toBe('Untitled-Copy1.ipynb')
  expect(await post({ copy_from: 'new/Untitled-Copy1.ipynb' })).toBe('Untitled-Copy2.ipynb')
})

test('notebooks of other formats are refused with their cure', async () => {
  const old = { nbformat: 3, nbformat_minor: 0, metadata: {}, worksheets: [{ cells: [], metadata: {} }] }
  writeFileSync(join(server.root, 'old.ipynb'), JSON.stringify(old))
  const answer = await server.call('GET', '/api/contents/old.ipynb')
  expect(answer.status).toBe(400)
  expect((await json(answer))['message']).toMatch(/format 3.*nbconvert --to notebook --inplace old\.ipynb$/)
  const sent = await server.call('PUT', '/api/contents/sent.ipynb', { type: 'notebook', content: old })
  expect((await json(sent))['message']).toMatch(/format/)
  expect(existsSync(join(server.root, 'sent.ipynb'))).toBe(false)
})

test('a folder is copied with what it holds but not into itself, links stay links', async () => {
  mkdirSync(join(server.root, 'whole/deep/.ipynb_checkpoints'), { recursive: true })
  writeFileSync(join(server.root, 'whole/deep/a.txt'), 'a')
  symlinkSync('/etc/hostname', join(server.root, 'whole/out'))
  const copy = (to: string) => server.call('POST', `/api/contents${to}`, { copy_from: 'whole' })
  expect(await json(await copy(''))).toMatchObject({ name: 'whole-Copy1', type: 'directory' })
  expect(readFileSync(join(server.root, 'whole-Copy1/deep/a.txt'), 'utf8')).toBe('a')
  expect(existsSync(join(server.root, 'whole-Copy1/deep/.ipynb_checkpoints'))).toBe(false)
  expect(readlinkSync(join(server.root, 'whole-Copy1/out'))).toBe('/etc/hostname')
  expect((await server.call('GET', '/api/contents/whole-Copy1/out')).status).toBe(404)
  expect((await copy('/whole/deep')).status).toBe(400)
})

test('rename keeps the checkpoint and refuses to overwrite; delete spares full folders', async () => {
  const text = (content: string) => ({ type: 'file', format: 'text', content })
  for (const name of ['r1.txt', 'r2.txt']) await server.call('PUT', `/api/contents/${name}`, text(name))
  await server.call('POST', '/api/contents/r1.txt/checkpoints')
  expect((await server.call('PATCH', '/api/contents/r1.txt', { path: 'r2.txt' })).status).toBe(409)
  expect((await server.call('PATCH', '/api/contents/r1.txt', { path: 'r3.txt' })).status).toBe(200)
  const list = (await (await server.call('GET', '/api/contents/r3.txt/checkpoints')).json()) as unknown[]
  expect(list).toHaveLength(1)
  expect((await server.call('DELETE', '/api/contents/new')).status).toBe(400)
  expect((await server.call('DELETE', '/api/contents/r3.txt')).status).toBe(204)
  expect((await server.call('DELETE', '/api/contents/r3.txt')).status).toBe(404)
})

test('what would move a folder into itself or put a file below a file is refused as such', async () => {
  mkdirSync(join(server.root, 'own'))
  writeFileSync(join(server.root, 'leaf.txt'), '')
  const model = { type: 'file', format: 'text', content: '' }
  for (const path of ['own/in', 'leaf.txt/own'])
    expect((await server.call('PATCH', '/api/contents/own', { path })).status).toBe(400)
  expect((await server.call('PATCH', '/api/contents/own', { path: 'owner' })).status).toBe(200)
  expect((await server.call('PUT', '/api/contents/leaf.txt/x', model)).status).toBe(400)
  expect((await server.call('PUT', '/api/contents/leaf.txt/checkpoints', model)).status).toBe(400)
})

test.each([{ type: 'junk' }, { copy_from: 5 }, { type: 'file', ext: 5 }, { ext: '/../x' }])(
  'a new file from %j is refused and not made',
  async (body) => {
    const names = async () => ((await get(''))['content'] as { name: string }[]).map(({ name }) => name)
    const before = await names()
    expect((await server.call('POST', '/api/contents/', body)).status).toBe(400)
    expect(await names()).toEqual(before)
  },
)

test('a checkpoint brings the old content back', async () => {
  const save = (content: string) =>
    server.call('PUT', '/api/contents/c.txt', { type: 'file', format: 'text', content })
  await save('first')
  const made = await server.call('POST', '/api/contents/c.txt/checkpoints')
  expect(made.status).toBe(201)
  expect(await json(made)).toMatchObject({ id: 'checkpoint' })
  await save('second')
  expect((await server.call('POST', '/api/contents/c.txt/checkpoints/checkpoint')).status).toBe(204)
  expect((await get('c.txt'))['content']).toBe('first')
  expect((await server.call('DELETE', '/api/contents/c.txt/checkpoints/checkpoint')).status).toBe(204)
  expect((await server.call('POST', '/api/contents/c.txt/checkpoints/other')).status).toBe(404)
})

test('saving follows a link, keeps the mode and leaves no intermediate file', async () => {
  writeFileSync(join(server.root, 'target.sh'), 'old')
  chmodSync(join(server.root, 'target.sh'), 0o750)
  symlinkSync('target.sh', join(server.root, 'link.sh'))
  await server.call('PUT', '/api/contents/link.sh', { type: 'file', format: 'text', content: 'new' })
  expect(readFileSync(join(server.root, 'target.sh'), 'utf8')).toBe('new')
  expect(statSync(join(server.root, 'target.sh')).mode & 0o777).toBe(0o750)
  const names = ((await get(''))['content'] as { name: string }[]).map(({ name }) => name)
  expect(names).toContain('link.sh')
  expect(names.filter((name) => name.startsWith('.'))).toEqual([])
})

test('a parent that is not there, a type that is missing, content that is no text: 404 and 400', async () => {
  const model = { type: 'file', format: 'text', content: '' }
  expect((await server.call('PUT', '/api/contents/none/x.txt', model)).status).toBe(404)
  expect((await server.call('PUT', '/api/contents/x.txt', { content: '' })).status).toBe(201)
  expect((await server.call('PUT', '/api/contents/x.txt', { content: '' })).status).toBe(400)
  expect((await server.call('PUT', '/api/contents/x.txt', { type: 'file', format: 'text' })).status).toBe(400)
  expect(
    (await server.call('PUT', '/api/contents/x.txt', { ...model, format: 'base64', content: '%' })).status,
  ).toBe(400)
})

test('output of a notebook is trusted after it was saved trusted, and not when it comes from elsewhere', async () => {
  const html = { output_type: 'display_data', metadata: {}, data: { 'text/html': '<b>1</b>' } }
  const cell = { cell_type: 'code', id: 'c', execution_count: 1, source: '1', outputs: [html] }
  const notebook = (trusted: boolean) => ({
    ...NOTEBOOK,
    cells: [{ ...cell, metadata: trusted ? { trusted } : {} }],
  })
  const trustOf = async (name: string) =>
    ((await get(name))['content'] as { cells: { metadata: { trusted?: boolean } }[] }).cells[0]?.metadata
      .trusted
  writeFileSync(join(server.root, 'foreign.ipynb'), JSON.stringify(notebook(false)))
  expect(await trustOf('foreign.ipynb')).toBe(false)
  await server.call('PUT', '/api/contents/own.ipynb', { type: 'notebook', content: notebook(true) })
  expect(await trustOf('own.ipynb')).toBe(true)
  expect(readFileSync(join(server.root, 'own.ipynb'), 'utf8')).not.toContain('trusted')
  writeFileSync(join(server.root, 'forged.ipynb'), JSON.stringify({ ...notebook(true), metadata: { x: 1 } }))
  expect(await trustOf('forged.ipynb')).toBe(false)
  expect((await server.call('POST', '/api/contents/forged.ipynb/trust')).status).toBe(201)
  expect(await trustOf('forged.ipynb')).toBe(true)
})

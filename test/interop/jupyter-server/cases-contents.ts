import type { Contents } from '@jupyterlab/services'
import type { Case, Client } from './recording.ts'
import { NOTEBOOK } from './servers.ts'

const one = (name: string, run: (client: Client) => Promise<unknown>): Case => ({ name, run })
/** One call of the client's contents manager: what it answers is in the exchange. */
const call = (name: string, run: (contents: Client['contents']) => Promise<unknown>): Case =>
  one(name, async ({ contents }) => void (await run(contents)))
/** Requests one after the other, given as `VERB /path` with an optional body. */
const asking = (name: string, ...calls: readonly (readonly [call: string, body?: unknown])[]): Case =>
  one(name, async (client) => {
    for (const [call, body] of calls) {
      const at = call.indexOf(' ')
      await client.ask(call.slice(0, at), call.slice(at + 1), body)
    }
  })

const file = (content: string, more: object = {}) => ({ type: 'file', format: 'text', content, ...more })
const ODD_CELL = {
  cell_type: 'code',
  id: 'odd',
  execution_count: null,
  metadata: {},
  source: '',
  outputs: [],
  oops: 1,
}
const ODD = { ...NOTEBOOK, cells: [ODD_CELL] }
const BROKEN = { ...NOTEBOOK, cells: [{ cell_type: 'code', metadata: {} }] }

/** /api/contents and /files. Later cases see what earlier ones made, on both servers alike. */
export const contentsCases: readonly Case[] = [
  call('list the root', (contents) => contents.get('')),
  call('list a folder', (contents) => contents.get('sub')),
  call('list an empty folder', (contents) => contents.get('sub/empty')),
  call('folder without content', (contents) => contents.get('sub', { content: false })),
  call('text file', (contents) => contents.get('text.txt')),
  call('file without content', (contents) => contents.get('text.txt', { content: false })),
  call('file with hash', (contents) => contents.get('text.txt', { content: false, hash: true })),
  call('file as base64', (contents) =>
    contents.get('text.txt', { type: 'file', format: 'base64', content: true }),
  ),
  call('csv file', (contents) => contents.get('table.csv')),
  call('html file', (contents) => contents.get('page.html')),
  call('binary file', (contents) => contents.get('data.bin')),
  call('binary file as text', (contents) =>
    contents.get('data.bin', { type: 'file', format: 'text', content: true }),
  ),
  call('latin-1 file', (contents) => contents.get('latin.txt')),
  call('notebook', (contents) => contents.get('run.ipynb')),
  call('notebook with hash', (contents) => contents.get('run.ipynb', { content: true, hash: true })),
  call('notebook as file', (contents) =>
    contents.get('run.ipynb', { type: 'file', format: 'text', content: true }),
  ),
  call('broken notebook', (contents) => contents.get('broken.ipynb')),
  asking(
    'get: what is refused',
    ['GET /api/contents/none.txt'],
    ['GET /api/contents/none/none.txt'],
    ['GET /api/contents/.hidden'],
    ['GET /api/contents/sub?type=file'],
    ['GET /api/contents/sub?type=notebook'],
    ['GET /api/contents/text.txt?type=directory'],
    ['GET /api/contents/text.txt?type=notebook'],
    ['GET /api/contents/text.txt?type=what'],
    ['GET /api/contents/text.txt?format=json'],
    ['GET /api/contents/text.txt?content=2'],
    ['GET /api/contents/text.txt?hash=yes'],
    ['GET /api/contents/text.txt/inner'],
  ),
  call('save a new file', (contents) => contents.save('new.txt', file('new') as Partial<Contents.IModel>)),
  call('save it again', (contents) => contents.save('new.txt', file('newer') as Partial<Contents.IModel>)),
  call('save base64', (contents) =>
    contents.save('bytes.bin', { type: 'file', format: 'base64', content: 'AAEC' }),
  ),
  call('save a notebook', (contents) =>
    contents.save('saved.ipynb', { type: 'notebook', format: 'json', content: NOTEBOOK }),
  ),
  call('what was saved', (contents) => contents.get('saved.ipynb', { content: true, hash: true })),
  call('save a notebook that is not valid', (contents) =>
    contents.save('odd.ipynb', { type: 'notebook', format: 'json', content: ODD }),
  ),
  call('save a notebook without sources', (contents) =>
    contents.save('broken2.ipynb', { type: 'notebook', format: 'json', content: BROKEN }),
  ),
  call('save a folder', (contents) => contents.save('made', { type: 'directory' })),
  call('save a folder again', (contents) => contents.save('made', { type: 'directory' })),
  asking(
    'save in pieces',
    ['PUT /api/contents/big.txt', file('aaa', { chunk: 1 })],
    ['PUT /api/contents/big.txt', file('bbb', { chunk: 2 })],
    ['PUT /api/contents/big.txt', file('ccc', { chunk: -1 })],
    ['GET /api/contents/big.txt'],
  ),
  asking(
    'save: what is refused',
    ['PUT /api/contents/none/x.txt', file('x')],
    ['PUT /api/contents/x.txt', { content: 'x', format: 'text' }],
    ['PUT /api/contents/x.txt', { type: 'file', format: 'text' }],
    ['PUT /api/contents/x.txt', { type: 'what', format: 'text', content: '' }],
    ['PUT /api/contents/x.txt', { type: 'file', format: 'what', content: '' }],
    ['PUT /api/contents/x.txt', { type: 'file', format: 'base64', content: 'A' }],
    ['PUT /api/contents/x.ipynb', { type: 'notebook', format: 'json' }],
    ['PUT /api/contents/x.ipynb', { type: 'notebook', content: NOTEBOOK, chunk: 1 }],
    ['PUT /api/contents/sub', file('x')],
    ['PUT /api/contents/text.txt', { type: 'directory' }],
    ['PUT /api/contents/.secret', file('x')],
    ['PUT /api/contents/x.txt', '{"type":'],
    ['PUT /api/contents/x.txt', '[1]'],
  ),
  call('new notebook', (contents) => contents.newUntitled({ path: '', type: 'notebook' })),
  call('next notebook', (contents) => contents.newUntitled({ path: '', type: 'notebook' })),
  call('new file', (contents) => contents.newUntitled({ path: 'sub', type: 'file', ext: '.md' })),
  call('next file', (contents) => contents.newUntitled({ path: 'sub', type: 'file', ext: '.md' })),
  call('new folder', (contents) => contents.newUntitled({ path: '', type: 'directory' })),
  call('next folder', (contents) => contents.newUntitled({ path: '', type: 'directory' })),
  call('new notebook read', (contents) => contents.get('Untitled.ipynb')),
  asking('new: by ending alone', ['POST /api/contents', { ext: '.ipynb' }], ['POST /api/contents', {}]),
  asking(
    'new: what is refused',
    ['POST /api/contents/none', { type: 'file' }],
    ['POST /api/contents/text.txt', { type: 'file' }],
    ['POST /api/contents', { type: 'what' }],
    ['POST /api/contents', { copy_from: 'none.txt' }],
    ['POST /api/contents', { copy_from: 'sub' }],
  ),
  call('copy', (contents) => contents.copy('text.txt', '')),
  call('copy again', (contents) => contents.copy('text.txt', '')),
  call('copy a copy', (contents) => contents.copy('text-Copy1.txt', '')),
  call('copy elsewhere', (contents) => contents.copy('text.txt', 'sub')),
  call('rename', (contents) => contents.rename('new.txt', 'renamed.txt')),
  call('rename a folder', (contents) => contents.rename('made', 'sub/moved')),
  asking(
    'rename: what is refused',
    ['PATCH /api/contents/renamed.txt', { path: 'text.txt' }],
    ['PATCH /api/contents/none.txt', { path: 'other.txt' }],
    ['PATCH /api/contents/renamed.txt', {}],
    ['PATCH /api/contents/renamed.txt', { path: 'none/other.txt' }],
    ['PATCH /api/contents/renamed.txt', { path: 'renamed.txt' }],
    ['PATCH /api/contents/renamed.txt', { path: '.renamed' }],
  ),
  one('checkpoints', async ({ contents }) => {
    const path = 'renamed.txt'
    const before = await contents.listCheckpoints(path)
    const made = await contents.createCheckpoint(path)
    await contents.save(path, file('changed') as Partial<Contents.IModel>)
    await contents.restoreCheckpoint(path, made.id)
    const restored = (await contents.get(path)).content as string
    const listed = await contents.listCheckpoints(path)
    await contents.deleteCheckpoint(path, made.id)
    return { before, made, restored, listed, after: await contents.listCheckpoints(path) }
  }),
  asking(
    'checkpoints: what is refused',
    ['GET /api/contents/none.txt/checkpoints'],
    ['POST /api/contents/none.txt/checkpoints'],
    ['POST /api/contents/renamed.txt/checkpoints/checkpoint'],
    ['POST /api/contents/renamed.txt/checkpoints/none'],
    ['DELETE /api/contents/renamed.txt/checkpoints/checkpoint'],
  ),
  asking(
    'trust',
    ['POST /api/contents/saved.ipynb/trust'],
    ['POST /api/contents/none.ipynb/trust'],
    ['POST /api/contents/text.txt/trust'],
  ),
  call('delete a file', (contents) => contents.delete('renamed.txt')),
  call('delete an empty folder', (contents) => contents.delete('sub/empty')),
  asking(
    'delete: what is refused',
    ['DELETE /api/contents/renamed.txt'],
    ['DELETE /api/contents/sub'],
    ['DELETE /api/contents/.hidden'],
    ['DELETE /api/contents'],
  ),
  call('download url', (contents) => contents.getDownloadUrl('text.txt').then((url) => url.split('?')[0])),
  asking(
    'files',
    ['GET /files/text.txt'],
    ['GET /files/text.txt?download=1'],
    ['GET /files/page.html'],
    ['GET /files/data.bin'],
    ['GET /files/run.ipynb'],
    ['HEAD /files/text.txt'],
    ['GET /files/none.txt'],
    ['GET /files/.hidden'],
    ['GET /files/sub'],
  ),
  asking(
    'verbs that are not there',
    ['DELETE /files/text.txt'],
    ['PUT /api/status', {}],
    ['POST /api/me', {}],
  ),
]

export { asking, one }

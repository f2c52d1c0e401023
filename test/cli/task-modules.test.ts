import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
let folder = ''
let master: RepositoryMaster
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firstlight-modules-'))
  master = unpackRepository()
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  master.remove()
})

function write(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

function pipetask(...args: readonly string[]): { readonly rc: number | null; readonly said: string } {
  const command = join(root, 'dist/bin/pipetask.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=bundled', command, ...args], {
    encoding: 'utf8',
  })
  return { rc: status, said: stdout + stderr }
}

test('a module in TypeScript is loaded, with what it imports, here and where its quanta run', () => {
  mkdirSync(join(folder, 'mine/node_modules'), { recursive: true })
  symlinkSync(root, join(folder, 'mine/node_modules/firstlight'))
  write('mine/word.ts', "export enum Word { made = 'made in TypeScript' }\n")
  const module = write(
    'mine/tasks.ts',
    `
import { defineConfig } from 'firstlight/config'
import { definePipelineTask, input, output } from 'firstlight/pipeline'
import { Word } from './word.js'

const plain = { doc: '-', storageClass: 'StructuredDataDict', dimensions: ['instrument', 'exposure', 'detector'] } as const
export const Typed = definePipelineTask({
  className: 'mine.Typed',
  defaultName: 'typed',
  dimensions: plain.dimensions,
  config: defineConfig({ name: 'mine.TypedConfig', fields: {} }),
  connections: { raw: input({ ...plain, name: 'raw' }), out: output({ ...plain, name: 'typed_out' }) },
  run: (_inputs: unknown, { log }) => {
    const word: Word = Word.made
    log.info(word)
    return { out: { word } }
  },
})
`,
  )
  const where = "instrument='HSC' AND exposure=903334 AND detector=4"
  const data = ['-b', master.copy().root, '-i', 'HSC/raw/all', '-o', 'u/typed', '-d', where]
  const { rc, said } = pipetask(
    ...['run', '--task-module', module, '-t', 'mine.Typed', ...data, '--register-dataset-types'],
  )
  expect(rc, said).toBe(0)
  expect(said).toMatch(/^typed INFO: made in TypeScript$/m)
})

test('a module that takes the package from elsewhere is refused in one line', () => {
  write('other/node_modules/firstlight/dist/src/core/index.js', '')
  write(
    'other/node_modules/firstlight/package.json',
    '{"name": "firstlight", "type": "module", "exports": {"./core": "./dist/src/core/index.js"}}',
  )
  const line = "import { definePipelineTask } from 'firstlight/pipeline'\n"
  const build = (name: string) =>
    pipetask('build', '--task-module', write(name, line), '-t', 'mine.Typed', '--show', 'tasks')
  const other = build('other/tasks.mjs')
  expect(other.rc).toBe(1)
  expect(other.said).toMatch(
    /^Error: \S+other\/tasks\.mjs would take firstlight from (\S+other\/node_modules\/firstlight); .*\n.*Run \1\/dist\/bin\/pipetask\.js/,
  )
  const none = build('nowhere/tasks.mjs')
  expect(none.rc).toBe(1)
  expect(none.said).toMatch(/^Error: \S+nowhere\/tasks\.mjs imports firstlight, which is not installed/)
  expect(other.said + none.said).not.toMatch(/^ +at /m)
})

test.each([
  ['a.mjs', 'export const a = 1\nexport const b = {\n', /a\.mjs:3: .*SyntaxError: Unexpected end of input/],
  ['b.mjs', 'export const b = 1\nthrow new Error("no")\n', /b\.mjs:2: .*Error: no/],
  ['c.mjs', "export {}\nimport './none.mjs'\n", /c\.mjs: .*Cannot find module .*none\.mjs/],
  ['d.ts', 'export const a: number = 1\nexport const b = {\n', /d\.ts:3\b.*expected|d\.ts: .*SyntaxError/],
])('what is wrong in the module %s is told with its place and without a trace', (name, text, message) => {
  const { rc, said } = pipetask('build', '--task-module', write(`wrong/${name}`, text), '--show', 'tasks')
  expect(rc).toBe(1)
  expect(said).toMatch(message)
  expect(said).not.toMatch(/^ +at /m)
})

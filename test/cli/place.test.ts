import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writeNamed } from '../../src/cli/shared/place.ts'

const folder = mkdtempSync(join(tmpdir(), 'firstlight-place-'))
afterAll(() => rmSync(folder, { recursive: true }))

function* broken(): Generator<Uint8Array> {
  yield new Uint8Array(300_000)
  yield new Uint8Array(10)
  throw new Error('the graph cannot be saved')
}

test('a file that a command names is whole or as it was', async () => {
  await writeNamed(folder, 'a.fgraph', [Uint8Array.of(1, 2), new Uint8Array(300_000), Uint8Array.of(3)])
  expect(readFileSync(join(folder, 'a.fgraph'))).toHaveLength(300_003)
  await writeNamed(folder, 'a.fgraph', 'before')
  await expect(writeNamed(folder, 'a.fgraph', broken())).rejects.toThrow('cannot be saved')
  expect(readdirSync(folder)).toEqual(['a.fgraph'])
  expect(readFileSync(join(folder, 'a.fgraph'), 'utf8')).toBe('before')
})

test('what is no file is written to, and no folder is made for a file', async () => {
  await writeNamed(folder, '/dev/null', 'gone')
  expect(readFileSync('/dev/null', 'utf8')).toBe('')
  await expect(writeNamed(folder, 'none/a.dot', 'x')).rejects.toThrow(
    'The folder of none/a.dot does not exist',
  )
})

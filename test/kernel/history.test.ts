import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { History } from '../../kernel/session/history.ts'

test('memory holds so much of a long session; what it drops is read from the file, without its outputs', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'history-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const path = join(dir, 'history.jsonl')
  const before = new History(path)
  before.add(1, 'of the session before')
  await before.flush()
  // A cell has nineteen characters with its output: the last two fit.
  const history = new History(path, 45)
  for (let line = 1; line <= 5; line++) {
    history.add(line, `input ${line} …`)
    history.addOutput(line, `output ${line}`.padEnd(10))
  }
  const all = await history.range(0, 1, undefined)
  expect(all.map(({ session, line, input, output }) => [session, line, input, output])).toEqual([
    [2, 1, 'input 1 …', undefined],
    [2, 2, 'input 2 …', undefined],
    [2, 3, 'input 3 …', undefined],
    [2, 4, 'input 4 …', 'output 4  '],
    [2, 5, 'input 5 …', 'output 5  '],
  ])
  expect((await history.tail(6)).map(({ line }) => line)).toEqual([1, 1, 2, 3, 4, 5])
})

test('without a file the newest are kept, one at least', async () => {
  const history = new History(undefined, 10)
  history.add(1, 'short')
  history.add(2, 'longer than all that may be held')
  expect(await history.tail(9)).toEqual([{ session: 1, line: 2, input: 'longer than all that may be held' }])
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { pipetask } from '../support/pipetask.ts'

test('a pipeline file that is not UTF-8 is refused with the line', async () => {
  const work = mkdtempSync(join(tmpdir(), 'latin-'))
  onTestFinished(() => rmSync(work, { recursive: true }))
  writeFileSync(join(work, 'p.yaml'), Buffer.from('tasks: {}\ndescription: caf\u00e9\n', 'latin1'))
  const { rc, stderr } = await pipetask(['pipetask', 'build', '-p', '<WORK>/p.yaml', '--show', 'tasks'], {
    '<WORK>': work,
  })
  expect(rc).toBe(1)
  expect(stderr).toMatch(/p\.yaml:2: this line is not UTF-8 text/)
})

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { mismatch, Names, runStep, stepsOf } from '../support/console-script.ts'

// tutorials/your-own-task.md: its files, as a user saves them, and its commands.

const root = fileURLToPath(new URL('../..', import.meta.url))
const markdown = readFileSync(join(root, 'tutorials/your-own-task.md'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'own-task-'))
mkdirSync(join(folder, 'node_modules'))
symlinkSync(root, join(folder, 'node_modules/firstlight'))
for (const [, name, text] of markdown.matchAll(/^```(?:ts|yaml) (\S+)\n([\s\S]*?)^```$/gm))
  writeFileSync(join(folder, name!), text!)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a task of one’s own works as the lesson shows', () => {
  const names = new Names()
  let failed = false
  for (const step of stepsOf(markdown))
    test(`line ${step.line}: ${step.command.slice(0, 60)}`, { timeout: 120_000 }, async ({ skip }) => {
      if (failed) skip('an earlier command of the lesson failed')
      const outcome = await runStep(step, names, folder)
      const why = mismatch(step, outcome, names)
      failed = why !== undefined
      expect(why, `printed:\n${outcome.lines.join('\n')}\n`).toBeUndefined()
    })
})

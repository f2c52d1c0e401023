// Questions beyond the recorded ones, asked of the real Butler now and of ours, on copies of the reference repository.
// FIRSTLIGHT_LONG=1 also runs its command line, which takes a minute more.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { dataPath } from '../support/data.ts'
import { pythonPath } from '../support/python.ts'
import { replay } from '../support/replay/replay.ts'
import { tempFolder } from '../support/repository.ts'

vi.setConfig({ testTimeout: 480_000 })

const work = tempFolder()
const recorder = fileURLToPath(new URL('./butler-answers/record.py', import.meta.url))
const differences = readFileSync(new URL('./differences.md', import.meta.url), 'utf8')
const listed = new Set(differences.match(/\blive-[a-z]+-\d{3}/g) ?? [])
const isLong = process.env['FIRSTLIGHT_LONG'] === '1'

test('further questions get the answers of the real Butler, but for the differences that are listed', async () => {
  const source = dataPath('rubin-middleware')
  execFileSync(pythonPath(), [recorder, source, work, ...(isLong ? ['commands'] : [])], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const files = readdirSync(join(work, 'answers')).map((name) => join(work, 'answers', name))
  const results = await replay(join(source, 'repo-a.tar.zst'), files)
  expect(results.length).toBeGreaterThan(isLong ? 750 : 600)
  const surprises = results.flatMap(({ id, what, difference }) => {
    if (difference !== undefined && !listed.has(id)) return [`${id} ${what}\n${difference}`]
    return difference === undefined && listed.has(id) ? [`${id} is right now: take it off the list`] : []
  })
  expect(surprises).toEqual([])
})

import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { dataPath } from '../support/data.ts'
import { replay } from '../support/replay/replay.ts'

// What the real `pipetask` built, refused, ran and reported on small plain-data tasks, on twins of these tasks.
vi.setConfig({ testTimeout: 240_000 })

const differences = readFileSync(new URL('../interop/differences.md', import.meta.url), 'utf8')

test.each([
  'build',
  'qgraph',
  'run-tutorial',
  'run-failing',
  'run-inputs',
  'run-graph-files',
  'run-purge-cleanup',
])('pipelines: %s', async (name) => {
  const file = dataPath(`rubin-middleware/expected/pipelines/${name}.json`)
  const results = await replay(dataPath('rubin-middleware/repo-a.tar.zst'), [file])
  expect(results.length).toBeGreaterThan(0)
  const surprises = results.flatMap(({ id, what, difference }) => {
    const isListed = differences.includes(`\`${id}\``)
    if (difference !== undefined && !isListed) return [`${id} ${what}\n${difference}`]
    return difference === undefined && isListed ? [`${id} is right now: take it off the list`] : []
  })
  expect(surprises).toEqual([])
})

import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { dataPath } from '../support/data.ts'
import { replay } from '../support/replay/replay.ts'

vi.setConfig({ testTimeout: 240_000 })

const archive = dataPath('rubin-middleware/repo-a.tar.zst')
const listed = new Set(
  readFileSync(new URL('../interop/differences.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .flatMap((line) => line.split('|')[1]!.match(/(?:seq-[a-z-]+ )?[a-z-]+-\d{3}/g) ?? []),
)

/** Cases of these files that are wrong though not listed, and listed ones that have become right. */
async function surprises(names: readonly string[]): Promise<readonly string[]> {
  const results = await replay(
    archive,
    names.map((name) => dataPath(`rubin-middleware/expected/${name}.json`)),
  )
  expect(results.length).toBeGreaterThan(0)
  return results.flatMap(({ file, id: name, what, difference }) => {
    const id = file.startsWith('seq-') ? `${file} ${name}` : name
    if (difference !== undefined && !listed.has(id)) return [`${id} ${what}\n${difference}`]
    return difference === undefined && listed.has(id) ? [`${id} is right now: take it off the list`] : []
  })
}

test.each([
  [['expressions', 'spatial', 'order-limit', 'dimensions']],
  [['datasets', 'datastore', 'collections', 'query-system', 'errors']],
  [['write-sequences']],
  [['cli/read']],
  [
    [
      'cli/seq-types',
      'cli/seq-collections',
      'cli/seq-calibrations-tags',
      'cli/seq-delete',
      'cli/seq-transfer',
    ],
  ],
])('answers of %s are those of the real middleware', async (names) => {
  expect(await surprises(names)).toEqual([])
})

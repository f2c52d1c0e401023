import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { dataPath } from '../support/data.ts'
import { startPostgres } from '../support/postgres.ts'
import { copyToPostgres } from '../support/replay/postgres-copy.ts'
import { replay } from '../support/replay/replay.ts'

vi.setConfig({ testTimeout: 240_000 })

// Here and not in the tests: what stops it is registered with the file.
const server = await startPostgres()
const archive = dataPath('rubin-middleware/repo-a.tar.zst')
const listed = new Set(
  readFileSync(new URL('../interop/differences.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .flatMap((line) => line.split('|')[1]!.match(/(?:seq-[a-z-]+ )?[a-z-]+-\d{3}/g) ?? []),
)

const COMMAND_SEQUENCES = [
  'cli/seq-types',
  'cli/seq-collections',
  'cli/seq-calibrations-tags',
  'cli/seq-delete',
  'cli/seq-transfer',
]

/** FIRSTLIGHT_POSTGRES_ANSWERS=all for all files, which takes a minute more. */
const isFull = process.env['FIRSTLIGHT_POSTGRES_ANSWERS'] === 'all'

/** Cases of these files that are wrong though not listed, and listed ones that have become right. */
async function surprises(
  names: readonly string[],
  move?: (root: string) => Promise<string>,
): Promise<readonly string[]> {
  const results = await replay(
    archive,
    names.map((name) => dataPath(`rubin-middleware/expected/${name}.json`)),
    move,
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
  [COMMAND_SEQUENCES],
])('answers of %s are those of the real middleware', async (names) => {
  expect(await surprises(names)).toEqual([])
})

test('answers about the same rows in PostgreSQL are the same', async () => {
  const seed = ['query-system', 'spatial', 'order-limit', 'collections']
  const rest = ['expressions', 'datasets', 'dimensions', 'datastore', 'errors']
  const names = isFull ? [...seed, ...rest] : seed
  const found = await surprises(names, (root) => copyToPostgres(root, server))
  // NULL is the largest value in PostgreSQL and the smallest in SQLite, with which the answers were recorded.
  const ofNull = found.filter((line) => /^order-limit-(004|011|012) /.test(line))
  expect([ofNull.length, found.filter((line) => !ofNull.includes(line))]).toEqual([3, []])
})

test('changes and command lines have the same outcome in PostgreSQL', async () => {
  const all = ['write-sequences', ...COMMAND_SEQUENCES, 'cli/read']
  const found = await surprises(isFull ? all : ['cli/seq-calibrations-tags'], (root) =>
    copyToPostgres(root, server),
  )
  // The configuration names another database.
  expect(found.filter((line) => !/^read-\d+ butler config-dump /.test(line))).toEqual([])
})

test('in PostgreSQL the order of rows counts where one was asked for, and only there', async () => {
  const names = ['N921', 'g', 'i', 'r', 'unknown'].map((name) => ({ name }))
  const spec = { op: 'query_dimension_records', element: 'band' }
  const orders = [{ order_by: ['band'] }, { order_by: '-band' }, { order_by: [] }, {}]
  const cases = orders.map((order, i) => ({
    id: `case-${i}`,
    spec: { ...spec, ...order },
    result: i === 0 ? names : [...names].reverse(),
    ordered: true,
  }))
  const wrong = cases.slice(0, 2).map((c) => ({ ...c, id: `${c.id} wrong`, result: [...c.result].reverse() }))
  const file = join(mkdtempSync(join(tmpdir(), 'firstlight-order-')), 'cases.json')
  writeFileSync(file, JSON.stringify({ cases: [...cases, ...wrong] }))
  const results = await replay(archive, [file], (root) => copyToPostgres(root, server))
  rmSync(dirname(file), { recursive: true })
  expect(results.filter((r) => r.difference !== undefined).map((r) => r.id)).toEqual(wrong.map((c) => c.id))
})

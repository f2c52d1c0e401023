import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { Butler } from '#butler'
import { butlerCommand } from '../support/commands.ts'
import { aRepository, putNote, tempFolder } from '../support/repository.ts'

let butler: Butler
let repo: string

beforeAll(async () => {
  butler = await aRepository()
  repo = butler.root
  for (const visit of [1, 2]) for (const detector of [1, 2]) await putNote(butler, 'run/a', visit, detector)
  await putNote(butler, 'run/b', 1, 1)
  await butler.collections.register('all', 'CHAINED')
  await butler.collections.redefineChain('all', ['run/b', 'run/a'])
})

const run = (...args: readonly string[]) => butlerCommand(args, repo)

test('collections are listed as a tree, flat, and with the older spelling of flat', async () => {
  const tree = await run('query-collections', repo)
  expect(tree.out).toBe(
    [
      '  Name    Type ',
      '------- -------',
      'all     CHAINED',
      '  run/b RUN    ',
      '  run/a RUN    ',
      'run/a   RUN    ',
      'run/b   RUN    ',
      '',
    ].join('\n'),
  )
  const flat = await run('query-collections', repo, 'all', '--chains', 'flatten')
  expect(flat.out.match(/^run\/./gm)).toEqual(['run/b', 'run/a'])
  expect((await run('query-collections', repo, 'all', '--flatten-chains')).out).toBe(flat.out)
})

test('queries print JSON when asked', async () => {
  const datasets = await run('query-datasets', repo, 'note', '--collections', 'all', '--find-first', '--json')
  const rows = JSON.parse(datasets.out) as { run: string; dataId: { visit: number; detector: number } }[]
  expect(rows).toHaveLength(4)
  expect(rows.filter((r) => r.run === 'run/b').map((r) => r.dataId)).toMatchObject([
    { visit: 1, detector: 1 },
  ])
  const records = await run(
    'query-dimension-records',
    repo,
    'visit',
    '--where',
    "instrument='Cam' AND visit=1",
    '--json',
  )
  expect(JSON.parse(records.out)).toMatchObject([
    { id: 1, name: 'V1', timespan: ['2024-02-01T01:00:00.000000000', '2024-02-01T01:00:30.000000000'] },
  ])
  for (const command of [
    ['query-collections', repo],
    ['query-dataset-types', repo],
    ['query-data-ids', repo, 'detector'],
  ])
    expect(Array.isArray(JSON.parse((await run(...command, '--json')).out))).toBe(true)
})

test('a user error is one line and a hint, exit code 1; the stack comes with --long-log', async () => {
  const typo = await run('query-datasets', repo, 'note', '--collections', 'run/c')
  expect(typo).toEqual({
    code: 1,
    out: '',
    err: "Error: No collection with name 'run/c' found.\nDid you mean 'run/a'?\n",
  })
  const long = await run('--long-log', 'query-datasets', repo, 'note', '--collections', 'run/c')
  expect(long.err).toContain('MissingCollectionError')
  expect(long.err).toContain('at ')
  const nothing = await run('query-collections', join(repo, 'nowhere'))
  expect(nothing).toMatchObject({
    code: 1,
    err: expect.stringContaining('is not a data repository') as string,
  })
  const governor = await run('query-data-ids', repo, 'visit', '--where', 'visit = 1')
  expect(governor.err).toMatch(/instrument.*\n.*instrument = /)
})

test('an empty result says why', async () => {
  const empty = await run(
    'query-datasets',
    repo,
    'note',
    '--collections',
    'all',
    '--where',
    "instrument='Cam' AND visit=7",
  )
  expect(empty).toMatchObject({ code: 1, out: '' })
  expect(empty.err).toContain('Nothing has visit = 7.')
})

test('a wrong command line has exit code 2', async () => {
  expect((await run('query-datasets')).code).toBe(2)
  expect((await run('query-datasets', repo, '--nosuch')).code).toBe(2)
  expect((await run('query-collection', repo)).code).toBe(2)
  expect((await run('query-collections', repo, '--chains', 'banana')).code).toBe(2)
  expect((await run('--help')).code).toBe(0)
})

test('what would be removed is asked first, and stays when nobody says yes', async () => {
  const asked = await butlerCommand(['remove-runs', repo, 'run/b'], repo)
  expect(asked).toMatchObject({ code: 1, err: 'Aborted!\n' })
  expect(asked.out).toContain('run/b: will be unlinked from "all"')
  expect(await butler.collections.query('run/b')).toEqual(['run/b'])
  const kept = await run('prune-datasets', repo, 'run/a', '--unstore', '--datasets', 'note', '--dry-run')
  expect(kept.out).toContain('note')
  expect(
    await butler.exists('note', { instrument: 'Cam', visit: 1, detector: 1 }, { collections: 'run/a' }),
  ).toBe(true)
})

test('datasets go to another repository by transfer, and by export and import', async () => {
  const other = join(tempFolder(), 'other')
  expect((await run('create', other)).code).toBe(0)
  const args = ['transfer-datasets', repo, other, '--collections', 'run/a', '-d', 'note']
  expect(await run(...args)).toMatchObject({
    code: 1,
    err: expect.stringContaining('--register-dataset-types') as string,
  })
  expect((await run(...args, '--register-dataset-types')).out).toBe('Number of datasets transferred: 4\n')
  const list = (place: string) =>
    run('query-datasets', place, 'note', '--collections', 'run/a', '--json').then(
      (r) => JSON.parse(r.out) as unknown,
    )
  expect(await list(other)).toEqual(await list(repo))
  expect((await run('query-dimension-records', other, 'visit_definition', '--json')).out).toBe(
    (await run('query-dimension-records', repo, 'visit_definition', '--json')).out,
  )
})

test('files are retrieved with their folders', async () => {
  const out = tempFolder()
  const got = await run('retrieve-artifacts', repo, `${out}/`, '--collections', 'run/b', '-d', 'note')
  expect(got.out).toBe(`Number of artifacts retrieved into destination ${out}/: 1\n`)
  const file = join(out, 'run/b/note/20240201/r/Cam-R/1/note_Cam_r_Cam-R_1_D1_run_b.yaml')
  expect(existsSync(file)).toBe(true)
  expect(readFileSync(file, 'utf8')).toContain('run: run/b')
  const nothing = await run('retrieve-artifacts', repo, 'no/such/place', '-d', 'nope')
  expect(nothing).toMatchObject({ code: 0, out: 'No datasets matched query.\n' })
})

test.each([
  ['--log-level', 'BOGUS', 'query-collections', 'R'],
  ['query-collections', 'R', '-@', 'nope.yaml'],
])('a wrong command line ends with 2: %s %s', async (...words) => {
  const got = await run(...words.map((word) => (word === 'R' ? repo : word)))
  expect(got).toMatchObject({ code: 2, out: '' })
})

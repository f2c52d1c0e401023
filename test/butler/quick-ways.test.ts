import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Butler, DataId } from '#butler'
import { ConvexPolygon, SpherePoint } from '#geom'
import { readBlockYaml, UNUSUAL } from '../../src/butler/transfer/block-yaml.ts'
import { readExportYaml, readGeneralYaml } from '../../src/butler/transfer/yaml-reader.ts'
import { dataPath } from '../support/data.ts'
import { aRepository } from '../support/repository.ts'

const nothing = () => UNUSUAL

test.each(['export.yaml', 'expected/cli/export-calibs-export.yaml'])(
  'a recorded export, %s, is read line by line, as the general parser reads it',
  async (name) => {
    const text = readFileSync(dataPath(`rubin-middleware/${name}`), 'utf8')
    expect(readBlockYaml(text, () => null)).not.toBe(UNUSUAL)
    expect(await readExportYaml(text, name)).toEqual(await readGeneralYaml(text, name))
  },
)

test.each([
  'a: [1, 2]\n',
  'a: {b: 1}\n',
  'a: some text\n  that goes on\n',
  "a: 'it''s\n  folded'\n",
  'a: &x 1\nb: *x\n',
  '# a comment\na: 1\n',
  'a: 1 # a comment\n',
  'a: 0o17\n',
  'a: 017\n',
  'a: 1e5\n',
  'a: 2024-01-01\n',
  'a: yes\n',
  'a: 1\na: 2\n',
  'a: 1\n   b: 2\n',
  '- 1\n - 2\n',
  'a: "\\x41"\n',
  'a: 12345678901234567890\n',
  'a: !unknown 1\n',
])('%j is left to the general parser', (text) => {
  expect(readBlockYaml(text, nothing)).toBe(UNUSUAL)
})

const square = (ra: number, dec: number, side: number) =>
  ConvexPolygon.convexHull(
    [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ].map(([x, y]) => SpherePoint.fromDegrees(ra + (x! * side) / 2, dec + (y! * side) / 2)),
  )

async function withSky(): Promise<Butler> {
  const butler = await aRepository()
  const { registry } = butler
  const visits = [1, 2]
  const rows = visits.flatMap((visit) =>
    [1, 2].map((detector) => ({
      instrument: 'Cam',
      visit,
      detector,
      region: square(10 + 0.3 * detector, 0.02 * visit, 0.28),
    })),
  )
  await registry.insertDimensionData('visit_detector_region', rows, { replace: true })
  await registry.insertDimensionData('skymap', [
    { name: 'grid', hash: new Uint8Array(20).fill(9), tract_max: 1, patch_nx_max: 9, patch_ny_max: 9 },
  ])
  await registry.insertDimensionData('tract', [{ skymap: 'grid', id: 0, region: square(10.4, 0, 1) }])
  const patches = Array.from({ length: 81 }, (_, id) => {
    const [cell_x, cell_y] = [id % 9, Math.floor(id / 9)]
    const region = square(10 + 0.1 * cell_x, -0.4 + 0.1 * cell_y, 0.1)
    return { skymap: 'grid', tract: 0, id, cell_x, cell_y, region }
  })
  await registry.insertDimensionData('patch', patches)
  return butler
}

const sorted = (ids: readonly { readonly values: DataId }[]) =>
  ids.map((id) => JSON.stringify(Object.entries(id.values).sort())).sort()

test('regions compared here give the data IDs that pixels and a client of SQL give', async () => {
  const butler = await withSky()
  for (const where of [
    "skymap = 'grid'",
    "skymap = 'grid' AND visit = 1",
    "skymap = 'grid' AND patch < 40",
  ]) {
    const dimensions = ['visit', 'detector', 'patch']
    const options = { where: `instrument = 'Cam' AND ${where}`, limit: null, explain: false }
    const joined = await butler.queryDataIds(dimensions, options)
    const ordered = await butler.queryDataIds(dimensions, { ...options, orderBy: 'visit' })
    expect(joined.length).toBeGreaterThan(8)
    expect(sorted(joined)).toEqual(sorted(ordered))
  }
})

test('a plain search gives the datasets that joined tables give, the first of each data ID', async () => {
  const butler = await aRepository()
  const id = (visit: number, detector: number) => ({ instrument: 'Cam', visit, detector })
  for (const [run, ids] of [
    ['run/a', [id(1, 1), id(2, 1)]],
    ['run/b', [id(1, 1), id(1, 2), id(2, 2)]],
  ] as const)
    for (const one of ids) await butler.put({ a: 1 }, 'note', one, { run })
  for (const findFirst of [true, false])
    for (const where of ['', 'detector = 1', 'visit IN (1, 2) AND detector > 1']) {
      const options = { collections: ['run/b', 'run/a'], findFirst, limit: null, explain: false }
      const conditions = `instrument = 'Cam'${where === '' ? '' : ` AND ${where}`}`
      const plain = await butler.queryDatasets('note', { ...options, where: conditions })
      const joined = await butler.queryDatasets('note', { ...options, where: conditions, orderBy: 'visit' })
      const text = (refs: typeof plain) => refs.map((r) => `${r.toString()} ${r.coordinate.full}`).sort()
      expect(text(plain)).toEqual(text(joined))
      expect(plain.length).toBeGreaterThan(0)
    }
})

test('conditions by the thousand and bound lists of a hundred thousand values are answered', async () => {
  const butler = await aRepository()
  const ask = async (where: string, bind = {}) =>
    (
      await butler.queryDataIds(['visit'], {
        where: `instrument = 'Cam' AND (${where})`,
        bind,
        explain: false,
      })
    ).length
  const all = await ask('visit > 0')
  expect(all).toBeGreaterThan(1)
  const numbers = Array.from({ length: 100_000 }, (_, i) => i)
  expect(await ask('visit IN (:v)', { v: numbers })).toBe(all)
  expect(await ask('visit NOT IN (:v)', { v: numbers })).toBe(0)
  expect(await ask('visit.name IN (:v)', { v: numbers.slice(0, 2000).map((n) => `none ${n}`) })).toBe(0)
  const pairs = Array.from({ length: 3000 }, (_, i) => `(visit = ${i} AND band = 'r')`)
  expect(await ask(pairs.join(' OR '))).toBe(all)
  expect(
    await ask(
      numbers
        .slice(0, 3000)
        .map((n) => `visit != ${n}`)
        .join(' AND '),
    ),
  ).toBe(0)
})

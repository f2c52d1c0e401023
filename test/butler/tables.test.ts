import { expect, test } from 'vitest'
import { datasetTypeResolver } from '#butler'
import { openCatalogSession } from '#platform/node'
import { sqlOver } from '#sql'
import { Catalog } from '#table'
import { aRepository } from '../support/repository.ts'

const fluxes = (...values: readonly number[]): Catalog =>
  Catalog.fromColumns([{ name: 'flux', type: 'f64', unit: 'nJy' }], { flux: Float64Array.from(values) })

test('a dataset type is a table: files found first in the collections, data-ID dimensions as columns', async () => {
  const butler = await aRepository()
  await butler.registry.registerDatasetType({
    name: 'src',
    dimensions: ['instrument', 'visit', 'detector'],
    storageClass: 'ArrowAstropy',
  })
  const put = (run: string, visit: number, ...values: readonly number[]) =>
    butler.put(fluxes(...values), 'src', { instrument: 'Cam', visit, detector: 1 }, { run })
  await put('run/a', 1, 1, 2, 3)
  await put('run/a', 2, 4)
  await put('run/b', 1, 10)
  const session = sqlOver(await openCatalogSession(), datasetTypeResolver(butler, ['run/b', 'run/a']))
  const result = await session.query(
    'SELECT visit, band, sum(flux) AS total FROM src GROUP BY ALL ORDER BY visit',
  )
  expect(
    Array.from({ length: result.numRows }, (_, i) => [
      Number(result.get('visit', i)),
      result.get('band', i),
      result.get('total', i),
    ]),
  ).toEqual([
    [1, 'r', 10],
    [2, 'r', 4],
  ])
  await expect(session.query('SELECT * FROM srcs')).rejects.toMatchObject({ code: 'sql/no-such-table' })
  await expect(session.query('SELECT * FROM note')).rejects.toMatchObject({ code: 'sql/no-such-table' })
  await session.close()
})

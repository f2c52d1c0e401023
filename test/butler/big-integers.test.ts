import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EXPORT_FILE, exportRepository, importRepository } from '#butler'
import { butlerCommand } from '../support/commands.ts'
import { anEmptyRepository, aRepository, tempFolder } from '../support/repository.ts'

const BIG = 9007199254740993n

test('integers that a registry could not keep as they are, are refused', async () => {
  const butler = await aRepository()
  const insert = (id: number | bigint) =>
    butler.registry.insertDimensionData('detector', [{ instrument: 'Cam', id, full_name: `D${id}` }])
  for (const id of [2 ** 53, 2 ** 63, 2n ** 63n, -(2n ** 63n) - 1n])
    await expect(insert(id), String(id)).rejects.toMatchObject({ code: 'butler/dimension-record' })
  await insert(2n ** 63n - 1n)
  for (const detector of [2 ** 53, 2n ** 70n, '99999999999999999999'])
    await expect(
      butler.registry.expandDataId({ instrument: 'Cam', detector }, { dimensions: ['detector'] }),
    ).rejects.toMatchObject({ code: 'butler/data-id-value' })
  const query = (options: object) => butler.queryDimensionRecords('detector', options)
  for (const limit of [1.5, Number.NaN])
    await expect(query({ limit })).rejects.toMatchObject({ code: 'butler/argument' })
  await expect(
    query({ where: "instrument='Cam' AND detector < :most", bind: { most: 2n ** 70n } }),
  ).rejects.toMatchObject({ code: 'butler/invalid-query' })
})

test('whole numbers beyond 2^53 in tables of files and in exports are exact', async () => {
  const butler = await aRepository()
  const shared = { instrument: 'Cam', day_obs: 20240201, physical_filter: 'Cam-R' }
  await butler.registry.insertDimensionData(
    'visit',
    [BIG, BIG + 1n].map((id) => ({ ...shared, id, name: `V${id}` })),
  )
  const folder = tempFolder()
  for (const name of ['a,1', 'b']) writeFileSync(join(folder, `${name}.yaml`), `name: ${name}\n`)
  writeFileSync(join(folder, 'table.csv'), `path,visit,detector\n"a,1.yaml",${BIG},1\nb.yaml,${BIG + 1n},1\n`)
  const ecsv = [
    '# %ECSV 1.0',
    '# ---',
    '# datatype:',
    '# - {name: path, datatype: string}',
    'path visit detector',
  ]
  writeFileSync(join(folder, 'table.ecsv'), `${[...ecsv, `"a,1.yaml" ${BIG} 2`].join('\n')}\n`)
  for (const table of ['table.csv', 'table.ecsv']) {
    const args = ['ingest-files', butler.root, 'note', 'run/a', join(folder, table), '--prefix', folder]
    const done = await butlerCommand([...args, '-t', 'copy', '--data-id', 'instrument=Cam'], folder)
    expect([done.code, done.err]).toEqual([0, expect.not.stringContaining('ERROR')])
  }
  const refs = await butler.queryDatasets('note', { collections: 'run/a', orderBy: ['visit', 'detector'] })
  const keys = [
    [BIG, 1],
    [BIG, 2],
    [BIG + 1n, 1],
  ]
  expect(refs.map((r) => [r.dataId['visit'], r.dataId['detector']])).toEqual(keys)
  const directory = tempFolder()
  const text = await exportRepository(butler.repository, { datasets: refs, directory })
  const target = await anEmptyRepository()
  await importRepository(target.repository, text, EXPORT_FILE, { directory, transfer: 'copy' })
  const found = await target.queryDatasets('note', { collections: 'run/a', orderBy: ['visit', 'detector'] })
  expect(found.map((r) => [r.dataId['visit'], r.dataId['detector']])).toEqual(keys)
  expect(await target.get(found[0]!)).toEqual({ name: 'a,1' })
  const [record] = await target.queryDimensionRecords('visit', {
    where: `instrument='Cam' AND visit=${BIG + 1n}`,
  })
  expect(record!.get('id')).toBe(BIG + 1n)
})

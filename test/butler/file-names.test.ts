import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { createNodeButler } from '#platform/node'
import { aRepository, fillDimensions, putNote, tempFolder } from '../support/repository.ts'

test.each(['../../escape', '..', 'a/../../escape', '%2E%2E/%252E./escape'])(
  'nothing is written for the run %j, which leads out of the repository',
  async (run) => {
    const butler = await aRepository()
    await butler.collections.register(run)
    await expect(putNote(butler, run, 1, 1)).rejects.toMatchObject({
      code: 'butler/file-template',
      message: expect.stringMatching(/outside the repository\.$/) as string,
      hint: `Give the run a name without '..' (it is '${run}').`,
    })
    expect(await butler.queryDatasets('note', { collections: run, explain: false })).toEqual([])
    for (const up of ['..', '../..']) expect(existsSync(join(butler.root, up, 'escape'))).toBe(false)
  },
)

test('values of a data ID with dots and slashes lead nowhere else', async () => {
  const template = '{run}/{datasetType}/{detector.full_name:/}/x_{visit}'
  const butler = await createNodeButler(join(tempFolder(), 'repo'), {
    seed: { datastore: { templates: { default: template } } },
  })
  await fillDimensions(butler)
  const { registry } = butler
  await registry.insertDimensionData('detector', [{ instrument: 'Cam', id: 9, full_name: '../../../out' }])
  const dimensions = ['instrument', 'visit', 'detector']
  await registry.registerDatasetType({ name: 'note', dimensions, storageClass: 'StructuredDataDict' })
  await butler.collections.register('run')
  await expect(putNote(butler, 'run', 1, 9)).rejects.toMatchObject({ code: 'butler/file-template' })
  await butler.close()
})

test('a file outside the repository is not taken for one inside by dots in its path', async () => {
  const butler = await aRepository()
  writeFileSync(join(dirname(butler.root), 'out.yaml'), 'a: 1\n')
  const id = { instrument: 'Cam', visit: 1, detector: 1 }
  const refs = await butler.registry.makeRefs('note', [id], { run: 'run/a' })
  for (const path of ['../out.yaml', `${butler.root}/x/../../out.yaml`])
    await expect(butler.ingest([{ path, refs }])).rejects.toMatchObject({ code: 'butler/file-not-found' })
  writeFileSync(join(butler.root, 'in.yaml'), 'a: 1\n')
  await butler.ingest([{ path: './in.yaml', refs }])
  expect(await butler.get(refs[0]!)).toEqual({ a: 1 })
  expect(await butler.getUri(refs[0]!)).toMatch(/\/repo\/in\.yaml$/)
})

test('a template without {component} is refused for datasets that are stored in parts', async () => {
  const butler = await createNodeButler(join(tempFolder(), 'repo'), {
    seed: {
      storageClasses: {
        Plain: { pytype: 'dict' },
        Metrics: {
          pytype: 'lsst.daf.butler.tests.MetricsExample',
          delegate: 'lsst.daf.butler.tests.MetricsDelegate',
          components: { summary: 'Plain', output: 'Plain' },
        },
      },
      datastore: {
        templates: { default: '{run}/{datasetType}_{visit}' },
        formatters: { Plain: 'lsst.daf.butler.formatters.json.JsonFormatter' },
        composites: { disassembled: { Metrics: true } },
      },
    },
  })
  await fillDimensions(butler)
  const dimensions = ['instrument', 'visit']
  await butler.registry.registerDatasetType({ name: 'metrics', dimensions, storageClass: 'Metrics' })
  await butler.collections.register('run')
  const value = { summary: { a: 1 }, output: { b: 1 } }
  await expect(
    butler.put(value, 'metrics', { instrument: 'Cam', visit: 1 }, { run: 'run' }),
  ).rejects.toMatchObject({
    code: 'butler/file-template',
    message: expect.stringContaining('{component}') as string,
  })
  await butler.close()
})

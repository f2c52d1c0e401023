import { expect, test } from 'vitest'
import {
  type Butler,
  exportRepository,
  importRepository,
  ingestZip,
  retrieveArtifacts,
  retrieveZip,
  transferFrom,
} from '#butler'
import { createNodeButler, openNodeButler } from '#platform/node'
import { anEmptyRepository, aRepository, putNote, tempFolder } from '../support/repository.ts'

// The types forbid names that are no options; plain JavaScript, JSON and objects of type any do not.

type Calls = Readonly<Record<string, (options: never) => unknown>>

/** A call for each, under the name of an option that it has. */
async function allCalls(butler: Butler): Promise<Calls> {
  const ref = await putNote(butler, 'run/a', 1, 1)
  const { registry, collections, repository } = butler
  const empty = await anEmptyRepository()
  const folder = tempFolder()
  const id = { instrument: 'Cam', visit: 1, detector: 1 }
  const query = butler.query()
  const rows = query.dataIds('visit')
  const note = await butler.getDeferred('note', id, { collections: 'run/a' })
  return {
    collections: (o) => butler.get('note', id, o),
    timespan: (o) => butler.getDeferred('note', id, o),
    parameters: (o) => note.get(o),
    withDimensionRecords: (o) => butler.findDataset('note', id, o),
    fullCheck: (o) => butler.exists('note', id, o),
    predict: (o) => butler.getUri('note', id, o),
    run: (o) => butler.put({}, 'note', { ...id, detector: 2 }, o),
    skipExisting: (o) => butler.ingest([], o),
    purge: (o) => butler.pruneDatasets([ref], o),
    unlinkFromChains: (o) => butler.removeRuns('run/b', o),
    where: (o) => butler.queryDataIds('visit', o),
    orderBy: (o) => butler.queryDimensionRecords('visit', o),
    findFirst: (o) => butler.queryDatasets('note', o),
    name: (o) => butler.queryAllDatasets(o),
    inferDefaults: (o) => butler.clone(o),
    writeable: async (o) => (await openNodeButler(butler.root, o)).close(),
    standalone: async (o) => (await createNodeButler(`${folder}/made`, o)).close(),
    flattenChains: (o) => collections.query('*', o),
    includeParents: (o) => collections.queryInfo('*', o),
    idMode: (o) => registry.makeRefs('note', [id], o),
    replace: (o) => registry.insertDimensionData('instrument', [], o),
    update: (o) => registry.syncDimensionData('instrument', { name: 'X' }, o),
    dimensions: (o) => registry.expandDataId(id, o),
    isCalibration: (o) =>
      registry.registerDatasetType(
        Object.assign({ name: 'new', dimensions: ['visit'], storageClass: 'StructuredDataDict' }, o),
      ),
    types: (o) => registry.queryDatasetAssociations('note', o),
    execute: (o) => query.any(o),
    exact: (o) => rows.count(o),
    dimensionFields: (o) => query.general('visit', o),
    overwrite: (o) => retrieveArtifacts(repository, [ref], folder, o),
    transfer: (o) => transferFrom(empty.repository, repository, [ref], o),
    directory: (o) => exportRepository(repository, Object.assign({ datasets: [ref] }, o)),
    skipDimensions: (o) => importRepository(repository, 'description: x', 'x', o),
    dryRun: (o) => ingestZip(repository, `${folder}/none.zip`, o),
    clobber: (o) => retrieveZip(repository, [ref], folder, o),
  }
}

test('every call refuses an option that it does not have, and names the nearest that it has', async () => {
  const butler = await aRepository()
  for (const [name, call] of Object.entries(await allCalls(butler))) {
    const misspelt = name.slice(0, -2) + name.slice(-1)
    const refused = await Promise.resolve()
      .then(() => call({ [misspelt]: true } as never))
      .catch((error: unknown) => error)
    const nearest = name === 'clobber' ? '' : ` Did you mean '${name}'?`
    expect(refused, name).toMatchObject({
      code: 'butler/argument',
      message: `There is no option '${misspelt}'.${nearest}`,
    })
  }
  expect(await butler.collections.query('*')).toEqual(['run/a', 'run/b'])
  expect(await butler.queryAllDatasets({ collections: '*', findFirst: false })).toHaveLength(1)
})

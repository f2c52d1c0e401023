import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  type Butler,
  exportRepository,
  importRepository,
  ingestZip,
  type QueryResults,
  retrieveArtifacts,
  retrieveZip,
  transferFrom,
} from '#butler'
import { createNodeButler, openNodeButler } from '#platform/node'
import { Timespan } from '#time'
import { anEmptyRepository, aRepository, putNote, tempFolder } from '../support/repository.ts'

// What a cell in plain JavaScript may give in place of any argument: an error with a code that says what was wanted, nothing written.

const work = () => 1
const VALUES: readonly unknown[] = [undefined, null, 5, true, [undefined], [[]], new Date(0), work]

/** Those of the values that an argument may have. */
const FINE: Readonly<Record<string, readonly unknown[]>> = {
  transaction: [work],
  'clone.collections': [null],
  'queryDataIds.limit': [null, 5],
  'queryAllDatasets.limit': [null, 5],
  'query().where.obj': [5],
  'query().limit': [5],
  'registry.registerDatasetType.isCal': [true],
  'registry.insertDimensionData.field': [null, 5],
  'registry.expandDataId': [null],
  'registry.insertDimensionData.timespan': [null],
  'registry.insertDimensionData.region': [null],
  'open.collections': [null],
}

type Calls = Readonly<Record<string, (v: never) => unknown>>

const listed = <T>(results: QueryResults<T>) => results.list()
const closed = (opened: Butler) => opened.close()

/** A call for each argument, by its name; `?`: it may be left out. */
async function allCalls(butler: Butler): Promise<Calls> {
  const { registry, collections } = butler
  const empty = await anEmptyRepository()
  const folder = tempFolder()
  const file = join(folder, 'f.yaml')
  writeFileSync(file, 'a: 1\n')
  const id = { instrument: 'Cam', visit: 1, detector: 1 }
  const RUN_A = { collections: 'run/a' }
  const ref = await putNote(butler, 'run/a', 1, 1)
  const bias = await butler.put({ b: 1 }, 'bias', { instrument: 'Cam', detector: 1 }, { run: 'run/a' })
  const [fresh] = await registry.makeRefs('note', [{ ...id, detector: 2 }], { run: 'run/a' })
  await collections.register('tag', 'TAGGED')
  await collections.register('calib', 'CALIBRATION')
  await collections.register('chain', 'CHAINED')
  return {
    'get.key': (v) => butler.get(v, id, RUN_A),
    'get.dataId': (v) => butler.get('note', v, RUN_A),
    'get.dataId.detector': (v) => butler.get('note', { ...id, detector: v }, RUN_A),
    'get.dataId.instrument': (v) => butler.get('note', { ...id, instrument: v }, RUN_A),
    'get.options': (v) => butler.get('note', id, v),
    'get.collections': (v) => butler.get('note', id, { collections: v }),
    'get.component?': (v) => butler.get('note', id, { ...RUN_A, component: v }),
    'get.parameters?': (v) => butler.get('note', id, { ...RUN_A, parameters: v }),
    'get.storageClass?': (v) => butler.get('note', id, { ...RUN_A, storageClass: v }),
    'get.timespan?': (v) => butler.get('note', id, { ...RUN_A, timespan: v }),
    'getDeferred.key': (v) => butler.getDeferred(v, id, RUN_A),
    'getDeferred.options': (v) => butler.getDeferred('note', id, v),
    'find.type': (v) => butler.findDataset(v, id, RUN_A),
    'find.dataId': (v) => butler.findDataset('note', v, RUN_A),
    'find.options': (v) => butler.findDataset('note', id, v),
    'getDataset.id': (v) => butler.getDataset(v),
    'getDataset.options?': (v) => butler.getDataset(ref.id, v),
    getDatasetType: (v) => butler.getDatasetType(v),
    'exists.key': (v) => butler.exists(v, id, RUN_A),
    'exists.options': (v) => butler.exists('note', id, v),
    'getUri.key': (v) => butler.getUri(v, id, RUN_A),
    'getUri.options': (v) => butler.getUri('note', id, v),
    'getUri.predict.run': (v) =>
      butler.getUri('note', { ...id, detector: 3 }, { ...RUN_A, predict: true, run: v }),
    'put.value': (v) => butler.put(v, 'note', { ...id, detector: 3 }, { run: 'run/a' }),
    'put.key': (v) => butler.put({}, v, { ...id, detector: 3 }, { run: 'run/a' }),
    'put.dataId': (v) => butler.put({}, 'note', v, { run: 'run/a' }),
    'put.dataId.visit': (v) => butler.put({}, 'note', { ...id, visit: v }, { run: 'run/a' }),
    'put.options': (v) => butler.put({}, 'note', { ...id, detector: 3 }, v),
    'put.run': (v) => butler.put({}, 'note', { ...id, detector: 3 }, { run: v }),
    'ingest.files': (v) => butler.ingest(v),
    'ingest.file': (v) => butler.ingest([v]),
    'ingest.path': (v) => butler.ingest([{ path: v, refs: [fresh!] }]),
    'ingest.refs': (v) => butler.ingest([{ path: file, refs: v }]),
    'ingest.ref': (v) => butler.ingest([{ path: file, refs: [v] }], { transfer: 'copy' }),
    'ingest.formatter': (v) => butler.ingest([{ path: file, refs: [fresh!], formatter: v }]),
    'ingest.options': (v) => butler.ingest([{ path: file, refs: [fresh!] }], v),
    'ingest.transfer': (v) => butler.ingest([{ path: file, refs: [fresh!] }], { transfer: v }),
    'ingest.component?': (v) =>
      butler.ingest([{ path: file, refs: [fresh!], component: v }], { transfer: 'copy' }),
    'ingest.storageClass?': (v) =>
      butler.ingest([{ path: file, refs: [fresh!], storageClass: v }], { transfer: 'copy' }),
    'prune.refs': (v) => butler.pruneDatasets(v, { disassociate: false, unstore: true }),
    'prune.ref': (v) => butler.pruneDatasets([v], { disassociate: false, unstore: true }),
    'prune.options?': (v) => butler.pruneDatasets([ref], v),
    'prune.tags?': (v) => butler.pruneDatasets([ref], { tags: v }),
    removeRuns: (v) => butler.removeRuns(v),
    'removeRuns.options': (v) => butler.removeRuns('nope', v),
    transaction: (v) => butler.transaction(v),
    clone: (v) => butler.clone(v),
    'clone.collections?': (v) => butler.clone({ collections: v }),
    'clone.run?': (v) => butler.clone({ run: v }),
    'clone.dataId?': (v) => butler.clone({ dataId: v }),
    'queryDataIds.dims': (v) => butler.queryDataIds(v),
    'queryDataIds.options?': (v) => butler.queryDataIds('visit', v),
    'queryDataIds.where?': (v) => butler.queryDataIds('visit', { where: v }),
    'queryDataIds.bind?': (v) => butler.queryDataIds('visit', { where: "instrument='Cam'", bind: v }),
    'queryDataIds.bind.x': (v) => butler.queryDataIds('visit', { where: 'visit > x', bind: { x: v } }),
    'queryDataIds.dataId?': (v) => butler.queryDataIds('visit', { dataId: v }),
    'queryDataIds.orderBy?': (v) => butler.queryDataIds('visit', { orderBy: v }),
    'queryDataIds.limit?': (v) => butler.queryDataIds('visit', { limit: v }),
    queryDimensionRecords: (v) => butler.queryDimensionRecords(v),
    'queryDimensionRecords.options?': (v) => butler.queryDimensionRecords('visit', v),
    'queryDatasets.type': (v) => butler.queryDatasets(v, RUN_A),
    'queryDatasets.options': (v) => butler.queryDatasets('note', v),
    'queryDatasets.collections': (v) => butler.queryDatasets('note', { collections: v }),
    'queryAllDatasets.options': (v) => butler.queryAllDatasets(v),
    'queryAllDatasets.name?': (v) => butler.queryAllDatasets({ name: v, ...RUN_A }),
    'queryAllDatasets.collections': (v) => butler.queryAllDatasets({ collections: v }),
    'queryAllDatasets.limit?': (v) => butler.queryAllDatasets({ ...RUN_A, limit: v }),
    'query().where': (v) => butler.query().where(v),
    'query().where.bind': (v) => butler.query().where('visit > 1', v).dataIds('visit').list(),
    'query().where.obj': (v) => butler.query().where({ visit: v, instrument: 'Cam' }).dataIds('visit').list(),
    'query().joinDimensions': (v) => butler.query().joinDimensions(v).dataIds('visit').list(),
    'query().joinDatasetSearch': (v) => butler.query().joinDatasetSearch(v, 'run/a').dataIds('visit').list(),
    'query().joinDatasetSearch.coll': (v) =>
      butler.query().joinDatasetSearch('note', v).dataIds('visit').list(),
    'query().joinDataCoordinates': (v) => butler.query().joinDataCoordinates(v).dataIds('visit').list(),
    'query().joinDataCoordinates[]': (v) => butler.query().joinDataCoordinates([v]).dataIds('visit').list(),
    'query().materialize?': (v) => butler.query().joinDimensions(['visit']).materialize(v),
    'query().materialize.dims?': (v) => butler.query().materialize({ dimensions: v }),
    'query().materialize.datasets?': (v) =>
      butler.query().joinDimensions(['visit']).materialize({ datasets: v }),
    'query().dataIds': (v) => butler.query().dataIds(v).list(),
    'query().dimensionRecords': (v) => butler.query().dimensionRecords(v).list(),
    'query().datasets': (v) => butler.query().datasets(v, 'run/a'),
    'query().datasets.coll': (v) => butler.query().datasets('note', v),
    'query().datasets.options?': (v) => butler.query().datasets('note', 'run/a', v),
    'query().general': (v) => butler.query().general(v),
    'query().general.options?': (v) => butler.query().general(['visit'], v).then(listed),
    'query().orderBy': (v) => butler.query().dataIds('visit').orderBy(v).list(),
    'query().limit': (v) => butler.query().dataIds('visit').limit(v).list(),
    'query().count?': (v) => butler.query().dataIds('visit').count(v),
    'query().any?': (v) => butler.query().dataIds('visit').any(v),
    'query().general.dimensionFields?': (v) =>
      butler.query().general(['visit'], { dimensionFields: v }).then(listed),
    'query().general.datasetFields?': (v) =>
      butler.query().general(['visit'], { datasetFields: v }).then(listed),
    'collections.register': (v) => collections.register(v),
    'collections.register.type?': (v) => collections.register('new', v),
    'collections.register.doc?': (v) => collections.register('new', 'RUN', v),
    'collections.query?': (v) => collections.query(v),
    'collections.query.options?': (v) => collections.query('*', v),
    'collections.query.types?': (v) => collections.query('*', { types: v }),
    'collections.queryInfo?': (v) => collections.queryInfo(v),
    'collections.queryInfo.options?': (v) => collections.queryInfo('*', v),
    'collections.queryInfo.datasetTypes?': (v) =>
      collections.queryInfo('*', { includeSummary: true, datasetTypes: v }),
    'collections.getInfo': (v) => collections.getInfo(v),
    'collections.setDoc': (v) => collections.setDoc(v, 'x'),
    'collections.setDoc.doc?': (v) => collections.setDoc('tag', v),
    'collections.prependChain': (v) => collections.prependChain(v, 'run/a'),
    'collections.prependChain.children': (v) => collections.prependChain('chain', v),
    'collections.redefineChain': (v) => collections.redefineChain('chain', v),
    'collections.extendChain': (v) => collections.extendChain('chain', v),
    'collections.removeFromChain': (v) => collections.removeFromChain('chain', v),
    'collections.remove': (v) => collections.remove(v),
    'registry.registerDatasetType': (v) => registry.registerDatasetType(v),
    'registry.registerDatasetType.name': (v) =>
      registry.registerDatasetType({ name: v, dimensions: [], storageClass: 'StructuredDataDict' }),
    'registry.registerDatasetType.dims': (v) =>
      registry.registerDatasetType({ name: 'new', dimensions: v, storageClass: 'StructuredDataDict' }),
    'registry.registerDatasetType.sc': (v) =>
      registry.registerDatasetType({ name: 'new', dimensions: [], storageClass: v }),
    'registry.registerDatasetType.isCal?': (v) =>
      registry.registerDatasetType({
        name: 'new',
        dimensions: [],
        storageClass: 'StructuredDataDict',
        isCalibration: v,
      }),
    'registry.removeDatasetType': (v) => registry.removeDatasetType(v),
    'registry.queryDatasetTypes?': (v) => registry.queryDatasetTypes(v),
    'registry.insertDimensionData': (v) => registry.insertDimensionData(v, [{ name: 'X' }]),
    'registry.insertDimensionData.rows': (v) => registry.insertDimensionData('instrument', v),
    'registry.insertDimensionData.row': (v) => registry.insertDimensionData('instrument', [v]),
    'registry.insertDimensionData.options': (v) =>
      registry.insertDimensionData('instrument', [{ name: 'Cam' }], v),
    'registry.insertDimensionData.field?': (v) =>
      registry.insertDimensionData('instrument', [{ name: 'New', detector_max: v }]),
    'registry.insertDimensionData.key': (v) => registry.insertDimensionData('instrument', [{ name: v }]),
    'registry.insertDimensionData.timespan?': (v) =>
      registry.insertDimensionData('day_obs', [{ instrument: 'Cam', id: 20250101, timespan: v }]),
    'registry.insertDimensionData.region?': (v) =>
      registry.insertDimensionData('tract', [{ skymap: 'sky', id: 1, region: v }]),
    'registry.sync': (v) => registry.syncDimensionData(v, { name: 'X' }),
    'registry.sync.row': (v) => registry.syncDimensionData('instrument', v),
    'registry.expandDataId?': (v) => registry.expandDataId(v),
    'registry.expandDataId.visit': (v) => registry.expandDataId({ instrument: 'Cam', visit: v }),
    'registry.expandDataId.dims?': (v) => registry.expandDataId(id, { dimensions: v }),
    'registry.expandDataId.options?': (v) => registry.expandDataId(id, v),
    'registry.associate': (v) => registry.associate(v, [ref]),
    'registry.associate.refs': (v) => registry.associate('tag', v),
    'registry.associate.ref': (v) => registry.associate('tag', [v]),
    'registry.disassociate': (v) => registry.disassociate(v, [ref]),
    'registry.disassociate.refs': (v) => registry.disassociate('tag', v),
    'registry.disassociate.ref': (v) => registry.disassociate('tag', [v]),
    'registry.certify': (v) => registry.certify(v, [bias], Timespan.all),
    'registry.certify.refs': (v) => registry.certify('calib', v, Timespan.all),
    'registry.certify.ref': (v) => registry.certify('calib', [v], Timespan.all),
    'registry.certify.span': (v) => registry.certify('calib', [bias], v),
    'registry.decertify': (v) => registry.decertify(v, 'bias', Timespan.all),
    'registry.decertify.type': (v) => registry.decertify('calib', v, Timespan.all),
    'registry.decertify.span': (v) => registry.decertify('calib', 'bias', v),
    'registry.decertify.options?': (v) => registry.decertify('calib', 'bias', Timespan.all, v),
    'registry.decertify.dataIds?': (v) => registry.decertify('calib', 'bias', Timespan.all, { dataIds: v }),
    'registry.decertify.dataId': (v) => registry.decertify('calib', 'bias', Timespan.all, { dataIds: [v] }),
    'registry.insertDatasets': (v) => registry.insertDatasets(v, [id], { run: 'run/b' }),
    'registry.insertDatasets.ids': (v) => registry.insertDatasets('note', v, { run: 'run/b' }),
    'registry.insertDatasets.id': (v) => registry.insertDatasets('note', [v], { run: 'run/b' }),
    'registry.insertDatasets.run': (v) => registry.insertDatasets('note', [id], { run: v }),
    'registry.insertDatasets.idMode?': (v) =>
      registry.insertDatasets('note', [{ ...id, detector: 3 }], { run: 'run/b', idMode: v }),
    'registry.makeRefs': (v) => registry.makeRefs(v, [id], { run: 'run/b' }),
    'registry.makeRefs.ids': (v) => registry.makeRefs('note', v, { run: 'run/b' }),
    'registry.makeRefs.run': (v) => registry.makeRefs('note', [id], { run: v }),
    'registry.makeRefs.idMode?': (v) => registry.makeRefs('note', [id], { run: 'run/b', idMode: v }),
    'registry.assoc': (v) => registry.queryDatasetAssociations(v, RUN_A),
    'registry.assoc.options?': (v) => registry.queryDatasetAssociations('note', v),
    'registry.assoc.types?': (v) => registry.queryDatasetAssociations('note', { ...RUN_A, types: v }),
    'export.request': (v) => exportRepository(butler.repository, v),
    'export.datasets': (v) => exportRepository(butler.repository, { datasets: v }),
    'export.dataset': (v) => exportRepository(butler.repository, { datasets: [v] }),
    'export.collections?': (v) => exportRepository(butler.repository, { datasets: [ref], collections: v }),
    'export.directory?': (v) => exportRepository(butler.repository, { datasets: [ref], directory: v }),
    'export.transfer?': (v) =>
      exportRepository(butler.repository, { datasets: [ref], directory: folder, transfer: v }),
    'import.text': (v) => importRepository(empty.repository, v, 'x'),
    'import.options?': (v) =>
      importRepository(
        empty.repository,
        'description: x\nversion: 1.0.2\nuniverse_version: 7\nuniverse_namespace: daf_butler\ndata: []\n',
        'x',
        v,
      ),
    'retrieve.refs': (v) => retrieveArtifacts(butler.repository, v, folder),
    'retrieve.ref': (v) => retrieveArtifacts(butler.repository, [v], folder),
    'retrieve.dest': (v) => retrieveArtifacts(butler.repository, [ref], v),
    'retrieve.options?': (v) => retrieveArtifacts(butler.repository, [ref], tempFolder(), v),
    'zip.refs': (v) => retrieveZip(butler.repository, v, folder),
    'zip.folder': (v) => retrieveZip(butler.repository, [ref], v),
    ingestZip: (v) => ingestZip(butler.repository, v),
    'ingestZip.options': (v) => ingestZip(butler.repository, '/x.zip', v),
    'transferFrom.source': (v) => transferFrom(empty.repository, v, [ref]),
    'transferFrom.refs': (v) => transferFrom(empty.repository, butler.repository, v),
    'transferFrom.ref': (v) => transferFrom(empty.repository, butler.repository, [v]),
    'transferFrom.options': (v) => transferFrom(empty.repository, butler.repository, [ref], v),
    open: (v) => openNodeButler(v),
    'open.options?': (v) => openNodeButler(butler.root, v).then(closed),
    'open.collections?': (v) => openNodeButler(butler.root, { collections: v }).then(closed),
    'open.run?': (v) => openNodeButler(butler.root, { run: v }).then(closed),
    'open.dataId?': (v) => openNodeButler(butler.root, { dataId: v }).then(closed),
    create: (v) => createNodeButler(v).then(closed),
  }
}

test('a value of another kind than any argument wants is refused by a code, and nothing is written', async () => {
  const butler = await aRepository()
  const calls = await allCalls(butler)
  const tables = await butler.repository.connection.all("SELECT name FROM sqlite_master WHERE type = 'table'")
  const state = async () => {
    const counts = tables.map(([name]) =>
      butler.repository.connection.first(`SELECT COUNT(*) FROM "${String(name)}"`),
    )
    const files = readdirSync(butler.root, { recursive: true, encoding: 'utf8' })
    return [await Promise.all(counts), files.filter((name) => !name.includes('sqlite3'))]
  }
  const before = await state()
  const unkind: string[] = []
  for (const [name, call] of Object.entries(calls))
    for (const value of VALUES) {
      const fine = FINE[name.replace('?', '')] ?? []
      if (fine.includes(value) || (value === undefined && name.endsWith('?'))) continue
      const shown = `${name} ${typeof value === 'function' ? 'function' : JSON.stringify(value)}`
      const error: unknown = await (async () => call(value as never))().then(
        () => new Error('was taken'),
        (e: unknown) => e,
      )
      const { code = '', message } = error as Error & { code?: string }
      if (!/^[a-z]+\/[a-z-]+$/.test(code)) unkind.push(`${shown}: ${message}`)
      if (code === 'butler/argument' && !/^'[\w.]+' (of .*)?must .* not .*\.$|mode|limit/.test(message))
        unkind.push(`${shown}: ${message}`)
    }
  expect(unkind).toEqual([])
  expect(await state()).toEqual(before)
})

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import {
  type Butler,
  checkRepository,
  type ConfigTree,
  mendable,
  retrieveArtifacts,
  unmendable,
} from '#butler'
import { Exposure } from '#image'
import { Box2I } from '#geom'
import { createNodeButler, openNodeButler } from '#platform/node'
import { anExposure } from '../formats/support/an-exposure.ts'
import { fillDimensions, tempFolder } from '../support/repository.ts'

const CLS = 'lsst.daf.butler.datastores'
const MEMORY = { cls: `${CLS}.inMemoryDatastore.InMemoryDatastore` }
const CHAIN = `${CLS}.chainedDatastore.ChainedDatastore`
const file = (table: string, more: ConfigTree = {}): ConfigTree => ({
  cls: `${CLS}.fileDatastore.FileDatastore`,
  records: { table },
  ...more,
})

async function aButler(datastore: ConfigTree, storageClasses: ConfigTree = {}): Promise<Butler> {
  const butler = await createNodeButler(join(tempFolder(), 'repo'), { seed: { datastore, storageClasses } })
  afterAll(() => butler.close())
  await fillDimensions(butler)
  const dimensions = ['instrument', 'visit', 'detector']
  for (const name of ['note', 'secret', 'everywhere'])
    await butler.registry.registerDatasetType({ name, dimensions, storageClass: 'StructuredDataDict' })
  await butler.registry.registerDatasetType({ name: 'calexp', dimensions, storageClass: 'ExposureF' })
  await butler.collections.register('run')
  return butler
}

const ID = { instrument: 'Cam', visit: 1, detector: 1 }
const RUN = { run: 'run' }
const purge = { disassociate: true, unstore: true, purge: true }

test('a chain writes to every member that takes a dataset and reads from the first that has it', async () => {
  const butler = await aButler({
    cls: CHAIN,
    datastore_constraints: [
      { constraints: { reject: ['note'] } },
      { constraints: { accept: ['all'], reject: ['secret'] } },
      {},
    ],
    datastores: [MEMORY, { datastore: file('one') }, file('two', { constraints: { reject: ['calexp'] } })],
  })
  const tree = readFileSync(join(butler.root, 'butler.yaml'), 'utf8')
  expect(tree).toContain('<butlerRoot>/FileDatastore_1')
  const value = { a: 1 }
  const note = await butler.put(value, 'note', ID, RUN)
  const secret = await butler.put(value, 'secret', ID, RUN)
  const both = await butler.put(value, 'everywhere', ID, RUN)
  const path = (folder: string, type: string) =>
    join(butler.root, folder, `run/${type}/20240201/r/Cam-R/1/${type}_Cam_r_Cam-R_1_D1_run.yaml`)
  const where = (type: string) => ['FileDatastore_1', 'FileDatastore_2'].map((f) => existsSync(path(f, type)))
  expect([where('note'), where('secret'), where('everywhere')]).toEqual([
    [true, true],
    [false, true],
    [true, true],
  ])
  expect(await butler.get(secret)).toBe(value)
  expect(await butler.get(note)).not.toBe(value)
  expect(await butler.getUri(both)).toBe(`file://${path('FileDatastore_1', 'everywhere')}`)
  expect(await butler.getUri(secret)).toBe(`file://${path('FileDatastore_2', 'secret')}`)
  rmSync(path('FileDatastore_1', 'note'))
  expect((await checkRepository(butler.repository)).missing.map((m) => m.path)).toEqual([
    `FileDatastore_1/${path('', 'note').slice(butler.root.length + 1)}`,
  ])
  await checkRepository(butler.repository, { mend: true })
  expect(await butler.get(note)).toEqual(value)
  const report = await checkRepository(butler.repository)
  expect([report.datasets, mendable(report) + unmendable(report)]).toEqual([3, 0])
  const other = await openNodeButler(butler.root)
  expect(await other.get('secret', ID, { collections: 'run' })).toEqual(value)
  await other.close()
  await butler.pruneDatasets([note, secret, both], purge)
  expect([where('secret'), where('everywhere')]).toEqual([
    [false, false],
    [false, false],
  ])
  expect(await butler.exists(both)).toBe(false)
})

test('a failed transaction leaves nothing in any member of a chain', async () => {
  const butler = await aButler({ cls: CHAIN, datastores: [MEMORY, file('one'), file('two')] })
  const failed = butler.transaction(async (inside) => {
    await inside.put({ a: 1 }, 'note', ID, RUN)
    expect(await inside.get('note', ID, { collections: 'run' })).toEqual({ a: 1 })
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  const again = await butler.put({ a: 2 }, 'note', ID, RUN)
  expect(await butler.get(again)).toEqual({ a: 2 })
  const report = await checkRepository(butler.repository)
  expect([report.files, mendable(report)]).toEqual([2, 0])
  await expect(
    butler.transaction(async (inside) => {
      await inside.pruneDatasets([again], purge)
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(await butler.get(again)).toEqual({ a: 2 })
})

test('what one member of a chain has lost is read from the next, and a write that one refuses leaves nothing in the others', async () => {
  const blocked = join(tempFolder(), 'a file')
  writeFileSync(blocked, 'in the way')
  const butler = await aButler({
    cls: CHAIN,
    datastores: [
      file('one'),
      file('two'),
      file('three', { root: blocked, constraints: { accept: ['secret'] } }),
    ],
  })
  const ref = await butler.put({ a: 1 }, 'note', ID, RUN)
  rmSync(new URL(await butler.getUri(ref)))
  expect(await butler.get(ref)).toEqual({ a: 1 })
  expect(await butler.getUri(ref)).toContain('/FileDatastore_1/')
  expect(await butler.exists(ref)).toBe(true)
  const [whole] = [...(await butler.repository.datastore.stored([ref.id])).values()]
  expect(whole?.store.root).toMatch(/FileDatastore_1$/)
  const copies = await retrieveArtifacts(butler.repository, [ref], tempFolder())
  expect(copies.map((path) => readFileSync(path, 'utf8'))).toEqual(['a: 1\n'])
  rmSync(new URL(await butler.getUri(ref)))
  await expect(butler.get(ref)).rejects.toMatchObject({
    message: expect.stringContaining('FileDatastore_0') as string,
  })
  await expect(butler.put({ a: 1 }, 'secret', ID, RUN)).rejects.toMatchObject({
    code: 'files/not-found',
    message: expect.stringContaining(blocked) as string,
  })
  expect((await checkRepository(butler.repository)).orphans).toEqual([])
})

test('files are ingested into every file datastore of a chain; a moved one is gone from where it was', async () => {
  const butler = await aButler({
    cls: CHAIN,
    datastores: [MEMORY, file('one'), file('two', { constraints: { reject: ['secret'] } })],
  })
  const folder = tempFolder()
  for (const name of ['a', 'b']) writeFileSync(join(folder, `${name}.yaml`), `${name}: 1\n`)
  for (const [type, name] of [
    ['note', 'a'],
    ['secret', 'b'],
  ] as const) {
    const refs = await butler.registry.makeRefs(type, [ID], { run: 'run' })
    await butler.ingest([{ path: join(folder, `${name}.yaml`), refs }], { transfer: 'move' })
  }
  expect([existsSync(join(folder, 'a.yaml')), existsSync(join(folder, 'b.yaml'))]).toEqual([false, false])
  expect(await butler.get('note', ID, { collections: 'run' })).toEqual({ a: 1 })
  expect((await checkRepository(butler.repository)).files).toBe(3)
})

test('what no member takes is refused, also when it is a file', async () => {
  const butler = await aButler({
    cls: CHAIN,
    datastores: [MEMORY, file('one')],
    constraints: { accept: ['ExposureF', { 'instrument<Cam>': ['note'] }], reject: ['secret'] },
  })
  await butler.put({}, 'note', ID, RUN)
  await expect(butler.put({}, 'secret', ID, RUN)).rejects.toMatchObject({
    code: 'butler/dataset-type-not-supported',
  })
  expect(await butler.queryDatasets('secret', { collections: 'run', explain: false })).toEqual([])
  const path = join(tempFolder(), 'x.yaml')
  writeFileSync(path, '{}')
  const refs = await butler.registry.makeRefs('secret', [ID], { run: 'run' })
  await expect(butler.ingest([{ path, refs }], { transfer: 'copy' })).rejects.toThrow('No file datastore')
})

test('a datastore in memory hands out the value itself, its parts, and none after a prune', async () => {
  const butler = await aButler(MEMORY)
  const exposure = anExposure()
  const ref = await butler.put(exposure, 'calexp', ID, RUN)
  expect(await butler.get(ref)).toBe(exposure)
  const box = new Box2I(exposure.bbox.x0 + 2, exposure.bbox.y0 + 3, 4, 5)
  const part = (await butler.get('calexp', ID, { collections: 'run', parameters: { bbox: box } })) as Exposure
  expect(part.bbox.toString()).toBe(box.toString())
  expect(await butler.get('calexp.bbox', ID, { collections: 'run' })).toEqual(exposure.bbox)
  expect(await butler.getUri(ref)).toMatch(/^mem:\/\/calexp_.*\?instrument=Cam&detector=1&visit=1$/)
  expect(await butler.exists(ref)).toBe(true)
  expect(await butler.getUri('note', ID, { predict: true, run: 'run', collections: 'run' })).toBe(
    'mem://note?instrument=Cam&detector=1&visit=1#predicted',
  )
  const refs = await butler.registry.makeRefs('note', [ID], { run: 'run' })
  await expect(butler.ingest([{ path: '/etc/hostname', refs }], { transfer: 'copy' })).rejects.toThrow(
    'No file datastore',
  )
  await butler.pruneDatasets([ref], { disassociate: false, unstore: true })
  await expect(butler.get(ref)).rejects.toMatchObject({ code: 'butler/file-not-found' })
})

test('an exposure in parts: files by component, read singly, computed, and put together again', async () => {
  const butler = await aButler(
    file('parts', { composites: { default: false, disassembled: { ExposureF: true } } }),
  )
  const exposure = anExposure()
  const ref = await butler.put(exposure, 'calexp', ID, RUN)
  const stored = (await butler.repository.datastore.storedOne(ref.id))!
  const names = stored.records.map((r) => r.component)
  expect(names).toEqual(
    expect.arrayContaining(['image', 'mask', 'variance', 'wcs', 'psf', 'metadata', 'visitInfo']),
  )
  expect(stored.records.find((r) => r.component === 'wcs')!.path).toContain('calexp.wcs/')
  const get = (name: string, parameters = {}) => butler.get(name, ID, { collections: 'run', parameters })
  const whole = (await get('calexp')) as Exposure
  expect(whole.image.data).toEqual(exposure.image.data)
  expect(whole.mask.data).toEqual(exposure.mask.data)
  expect(whole.variance.data).toEqual(exposure.variance.data)
  expect(Object.keys(whole.info).sort()).toEqual(Object.keys(exposure.info).sort())
  expect(whole.unit).toBe(exposure.unit)
  expect(whole.filter).toEqual(exposure.filter)
  expect(whole.validPolygon).toEqual(exposure.validPolygon)
  const sky = exposure.wcs!.pixelToSky(10, 12)
  expect(whole.wcs!.pixelToSky(10, 12).ra.degrees).toBeCloseTo(sky.ra.degrees, 10)
  expect(whole.psf!.sigmaAt({ x: 5, y: 5 })).toBeCloseTo(exposure.psf!.sigmaAt({ x: 5, y: 5 }), 10)
  expect(await get('calexp.bbox')).toEqual(exposure.bbox)
  const box = new Box2I(exposure.bbox.x0 + 1, exposure.bbox.y0 + 1, 3, 2)
  expect(((await get('calexp', { bbox: box })) as Exposure).image.data).toEqual(
    exposure.image.subimage(box).data,
  )
  expect(await butler.getUri('calexp.wcs', ID, { collections: 'run' })).toContain('calexp.wcs/')
  const report = await checkRepository(butler.repository)
  expect([report.datasets, report.files, mendable(report)]).toEqual([1, names.length, 0])
  const archive = join(butler.root, stored.records[0]!.path)
  await butler.pruneDatasets([ref], purge)
  expect(existsSync(archive)).toBe(false)
})

test.each([
  [{ cls: `${CLS}.sasquatchDatastore.SasquatchDatastore` }, 'SasquatchDatastore'],
  [{ cls: CHAIN }, 'datastore.datastores'],
  [
    { cls: CHAIN, datastores: [file('a', { name: 'x' }), file('a', { name: 'x' })] },
    'records in the table a',
  ],
  [
    { cls: CHAIN, datastores: [file('a')], datastore_constraints: [{}, {}] },
    'one entry for each of the 1 datastores',
  ],
  [{ constraints: { accept: 'note' } }, 'datastore.constraints.accept must be a list'],
  [file('a', { constraints: { accept: ['all'], reject: ['all'] } }), "both accepts and rejects 'all'"],
] as readonly (readonly [ConfigTree, string])[])(
  'a configuration %j is refused: %s',
  async (datastore, message) => {
    const made = createNodeButler(join(tempFolder(), 'repo'), { seed: { datastore } })
    await expect(made).rejects.toThrow(message)
  },
)

const SHARED = {
  cls: CHAIN,
  datastores: [file('both', { constraints: { accept: ['note'], reject: ['all'] } }), file('both')],
}

test('datastores of one records table have the datasets that they hold', async () => {
  const butler = await aButler({
    ...SHARED,
    datastore_constraints: [{}, { constraints: { reject: ['note'] } }],
  })
  const note = await butler.put({ a: 1 }, 'note', ID, RUN)
  const secret = await butler.put({ b: 2 }, 'secret', ID, RUN)
  const folders = await Promise.all(
    [note, secret].map(async (ref) => /FileDatastore_\d/.exec(await butler.getUri(ref))![0]),
  )
  expect(folders).toEqual(['FileDatastore_0', 'FileDatastore_1'])
  expect([await butler.get(note), await butler.get(secret)]).toEqual([{ a: 1 }, { b: 2 }])
  const report = await checkRepository(butler.repository, { mend: true })
  expect([report.datasets, mendable(report) + unmendable(report)]).toEqual([2, 0])
  await butler.pruneDatasets([note], purge)
  expect(await butler.get(secret)).toEqual({ b: 2 })
  const after = await checkRepository(butler.repository)
  expect([after.datasets, mendable(after) + unmendable(after)]).toEqual([1, 0])
})

test('a dataset that two datastores of one records table take is refused with the cure', async () => {
  const butler = await aButler(SHARED)
  await expect(butler.put({}, 'note', ID, RUN)).rejects.toMatchObject({
    code: 'butler/config',
    hint: expect.stringContaining('records.table') as string,
  })
  expect(await butler.queryDatasets('note', { collections: 'run', explain: false })).toEqual([])
})

test('tables of records that the creator left out are made by the first writer', async () => {
  const butler = await aButler({ cls: CHAIN, datastores: [file('one'), file('two')] })
  for (const table of ['one', 'two']) {
    await butler.repository.connection.run(`DROP TABLE ${table}`)
    await butler.repository.connection.run(`DELETE FROM opaque_meta WHERE table_name = '${table}'`)
  }
  const reader = await openNodeButler(butler.root)
  afterAll(() => reader.close())
  const writer = await openNodeButler(butler.root, { writeable: true })
  const ref = await writer.put({ a: 1 }, 'note', ID, RUN)
  await writer.close()
  expect(await reader.get(ref)).toEqual({ a: 1 })
  const names = await reader.repository.connection.all('SELECT table_name FROM opaque_meta ORDER BY 1')
  expect(names.flat()).toEqual(['one', 'two'])
})

test('nothing is stored where no table of records is yet', async () => {
  const butler = await aButler(file('one'))
  const ref = await butler.put({ a: 1 }, 'note', ID, RUN)
  await butler.pruneDatasets([ref], { unstore: true, disassociate: false })
  await butler.repository.connection.run('DROP TABLE one')
  const reader = await openNodeButler(butler.root)
  afterAll(() => reader.close())
  await expect(reader.get(ref)).rejects.toMatchObject({ code: 'butler/file-not-found' })
  expect((await checkRepository(reader.repository)).files).toBe(0)
})

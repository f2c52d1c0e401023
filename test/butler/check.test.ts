import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import {
  type Butler,
  checkRepository,
  type ConfigTree,
  type DatasetRef,
  ingestZip,
  mendable,
  retrieveZip,
  unmendable,
} from '#butler'
import { Box2I } from '#geom'
import { createNodeButler, openNodeButler } from '#platform/node'
import { anExposure } from '../formats/support/an-exposure.ts'
import { aRepository, fillDimensions, putNote, tempFolder } from '../support/repository.ts'

// Mending after damage that no crash leaves: whatever happened, a committed dataset whose bytes are there is never lost.

const mend = (butler: Butler, options = {}) => checkRepository(butler.repository, { mend: true, ...options })
const pathOf = async (butler: Butler, ref: DatasetRef) => fileURLToPath(await butler.getUri(ref))
const id = (visit: number, detector: number) => ({ instrument: 'Cam', visit, detector })
const purge = { disassociate: true, unstore: true, purge: true }

/** A repository whose files are in a folder of their own. */
async function onDisk(more: ConfigTree = {}): Promise<{ butler: Butler; disk: string }> {
  const disk = join(tempFolder('disk'), 'files')
  const seed = { datastore: { root: disk, ...more } }
  const butler = await createNodeButler(join(tempFolder(), 'repo'), { seed })
  afterAll(() => butler.close())
  await fillDimensions(butler)
  await butler.collections.register('run/a')
  const dimensions = ['instrument', 'visit', 'detector']
  await butler.registry.registerDatasetType({ name: 'note', dimensions, storageClass: 'StructuredDataDict' })
  await butler.registry.registerDatasetType({ name: 'calexp', dimensions, storageClass: 'ExposureF' })
  return { butler, disk }
}

test('a disk that is not mounted is not taken for lost files, whether its folder is gone or empty', async () => {
  const { butler, disk } = await onDisk()
  expect(mendable(await mend(butler)) + unmendable(await mend(butler))).toBe(0)
  const refs = [await putNote(butler, 'run/a', 1, 1), await putNote(butler, 'run/a', 1, 2)]
  renameSync(disk, `${disk}-away`)
  for (const makeEmpty of [false, true]) {
    if (makeEmpty) mkdirSync(disk)
    const report = await mend(butler)
    expect([report.missing, report.damaged.length]).toEqual([[], 2])
    expect(report.damaged[0]!.why).toMatch(/is its disk mounted\?$/)
  }
  rmSync(disk, { recursive: true })
  renameSync(`${disk}-away`, disk)
  expect(await butler.get(refs[1]!)).toEqual({ run: 'run/a', visit: 1, detector: 2 })
})

test.each([
  ['its place', ['dataset_location']],
  ['its record', ['file_datastore_records']],
  ['both', ['dataset_location', 'file_datastore_records']],
])('a dataset that lost %s gets it back, with its file', async (_, tables) => {
  const butler = await aRepository()
  const refs = [await putNote(butler, 'run/a', 1, 1), await putNote(butler, 'run/b', 2, 2)]
  for (const table of tables) await butler.repository.connection.run(`DELETE FROM ${table}`)
  const report = await mend(butler)
  expect([report.orphans, report.missing, mendable(report)]).toEqual([[], [], 2])
  const other = await openNodeButler(butler.root)
  expect(await other.get(refs[1]!)).toEqual({ run: 'run/b', visit: 2, detector: 2 })
  await other.close()
  expect(mendable(await mend(butler))).toBe(0)
  await butler.pruneDatasets(refs, purge)
  expect(mendable(await mend(butler))).toBe(0)
})

test('a dataset that is said to be stored and has neither record nor file is known without one afterwards', async () => {
  const butler = await aRepository()
  const ref = await putNote(butler, 'run/a', 1, 1)
  unlinkSync(await pathOf(butler, ref))
  await butler.repository.connection.run('DELETE FROM file_datastore_records')
  expect((await mend(butler)).missing).toMatchObject([{ id: ref.id, datasetType: 'note', run: 'run/a' }])
  expect(await butler.existence(ref)).toMatchObject({ recorded: true, inDatastore: false })
  expect(mendable(await mend(butler))).toBe(0)
})

test('what is left of a dataset in parts stays when one part is gone', async () => {
  const { butler } = await onDisk({ composites: { default: true } })
  const ref = await butler.put(anExposure(new Box2I(0, 0, 40, 40)), 'calexp', id(1, 1), { run: 'run/a' })
  const { store, records } = (await butler.repository.datastore.storedOne(ref.id))!
  unlinkSync(store.pathOfRecord(records.find((r) => r.component === 'wcs')!))
  expect((await mend(butler)).damaged).toMatchObject([{ id: ref.id, component: 'wcs' }])
  expect((await store.records.of(ref.id)).length).toBe(records.length)
  expect(await butler.get('calexp.psf', id(1, 1), { collections: 'run/a' })).toBeDefined()
})

test('files outside, and links to them, may come back', async () => {
  const butler = await aRepository()
  const outside = join(tempFolder(), 'outside')
  mkdirSync(outside)
  const refs = await butler.registry.makeRefs('note', [id(1, 1), id(1, 2)], { run: 'run/a' })
  for (const [i, transfer] of (['symlink', 'direct'] as const).entries()) {
    writeFileSync(join(outside, `${i}.yaml`), `from: ${transfer}\n`)
    await butler.ingest([{ path: join(outside, `${i}.yaml`), refs: [refs[i]!] }], { transfer })
  }
  const linked = await putNote(butler, 'run/b', 1, 3)
  const folder = dirname(await pathOf(butler, linked))
  renameSync(folder, join(outside, 'moved'))
  symlinkSync(join(outside, 'moved'), folder)
  expect(mendable(await mend(butler)) + unmendable(await mend(butler))).toBe(0)
  renameSync(outside, `${outside}-away`)
  const report = await mend(butler)
  expect([report.missing, report.damaged.length]).toEqual([[], 3])
  renameSync(`${outside}-away`, outside)
  expect(await Promise.all([...refs, linked].map((ref) => butler.get(ref)))).toEqual([
    { from: 'symlink' },
    { from: 'direct' },
    { run: 'run/b', visit: 1, detector: 3 },
  ])
})

test('files that only look like leftovers by their name are left alone, below a run too', async () => {
  const butler = await aRepository()
  const ref = await putNote(butler, 'run/a', 1, 1)
  const kept = [
    'butler-handbook.pdf',
    'tmp-results-2024.csv',
    'my-notes.tmp',
    'run/a/README.md',
    'run/a/plots/x.png',
  ]
  mkdirSync(join(butler.root, 'run/a/plots'), { recursive: true })
  for (const name of kept) writeFileSync(join(butler.root, name), 'mine')
  const path = await pathOf(butler, ref)
  unlinkSync(path)
  mkdirSync(path)
  writeFileSync(join(path, 'inside.yaml'), 'mine')
  const archive = join(butler.root, 'zips/abcd/abcd0123.zip')
  mkdirSync(dirname(archive), { recursive: true })
  writeFileSync(archive, 'half')
  const report = await mend(butler, { youngestMs: 0 })
  expect(report.strangers).toEqual(expect.arrayContaining(kept))
  expect(report.damaged).toMatchObject([{ id: ref.id, why: 'a folder in its place' }])
  expect(existsSync(join(path, 'inside.yaml'))).toBe(true)
  expect([report.orphans, existsSync(archive)]).toEqual([['zips/abcd/abcd0123.zip'], false])
})

test('a member that an archive lacks is told', async () => {
  const butler = await aRepository()
  const refs = [await putNote(butler, 'run/a', 1, 1), await putNote(butler, 'run/a', 1, 2)]
  const [folder, other] = [tempFolder(), tempFolder()]
  const zip = await retrieveZip(butler.repository, refs, folder)
  const small = await retrieveZip(butler.repository, refs.slice(0, 1), other)
  await butler.pruneDatasets(refs, purge)
  await ingestZip(butler.repository, zip, { transfer: 'copy' })
  expect(unmendable(await mend(butler))).toBe(0)
  const { store, records } = (await butler.repository.datastore.storedOne(refs[1]!.id))!
  writeFileSync(store.placeOf(records[0]!), readFileSync(small))
  expect((await mend(butler)).damaged).toMatchObject([
    { id: refs[1]!.id, why: 'no such member of the archive' },
  ])
  expect(await butler.get(refs[0]!)).toEqual({ run: 'run/a', visit: 1, detector: 1 })
  writeFileSync(store.placeOf(records[0]!), 'no archive at all')
  expect(await mend(butler)).toMatchObject({ missing: [], damaged: [{}, {}] })
})

test('a file that cannot be removed keeps nobody else from deleting; it is told and goes later', async () => {
  const butler = await aRepository()
  const stuck = await putNote(butler, 'run/a', 1, 1)
  const refs = [await putNote(butler, 'run/a', 1, 2), await putNote(butler, 'run/a', 1, 3)]
  const path = await pathOf(butler, stuck)
  const paths = await Promise.all(refs.map((ref) => pathOf(butler, ref)))
  unlinkSync(path)
  mkdirSync(path)
  await butler.pruneDatasets([stuck, refs[0]!], purge)
  await butler.pruneDatasets([refs[1]!], purge)
  expect(paths.map((p) => existsSync(p))).toEqual([false, false])
  const report = await mend(butler)
  expect([report.trash, report.stuck.length]).toEqual([[stuck.id], 1])
  rmSync(path, { recursive: true })
  expect(unmendable(await mend(butler))).toBe(0)
  expect(mendable(await mend(butler))).toBe(0)
})

test('one file of several datasets stays until the last of them goes', async () => {
  const butler = await aRepository()
  const refs = await butler.registry.makeRefs('note', [id(1, 1), id(1, 2), id(1, 3)], { run: 'run/a' })
  const file = join(tempFolder(), 'shared.yaml')
  writeFileSync(file, 'shared: true\n')
  await butler.ingest([{ path: file, refs }], { transfer: 'copy' })
  await butler.pruneDatasets(refs.slice(0, 2), purge)
  expect(await butler.get(refs[2]!)).toEqual({ shared: true })
  expect(mendable(await mend(butler)) + unmendable(await mend(butler))).toBe(0)
  const path = await pathOf(butler, refs[2]!)
  await butler.pruneDatasets([refs[2]!], purge)
  expect(existsSync(path)).toBe(false)
})

/** A repository with some notes; `rename` opens it again under another name of its datastore. */
async function beforeRenaming(notes: number) {
  const butler = await aRepository()
  const { root } = butler
  const refs: DatasetRef[] = []
  for (let detector = 1; detector <= notes; detector++) refs.push(await putNote(butler, 'run/a', 1, detector))
  const rename = async (): Promise<Butler> => {
    await butler.close()
    const file = join(root, 'butler.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/root: <butlerRoot>/, `root: ${root}`))
    const again = await openNodeButler(root, { writeable: true })
    afterAll(() => again.close())
    return again
  }
  return { butler, refs, rename }
}

const rowsOf = async (butler: Butler, table: string) =>
  Number((await butler.repository.connection.first(`SELECT COUNT(*) FROM ${table}`))?.[0])

test('under another name of the datastore what was trashed goes, and datasets are deleted without a mend', async () => {
  const { butler, refs, rename } = await beforeRenaming(3)
  const paths = await Promise.all(refs.map((ref) => pathOf(butler, ref)))
  // What cannot be removed stays in the trash, under the former name.
  unlinkSync(paths[0]!)
  mkdirSync(paths[0]!)
  await butler.pruneDatasets([refs[0]!], purge)
  rmSync(paths[0]!, { recursive: true })
  writeFileSync(paths[0]!, 'left: true\n')
  const renamed = await rename()
  expect((await checkRepository(renamed.repository)).trash).toEqual([refs[0]!.id])
  await renamed.pruneDatasets([refs[1]!], { disassociate: false, unstore: true })
  expect(paths.map((path) => existsSync(path))).toEqual([false, false, true])
  expect(await renamed.existence(refs[1]!)).toMatchObject({ recorded: true, inDatastore: false })
  await renamed.removeRuns('run/a')
  expect(existsSync(paths[2]!)).toBe(false)
  for (const table of ['dataset', 'dataset_location', 'dataset_location_trash', 'file_datastore_records'])
    expect([table, await rowsOf(renamed, table)]).toEqual([table, 0])
})

test('a mend finishes deletions under a former name, and takes back second places under it', async () => {
  const { butler, refs, rename } = await beforeRenaming(2)
  const [deleted, kept] = refs
  const path = await pathOf(butler, deleted!)
  unlinkSync(path)
  mkdirSync(path)
  await butler.pruneDatasets([deleted!], { disassociate: false, unstore: true })
  rmSync(path, { recursive: true })
  writeFileSync(path, 'left: true\n')
  const renamed = await rename()
  const { connection } = renamed.repository
  const name = `FileDatastore@${renamed.root}`
  const place = 'INSERT INTO dataset_location (datastore_name, dataset_id) VALUES (?, ?)'
  await connection.run(place, [name, kept!.id.replaceAll('-', '')])
  expect(await mend(renamed)).toMatchObject({ trash: [deleted!.id], adrift: [kept!.id] })
  expect(existsSync(path)).toBe(false)
  expect(await connection.all('SELECT datastore_name FROM dataset_location')).toEqual([[name]])
  expect(await rowsOf(renamed, 'dataset_location_trash')).toBe(0)
  expect(await renamed.existence(deleted!)).toMatchObject({ recorded: true, inDatastore: false })
  await connection.run(place, ['Scratch@/gone', deleted!.id.replaceAll('-', '')])
  const report = await mend(renamed)
  expect([report.elsewhere, mendable(report) + unmendable(report)]).toEqual([
    [{ datastore: 'Scratch@/gone', datasets: 1 }],
    0,
  ])
  await expect(renamed.pruneDatasets([deleted!], purge)).rejects.toMatchObject({
    hint: expect.stringContaining('butler check') as string,
  })
})

test('after the root was given another name the datasets are those of the new name, and can be removed', async () => {
  const { refs, rename } = await beforeRenaming(1)
  const [ref] = refs as [DatasetRef]
  const butler = await rename()
  expect((await mend(butler)).adrift).toEqual([ref.id])
  expect(mendable(await checkRepository(butler.repository))).toBe(0)
  expect(await butler.existence(ref)).toMatchObject({ recorded: true, inDatastore: true })
  expect(await butler.repository.connection.all('SELECT datastore_name FROM dataset_location')).toEqual([
    [`FileDatastore@${butler.root}`],
  ])
  await butler.pruneDatasets([ref], purge)
  expect(await butler.queryDatasets('note', { collections: 'run/a', explain: false })).toEqual([])
})

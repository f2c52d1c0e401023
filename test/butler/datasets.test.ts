import { existsSync, readdirSync, writeFileSync, mkdirSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DatasetRef, packDataId } from '#butler'
import type { Timespan } from '#time'
import { openNodeButler } from '#platform/node'
import { aRepository, putNote, tempFolder } from '../support/repository.ts'

const noteId = { instrument: 'Cam', visit: 1, detector: 1 }
const code = (text: string) => expect.objectContaining({ code: `butler/${text}` })

test('what was put is got again, by data ID, by alternate keys and by record fields', async () => {
  const butler = await aRepository()
  const ref = await butler.put({ a: [1, 2], b: 'text' }, 'note', noteId, { run: 'run/a' })
  expect(ref.dataId).toEqual({ ...noteId, band: 'r', day_obs: 20240201, physical_filter: 'Cam-R' })
  expect(await butler.getUri(ref)).toMatch(
    /\/run\/a\/note\/20240201\/r\/Cam-R\/1\/note_Cam_r_Cam-R_1_D1_run_a\.yaml$/,
  )
  for (const id of [
    noteId,
    { instrument: 'Cam', visit: 'V1', detector: 'D1' },
    { instrument: 'Cam', seq_num: 1, detector: 1 },
  ])
    expect(await butler.get('note', id, { collections: 'run/a' })).toEqual({ a: [1, 2], b: 'text' })
  await expect(butler.get('note', { ...noteId, detector: 2 }, { collections: 'run/a' })).rejects.toEqual(
    code('dataset-not-found'),
  )
  const otherFilter = { instrument: 'Cam', visit: 'V1', physical_filter: 'Cam-I' }
  await expect(butler.registry.expandDataId(otherFilter)).rejects.toThrow(
    "No visit has name='V1' together with {instrument: 'Cam', physical_filter: 'Cam-I'}.",
  )
  await expect(butler.get('note', noteId, { collections: 'run/b' })).rejects.toThrow(
    expect.objectContaining({
      hint: "'run/a' has one but is not searched: give { collections: 'run/a' }.",
    }),
  )
  await expect(butler.put({}, 'note', noteId, { run: 'run/a' })).rejects.toEqual(
    code('conflicting-definition'),
  )
  await expect(butler.put([1], 'note', { ...noteId, visit: 2 }, { run: 'run/a' })).rejects.toEqual(
    code('storage-class'),
  )
})

test('a value that would come back as another is refused, and nothing is left of it', async () => {
  const butler = await aRepository()
  const dimensions = ['instrument', 'visit', 'detector']
  for (const storageClass of ['Timespan', 'int'])
    await butler.registry.registerDatasetType({ name: storageClass.toLowerCase(), dimensions, storageClass })
  for (const [value, type] of [
    [null, 'timespan'],
    [2 ** 60, 'int'],
    [{ none: undefined }, 'note'],
  ] as const) {
    await expect(butler.put(value, type, noteId, { run: 'run/a' })).rejects.toThrow(/cannot be/)
    expect(await butler.queryDatasets(type, { collections: 'run/a', explain: false })).toEqual([])
  }
  await butler.put(2n ** 60n, 'int', noteId, { run: 'run/a' })
  expect(await butler.get('int', noteId, { collections: 'run/a' })).toBe(2n ** 60n)
})

test('errors tell a wrong call apart from a wrong row', async () => {
  const butler = await aRepository()
  const { registry } = butler
  const named = { instrument: 'Cam', id: 9, full_name: 'D1' }
  await expect(registry.insertDimensionData('detector', [named])).rejects.toEqual(code('dimension-record'))
  await expect(registry.syncDimensionData('detector', named)).rejects.toEqual(code('conflicting-definition'))
  const day = { instrument: 'Cam', id: 20240301, timespan: 'x' as unknown as Timespan }
  await expect(registry.insertDimensionData('day_obs', [day])).rejects.toThrow(
    "day_obs.timespan must be a Timespan, not 'x'.",
  )
  await expect(butler.put({}, 'note.nosuch', noteId)).rejects.toEqual(code('unknown-component'))
  await expect(registry.removeDatasetType('bias.x')).rejects.toEqual(code('dataset-type-expression'))
  await registry.removeDatasetType(['nosuch', 'bi*'])
  expect((await registry.queryDatasetTypes()).map((t) => t.name)).toEqual(['note'])
  await butler.removeRuns(['run/a', 'run/a'])
  expect(await butler.collections.query('run/*')).toEqual(['run/b'])
})

test('a formatter that nobody has is refused before a file is ingested', async () => {
  const butler = await aRepository()
  const path = join(tempFolder(), 'a.yaml')
  writeFileSync(path, 'a: 1\n')
  const ingest = async (formatter: string) => {
    const refs = await butler.registry.makeRefs('note', [noteId], { run: 'run/a' })
    await butler.ingest([{ path, refs, formatter }], { transfer: 'copy' })
  }
  await expect(ingest('no.such.Formatter')).rejects.toEqual(code('formatter'))
  expect(await butler.queryDatasets('note', { collections: 'run/a', explain: false })).toEqual([])
  await ingest('lsst.daf.butler.formatters.yaml.YamlFormatter')
  expect(await butler.get('note', noteId, { collections: 'run/a' })).toEqual({ a: 1 })
})

test('a failed transaction leaves neither rows nor files, a nested one only its own', async () => {
  const butler = await aRepository()
  const stored = () =>
    existsSync(join(butler.root, 'run'))
      ? readdirSync(join(butler.root, 'run'), { recursive: true }).filter((f) => String(f).endsWith('.yaml'))
      : []
  const failing = butler.transaction(async () => {
    await putNote(butler, 'run/a', 1, 1)
    await putNote(butler, 'run/a', 1, 2)
    throw new Error('stop')
  })
  await expect(failing).rejects.toThrow('stop')
  expect(stored()).toEqual([])
  expect(await butler.queryDatasets('note', { collections: 'run/a', explain: false })).toEqual([])
  await butler.transaction(async () => {
    await putNote(butler, 'run/a', 1, 1)
    await expect(putNote(butler, 'run/a', 1, 1)).rejects.toEqual(code('conflicting-definition'))
    await expect(
      butler.transaction(async () => {
        await putNote(butler, 'run/a', 2, 2)
        throw new Error('inner')
      }),
    ).rejects.toThrow('inner')
  })
  expect(stored()).toHaveLength(1)
})

test('parallel puts of one butler do not get into each other', async () => {
  const butler = await aRepository()
  const pairs = [1, 2].flatMap((visit) => [1, 2, 3].map((detector) => [visit, detector] as const))
  await Promise.all(pairs.map(([visit, detector]) => putNote(butler, 'run/a', visit, detector)))
  expect(await butler.queryDatasets('note', { collections: 'run/a' })).toHaveLength(6)
})

test('a change by another process is seen at once', async () => {
  const butler = await aRepository()
  const other = await openNodeButler(butler.root, { writeable: true })
  expect(await butler.collections.query('new*')).toEqual([])
  await other.collections.register('new/run')
  expect(await butler.collections.query('new*')).toEqual(['new/run'])
  await other.close()
})

test('version-5 ids are those of the real middleware', async () => {
  const butler = await aRepository()
  const { registry } = butler
  await registry.insertDimensionData('instrument', [
    { name: 'HSC', detector_max: 200, visit_max: 1e7, exposure_max: 1e7 },
  ])
  await registry.insertDimensionData('physical_filter', [{ instrument: 'HSC', name: 'HSC-R', band: 'r' }])
  await registry.insertDimensionData('detector', [{ instrument: 'HSC', id: 1, full_name: '0_54' }])
  await registry.insertDimensionData('day_obs', [{ instrument: 'HSC', id: 20130617 }])
  await registry.insertDimensionData('group', [{ instrument: 'HSC', name: '903334' }])
  await registry.insertDimensionData('exposure', [
    {
      instrument: 'HSC',
      id: 903334,
      day_obs: 20130617,
      group: '903334',
      physical_filter: 'HSC-R',
      obs_id: 'x',
    },
  ])
  await registry.registerDatasetType({
    name: 'raw',
    dimensions: ['instrument', 'exposure', 'detector'],
    storageClass: 'StructuredDataDict',
  })
  const [ref] = await registry.makeRefs('raw', [{ instrument: 'HSC', exposure: 903334, detector: 1 }], {
    run: 'HSC/raw/all',
    idMode: 'DATAID_TYPE_RUN',
  })
  // The id that lsst-daf-butler 30 gave the same raw (repo-a).
  expect(ref!.id).toBe('04ba7887-aade-557d-8e91-1cab1b85bea2')
})

test.each(['copy', 'move', 'link', 'hardlink', 'symlink', 'relsymlink', 'direct', 'split', 'auto'] as const)(
  'files are ingested by transfer mode %s',
  async (transfer) => {
    const butler = await aRepository()
    const file = join(tempFolder(), 'note.yaml')
    writeFileSync(file, 'origin: outside\n')
    const [ref] = await butler.registry.makeRefs('note', [noteId], { run: 'run/a' })
    await butler.ingest([{ path: file, refs: [ref!] }], { transfer })
    expect(await butler.get('note', noteId, { collections: 'run/a' })).toEqual({ origin: 'outside' })
    expect(existsSync(file)).toBe(transfer !== 'move')
    const stored = new URL(await butler.getUri(ref!)).pathname
    expect(stored === file).toBe(transfer === 'direct' || transfer === 'split')
    expect(lstatSync(stored).isSymbolicLink()).toBe(transfer === 'symlink' || transfer === 'relsymlink')
    if (transfer !== 'direct' && transfer !== 'split') return
    await butler.pruneDatasets([ref!], { disassociate: true, unstore: true, purge: true })
    expect(existsSync(file)).toBe(true)
  },
)

test('a file inside is ingested in place; one outside without a mode, or of a wrong kind, is refused whole', async () => {
  const butler = await aRepository()
  const inside = join(butler.root, 'extra', 'a b.yaml')
  mkdirSync(join(butler.root, 'extra'))
  writeFileSync(inside, 'x: 1\n')
  const refs = await butler.registry.makeRefs('note', [noteId, { ...noteId, visit: 2 }], { run: 'run/a' })
  await butler.ingest([{ path: inside, refs: [refs[0]!] }])
  expect(await butler.getUri(refs[0]!)).toMatch(/extra\/a%20b\.yaml$/)
  const outside = join(tempFolder(), 'note.fits')
  writeFileSync(outside, '')
  await expect(butler.ingest([{ path: outside, refs: [refs[1]!] }])).rejects.toEqual(code('file-not-found'))
  await expect(butler.ingest([{ path: outside, refs: [refs[1]!] }], { transfer: 'copy' })).rejects.toEqual(
    code('formatter'),
  )
  expect(await butler.getDataset(refs[1]!.id)).toBeUndefined()
})

test('unstore keeps the dataset known, purge forgets it; wrong combinations are refused', async () => {
  const butler = await aRepository()
  const ref = await putNote(butler, 'run/a', 1, 1)
  await expect(butler.pruneDatasets([ref])).rejects.toEqual(code('argument'))
  await butler.pruneDatasets([ref], { disassociate: false, unstore: true })
  expect(await butler.existence(ref)).toMatchObject({ recorded: true, inDatastore: false, exists: false })
  await expect(butler.get(ref)).rejects.toEqual(code('file-not-found'))
  await butler.pruneDatasets([ref], { unstore: true, purge: true })
  expect(await butler.existence(ref)).toMatchObject({ recorded: false })
  expect(ref).toBeInstanceOf(DatasetRef)
})

test('tracts, patches and bands are packed as the stack does', async () => {
  const butler = await aRepository()
  const record = { name: 'five', hash: new Uint8Array(20), tract_max: 5, patch_nx_max: 3, patch_ny_max: 3 }
  await butler.registry.insertDimensionData('skymap', [record])
  await butler.registry.insertDimensionData('tract', [{ skymap: 'five', id: 2 }])
  const patch = { skymap: 'five', tract: 2, id: 6, cell_x: 0, cell_y: 2 }
  await butler.registry.insertDimensionData('patch', [patch])
  const dataId = { skymap: 'five', tract: 2, patch: 6, band: 'r' }
  const id = await butler.registry.expandDataId(dataId)
  // By the formula of lsst.skymap's packers.py: patch + 9 · tract + 45 · band, r being the third of its 28 bands.
  expect(packDataId('tract_patch', id)).toEqual({ packed: 24, bits: 6 })
  expect(packDataId('tract_patch_band', id)).toEqual({ packed: 24 + 3 * 45, bits: 11 })
  const given = { bands: { g: 0, r: 1 }, nBands: 3 }
  expect(packDataId('tract_patch_band', id, given)).toEqual({ packed: 24 + 45, bits: 8 })
  expect(() => packDataId('tract_patch_band', id, { ...given, nBands: 1 })).toThrow('number 1 is not below 1')
  expect(() => packDataId('tract_patch_band', id, { bands: ['g'] })).toThrow('band r cannot be packed')
})

test('a text with half a character is refused, as no other program could read the file', async () => {
  const butler = await aRepository()
  const put = (text: string) =>
    butler.put({ in: [text] }, 'note', { instrument: 'Cam', visit: 1, detector: 1 }, { run: 'run/a' })
  await expect(put('a\ud83d')).rejects.toMatchObject({
    message: expect.stringContaining("'in.0' of a StructuredDataDict cannot be stored") as string,
    hint: 'Use text.toWellFormed().',
  })
  expect(await butler.get(await put('a😀'))).toEqual({ in: ['a😀'] })
})

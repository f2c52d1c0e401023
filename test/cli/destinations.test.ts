import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { type Butler, exportRepository, EXPORT_FILE } from '#butler'
import { createNodeButler, openNodeButler } from '#platform/node'
import { butlerCommand } from '../support/commands.ts'
import { serveFolder } from '../support/http.ts'
import { anEmptyRepository, aRepository, fillDimensions, putNote, tempFolder } from '../support/repository.ts'

let butler: Butler
const cwd = tempFolder()
const run = (...args: readonly string[]) => butlerCommand(args, cwd)

beforeAll(async () => {
  butler = await aRepository()
  await putNote(butler, 'run/a', 1, 1)
  await putNote(butler, 'run/a', 2, 1)
  await butler.collections.register('calib', 'CALIBRATION')
  const id = { instrument: 'Cam', detector: 1 }
  const bias = await butler.put({ bias: 1 }, 'bias', id, { run: 'run/b' })
  const { Timespan } = await import('#time')
  await butler.registry.certify('calib', [bias], Timespan.between(null, null))
})

test('an import without a transfer mode takes the files into the repository', async () => {
  const folder = tempFolder()
  const datasets = await butler.queryDatasets('note', { collections: 'run/a' })
  const request = { datasets, directory: folder }
  writeFileSync(join(folder, EXPORT_FILE), await exportRepository(butler.repository, request))
  const target = await anEmptyRepository()
  // A file of this name in the working directory is not meant.
  writeFileSync(join(cwd, EXPORT_FILE), 'description: something else\n')
  expect(await run('import', target.root, folder)).toMatchObject({ code: 0, err: '' })
  expect(existsSync(join(target.root, 'run/a/note'))).toBe(true)
  const found = await target.queryDatasets('note', { collections: 'run/a' })
  expect(await Promise.all(found.map((ref) => target.get(ref)))).toEqual(
    await Promise.all(datasets.map((ref) => butler.get(ref))),
  )
})

test('what is told to go to an address goes there, and comes back from there', async () => {
  const served = tempFolder()
  const { url } = await serveFolder(served)
  const out = await run(
    'retrieve-artifacts',
    butler.root,
    `${url}/o+ut/`,
    '-d',
    'note',
    '--collections',
    'run/a',
  )
  expect(out).toMatchObject({
    code: 0,
    out: `Number of artifacts retrieved into destination ${url}/o+ut/: 2\n`,
  })
  expect(readdirSync(join(served, 'o+ut'))).toEqual(['_butler_zip_index.json', 'run'])
  const zip = await run(
    'retrieve-artifacts',
    butler.root,
    `${url}/zips`,
    '--zip',
    '-d',
    'note',
    '--collections',
    'run/a',
  )
  expect(zip.out).toMatch(new RegExp(`^Zip file written to ${url}/zips/[-0-9a-f]+\\.zip\n$`))
  expect(readdirSync(join(served, 'zips'))).toHaveLength(1)
  expect(await run('export-calibs', butler.root, `${url}/calibs`, 'calib')).toMatchObject({ code: 0 })
  const target = await anEmptyRepository()
  expect(await run('import', target.root, `${url}/calibs`)).toMatchObject({ code: 0, err: '' })
  expect(await target.get('bias', { instrument: 'Cam', detector: 1 }, { collections: 'run/b' })).toEqual({
    bias: 1,
  })
  expect(await run('export-calibs', butler.root, `${url}/calibs`, 'calib')).toMatchObject({ code: 1 })
  const linked = await run('export-calibs', butler.root, `${url}/linked`, 'calib', '-t', 'symlink')
  expect(linked.err).toMatch(/Cannot link .*\n.*copy/)
  expect(readdirSync(cwd).filter((name) => name.startsWith('http'))).toEqual([])
})

test('files of a table are ingested from a server, by copy and where they are', async () => {
  const served = tempFolder()
  const { url } = await serveFolder(served)
  for (const detector of [1, 2]) writeFileSync(join(served, `n ${detector}.yaml`), `n: ${detector}\n`)
  const row = (detector: number) => `${url}/n%20${detector}.yaml,Cam,1,${detector}`
  const target = await aRepository()
  for (const [mode, detector] of [
    ['direct', 1],
    ['copy', 2],
  ] as const) {
    writeFileSync(join(served, `${mode}.csv`), `file,instrument,visit,detector\n${row(detector)}\n`)
    const args = ['ingest-files', target.root, 'note', 'run/in', `${url}/${mode}.csv`, '-t', mode]
    const formatter = '--formatter=lsst.daf.butler.formatters.yaml.YamlFormatter'
    expect(await run(...args, formatter)).toMatchObject({ code: 0 })
    const id = { instrument: 'Cam', visit: 1, detector }
    expect(await target.get('note', id, { collections: 'run/in' })).toEqual({ n: detector })
    const uri = await target.getUri('note', id, { collections: 'run/in' })
    expect(uri.startsWith(url)).toBe(mode === 'direct')
  }
})

test('check says of a server that cannot list that it finds no orphans there, and loses no dataset for it', async () => {
  const served = tempFolder()
  const { url } = await serveFolder(served)
  const target = await createNodeButler(join(tempFolder(), 'repo'), { seed: { datastore: { root: url } } })
  await fillDimensions(target)
  await target.collections.register('run/a')
  const dimensions = ['instrument', 'visit', 'detector']
  await target.registry.registerDatasetType({ name: 'note', dimensions, storageClass: 'StructuredDataDict' })
  const ref = await putNote(target, 'run/a', 1, 1)
  writeFileSync(join(served, 'orphan.yaml'), 'x: 1\n')
  const told = `'${url}' cannot be listed: files there that no record names are not found.\n`
  expect(await run('check', target.root)).toMatchObject({
    code: 0,
    out: `1 stored datasets, 1 files.\n${told}Nothing is wrong.\n`,
  })
  const { out } = await run('check', target.root, '--json')
  expect(JSON.parse(out)).toMatchObject({ unlisted: [url], orphans: [] })
  await target.repository.connection.run('DELETE FROM file_datastore_records', [])
  expect(await run('check', target.root, '--mend')).toMatchObject({ code: 0 })
  expect(await target.get(ref)).toEqual({ run: 'run/a', visit: 1, detector: 1 })
  await target.close()
})

test('the index beside retrieved files has the dimension records, as that of an archive', async () => {
  const folder = tempFolder()
  await run('retrieve-artifacts', butler.root, `${folder}/`, '-d', 'note', '--collections', 'run/a')
  const index = JSON.parse(readFileSync(join(folder, '_butler_zip_index.json'), 'utf8')) as {
    refs: { dimension_records: Record<string, unknown[]> | null }
  }
  expect(index.refs.dimension_records).toMatchObject({ detector: [['Cam', 1, 'D1', null, null, 'SCIENCE']] })
  expect(index.refs.dimension_records?.['visit']).toHaveLength(2)
})

test('a repository is made at an address, its registry elsewhere, and without one it is refused', async () => {
  const served = tempFolder()
  const { url } = await serveFolder(served)
  writeFileSync(join(cwd, 'seed.yaml'), `registry:\n  db: sqlite:///${cwd}/registry.sqlite3\n`)
  expect(await run('create', `${url}/repo`, '--seed-config', 'seed.yaml')).toMatchObject({ code: 0, err: '' })
  expect(existsSync(join(served, 'repo/butler.yaml'))).toBe(true)
  const there = await openNodeButler(`${url}/repo`, { writeable: true })
  await there.collections.register('run/x')
  await there.registry.registerDatasetType({ name: 'c', dimensions: [], storageClass: 'StructuredDataDict' })
  await there.put({ a: 1 }, 'c', {}, { run: 'run/x' })
  await there.close()
  expect(existsSync(join(served, 'repo/run/x/c'))).toBe(true)
  expect((await run('query-collections', `${url}/repo`)).out).toContain('run/x')
  const refused = await run('create', `${url}/second`)
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.err).toMatch(/which is not on a disk\.\n.*PostgreSQL/)
  expect(existsSync(join(served, 'second'))).toBe(false)
})

import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import {
  adoptDatasets,
  type Butler,
  butlerTables,
  checkRepository,
  DatasetRef,
  exportRepository,
  FileStores,
  mendable,
  placeOfUri,
  planFiles,
  retrieveArtifacts,
  transferFrom,
  uriOf,
} from '#butler'
import { createNodeButler, openCatalogSession, openNodeButler } from '#platform/node'
import { sqlOver } from '#sql'
import { Catalog } from '#table'
import { routedFiles } from '../../src/platform/node/remote/routed-files.ts'
import { listObjects } from '../../src/platform/node/remote/s3-list.ts'
import { butlerCommand } from '../support/commands.ts'
import { python } from '../support/python.ts'
import { fillDimensions, putNote, tempFolder } from '../support/repository.ts'
import { startS3 } from '../support/s3.ts'

// Files in S3 (moto's server on loopback), the registry in SQLite on the disk; the real Butler uses the same.

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

const url = await startS3('survey')
const noteId = { instrument: 'Cam', visit: 1, detector: 1 }
const ROOT = 's3://survey/my r+p'
let butler: Butler

beforeAll(async () => {
  butler = await createNodeButler(join(tempFolder(), 'repo'), {
    seed: { datastore: { root: 's3://survey/my%20r%2Bp', checksum: true } },
  })
  await fillDimensions(butler)
  for (const run of ['run/a', 'run/b']) await butler.collections.register(run)
  const dimensions = ['instrument', 'visit', 'detector']
  await butler.registry.registerDatasetType({ name: 'note', dimensions, storageClass: 'StructuredDataDict' })
})

test('objects are files: written whole, read by ranges, listed page by page, removed', async () => {
  const names = Array.from({ length: 8 }, (_, i) => `many/${String(i).padStart(4, '0')} a+b&c.txt`)
  await Promise.all(names.map((n) => routedFiles.writeAtomic(`s3://survey/${n}`, n)))
  expect(await listObjects('s3://survey/many', false, 3)).toEqual(names.map((n) => n.slice('many/'.length)))
  expect(await routedFiles.list('s3://survey/many')).toEqual(await listObjects('s3://survey/many', true, 3))
  expect(await routedFiles.list('s3://survey', { recursive: true })).toEqual(
    expect.arrayContaining([names[7]]),
  )
  expect(await routedFiles.list('s3://survey')).toContain('many')
  const source = await routedFiles.open(`s3://survey/${names[3]}`)
  expect(new TextDecoder().decode(await source.read(5, 4))).toBe('0003')
  expect(await routedFiles.stat('s3://survey/none')).toBeUndefined()
  await expect(routedFiles.readBytes('s3://survey/none')).rejects.toMatchObject({ code: 'files/not-found' })
  await expect(routedFiles.writeAtomic('s3://elsewhere/x', 'x')).rejects.toMatchObject({
    code: 'files/not-found',
    hint: 'Make the bucket first.',
  })
  await routedFiles.remove('s3://survey/many', { recursive: true })
  expect(await routedFiles.list('s3://survey/many')).toEqual([])
})

const ODD = [
  'a b',
  'a+b',
  'a%41b',
  'a%b',
  'a#b',
  'a?b=c&d',
  "a!'()*b",
  'ü/ñ漢',
  'a;b:c@d,e=f$g',
  'a~b',
  'a//b',
  'a"<&amp;>b',
  'end ',
]

const SIGNATURES = `
import json, sys
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials
for method, url, headers in json.loads(sys.argv[1]):
    signed = headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    class Auth(S3SigV4Auth):
        def payload(self, request):
            return headers["x-amz-content-sha256"]
        def headers_to_sign(self, request):
            found = HTTPHeaders()
            for name in signed:
                found[name] = headers[name]
            return found
    request = AWSRequest(method=method, url=f"http://{headers['host']}{url}")
    request.context["timestamp"] = headers["x-amz-date"]
    auth = Auth(Credentials("test-key", "test-secret"), "s3", "us-east-1")
    right = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    if right != headers["authorization"].split("Signature=")[1]:
        print(method, url)
`

test('odd keys are written, listed, copied and signed as botocore does', async () => {
  for (const key of ODD) await routedFiles.writeAtomic(`s3://survey/odd/${key}`, key)
  expect((await listObjects('s3://survey/odd', true)).toSorted()).toEqual(ODD.toSorted())
  for (const key of ODD) await routedFiles.copy(`s3://survey/odd/${key}`, `s3://survey/copied/${key}`)
  for (const key of ODD) expect(await routedFiles.readText(`s3://survey/copied/${key}`)).toBe(key)
  await routedFiles.remove('s3://survey/copied', { recursive: true })
  const heard: unknown[] = []
  const server = createServer((request, response) => {
    heard.push([request.method, request.url, request.headers])
    request.resume()
    response.end('<x/>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('S3_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as { port: number }).port}`)
  vi.stubEnv('AWS_SESSION_TOKEN', 'tok/en+=')
  for (const key of ODD.filter((k) => !k.includes('//'))) {
    await routedFiles.writeAtomic(`s3://survey/${key}`, 'x')
    await routedFiles.list(`s3://survey/${key}`)
    await routedFiles.copy(`s3://survey/${key}`, 's3://survey/to')
  }
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
  expect(heard.length).toBeGreaterThan(40)
  expect(python(SIGNATURES, JSON.stringify(heard))).toBe('')
})

test('what is too big for one piece goes in parts, both ways, and by way of the disk', async () => {
  const bytes = new Uint8Array(36 << 20).map((_, i) => (i * 7) >> 3)
  await routedFiles.writeAtomic('s3://survey/big', bytes)
  const file = join(tempFolder(), 'big')
  await routedFiles.copy('s3://survey/big', file)
  expect(Buffer.compare(readFileSync(file), bytes)).toBe(0)
  await routedFiles.copy(file, 's3://survey/big2')
  expect(Buffer.compare(await routedFiles.readBytes('s3://survey/big2'), bytes)).toBe(0)
})

const READ = `
import json, sys
from lsst.daf.butler import Butler
b = Butler.from_config(sys.argv[1], writeable=True)
kw = dict(instrument="Cam", visit=1, detector=2)
print(json.dumps([b.get("note", collections="run/a", **kw), str(b.getURI("note", collections="run/a", **kw))]))
b.put({"by": "them"}, "note", run="run/b", **kw)
`

test('datasets in S3 are put, found by the real Butler, put by it and got here', async () => {
  const ref = await putNote(butler, 'run/a', 1, 2)
  const uri = await butler.getUri(ref)
  expect(uri).toMatch(/^s3:\/\/survey\/my%20r%2Bp\/run\/a\/note\/.*\.yaml$/)
  expect(JSON.parse(python(READ, butler.root))).toEqual([{ run: 'run/a', visit: 1, detector: 2 }, uri])
  const id = { ...noteId, detector: 2 }
  expect(await butler.get('note', id, { collections: 'run/b' })).toEqual({ by: 'them' })
  const file = join(tempFolder(), 'note.yaml')
  writeFileSync(file, 'origin: disk\n')
  const [ingested] = await butler.registry.makeRefs('note', [noteId], { run: 'run/a' })
  await butler.ingest([{ path: file, refs: [ingested!] }], { transfer: 'auto' })
  expect(await butler.get(ingested!)).toEqual({ origin: 'disk' })
  const folder = tempFolder()
  const [retrieved] = await retrieveArtifacts(butler.repository, [ingested!], folder)
  expect(readFileSync(retrieved!, 'utf8')).toBe('origin: disk\n')
})

test('names with quoted characters in them are unquoted once, wherever they come from', async () => {
  const { repository } = butler
  const id = (detector: number) => ({ ...noteId, visit: 2, detector })
  const folder = 's3://survey/in%20box 100%'
  const [direct, viaTable] = await butler.registry.makeRefs('note', [id(1), id(2)], { run: 'run/b' })
  await routedFiles.writeAtomic(`${folder}/a%25b.yaml`, 'n: 1\n')
  const path = uriOf(`${folder}/a%25b.yaml`)
  expect(path).toBe('s3://survey/in%2520box%20100%25/a%2525b.yaml')
  await butler.ingest([{ path, refs: [direct!] }], { transfer: 'direct' })
  expect(await butler.get(direct!)).toEqual({ n: 1 })
  const cwd = tempFolder()
  writeFileSync(join(cwd, 'files.csv'), 'file,instrument,visit,detector\na%25b.yaml,Cam,2,2\n')
  const table = ['ingest-files', butler.root, 'note', 'run/b', 'files.csv', '--prefix', uriOf(folder)]
  expect(await butlerCommand([...table, '-t', 'copy'], cwd)).toMatchObject({ code: 0 })
  expect(await butler.get('note', viaTable!.dataId, { collections: 'run/b' })).toEqual({ n: 1 })

  const other = await createNodeButler(join(cwd, 'repo'), {
    seed: { datastore: { root: uriOf('s3://survey/else%20where') } },
  })
  await transferFrom(other.repository, repository, [direct!], { registerDatasetTypes: true })
  expect(await other.get(direct!)).toEqual({ n: 1 })
  const exported = 's3://survey/ex%20port'
  const text = await exportRepository(other.repository, { datasets: [direct!], directory: exported })
  await routedFiles.writeAtomic(`${exported}/export.yaml`, text)
  await other.removeRuns('run/b')
  expect(await butlerCommand(['import', other.root, uriOf(exported)], cwd)).toMatchObject({ code: 0 })
  expect(await other.get(direct!)).toEqual({ n: 1 })
  await other.close()

  writeFileSync(join(cwd, 'seed.yaml'), `registry:\n  db: sqlite:///${cwd}/registry.sqlite3\n`)
  const root = uriOf('s3://survey/re%20po')
  expect(await butlerCommand(['create', root, '--seed-config', 'seed.yaml'], cwd)).toMatchObject({ code: 0 })
  expect(await routedFiles.list('s3://survey/re%20po')).toEqual(['butler.yaml'])
  expect(await butlerCommand(['query-dataset-types', root], cwd)).toMatchObject({ code: 0 })
})

test('a failed transaction takes its objects back; check looks into the bucket, at checksums too', async () => {
  const failing = butler.transaction(async () => {
    await putNote(butler, 'run/a', 2, 1)
    throw new Error('stop')
  })
  await expect(failing).rejects.toThrow('stop')
  const options = { checksums: true }
  expect(mendable(await checkRepository(butler.repository, options))).toBe(0)
  const ref = await putNote(butler, 'run/a', 2, 2)
  const place = placeOfUri(await butler.getUri(ref))
  await routedFiles.writeAtomic(place, (await routedFiles.readText(place)).replace('2', '3'))
  const { damaged } = await checkRepository(butler.repository, options)
  expect(damaged).toMatchObject([{ id: ref.id, why: expect.stringContaining('checksum') as string }])
  await butler.pruneDatasets([ref], { disassociate: true, unstore: true, purge: true })
  expect(await routedFiles.stat(`${ROOT}/run/a`)).toBeUndefined()
  await routedFiles.writeAtomic(`${ROOT}/run/a/note/left.yaml`, 'x')
  // A run writes to the bucket before it records what it wrote.
  const patient = await checkRepository(butler.repository, { mend: true })
  expect([patient.orphans, patient.young]).toEqual([[], ['run/a/note/left.yaml']])
  const now = { mend: true, youngestMs: 0 }
  expect((await checkRepository(butler.repository, now)).orphans).toEqual(['run/a/note/left.yaml'])
  expect(mendable(await checkRepository(butler.repository))).toBe(0)
})

test('of two runs that make one dataset the first to be recorded keeps its file', async () => {
  const written = async (text: string) => {
    const type = await butler.getDatasetType('note')
    const coordinate = await butler.registry.expandDataId({ ...noteId, visit: 2 })
    const ref = new DatasetRef(type, coordinate, 'run/a', crypto.randomUUID())
    const stores = new FileStores(butler.repository.datastore.fileStores)
    const files = await stores.write({ text }, ref, await planFiles(butler, [ref]))
    return { ref, files, stores }
  }
  const [first, second] = [await written('first'), await written('second')]
  await adoptDatasets(butler, [first])
  await expect(adoptDatasets(butler, [second])).rejects.toThrow(/note/)
  for (const file of second.files) await second.stores.remove(file)
  expect(await butler.get(first.ref)).toEqual({ text: 'first' })
})

test('without credentials, or without a server, the error says what to do', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(tempFolder(), 'none'))
  await expect(routedFiles.stat('s3://survey/x')).rejects.toMatchObject({
    code: 'files/denied',
    hint: expect.stringContaining('AWS_ACCESS_KEY_ID') as string,
  })
  vi.stubEnv('LSST_RESOURCES_S3_PROFILE_mine', url.replace('http://', 'http://key:secret@'))
  expect(await routedFiles.stat('s3://mine@survey/none')).toBeUndefined()
  vi.stubEnv('S3_ENDPOINT_URL', undefined)
  const config = join(tempFolder(), 'config')
  const keys = 'aws_access_key_id = a\naws_secret_access_key = b\n'
  writeFileSync(config, `[default]\nregion = eu-north-1\n[profile lab]\nendpoint_url = ${url}\n${keys}`)
  vi.stubEnv('AWS_CONFIG_FILE', config)
  expect(await routedFiles.list('s3://lab@survey')).toContain('odd')
  vi.stubEnv('S3_ENDPOINT_URL', 'localhost:9000')
  await expect(routedFiles.stat('s3://lab@survey/x')).rejects.toMatchObject({ code: 'files/bad-address' })
  vi.unstubAllEnvs()
})

test('a repository on a server without a registry on one is refused before anything is written', async () => {
  await expect(createNodeButler('s3://survey/whole')).rejects.toMatchObject({
    code: 'butler/config',
    hint: expect.stringContaining('PostgreSQL') as string,
  })
  expect(await routedFiles.list('s3://survey/whole')).toEqual([])
})

test('one member of a chain may be on the disk and one in S3', async () => {
  const cls = 'lsst.daf.butler.datastores'
  const file = { cls: `${cls}.fileDatastore.FileDatastore` }
  const chained = await createNodeButler(join(tempFolder(), 'chain'), {
    seed: {
      datastore: {
        cls: `${cls}.chainedDatastore.ChainedDatastore`,
        datastores: [
          { ...file, records: { table: 'near' }, constraints: { reject: ['note'] } },
          { ...file, records: { table: 'far' }, root: 's3://survey/far' },
        ],
      },
    },
  })
  await fillDimensions(chained)
  await chained.collections.register('run/a')
  const dimensions = ['instrument', 'visit', 'detector']
  for (const name of ['note', 'other'])
    await chained.registry.registerDatasetType({ name, dimensions, storageClass: 'StructuredDataDict' })
  const run = { run: 'run/a' }
  const note = await chained.put({ a: 1 }, 'note', noteId, run)
  const other = await chained.put({ b: 1 }, 'other', noteId, run)
  expect(await chained.getUri(note)).toMatch(/^s3:\/\/survey\/far\/run\/a\/note\//)
  expect(await chained.getUri(other)).toMatch(/^file:\/\/.*\/FileDatastore_0\/run\/a\/other\//)
  expect([await chained.get(note), await chained.get(other)]).toEqual([{ a: 1 }, { b: 1 }])
  const report = await checkRepository(chained.repository)
  expect([report.datasets, report.files, mendable(report)]).toEqual([2, 3, 0])
  await chained.removeRuns('run/a')
  expect(await routedFiles.list('s3://survey/far', { recursive: true })).toEqual([])
  await chained.close()
})

test('a repository made in a bucket is one to the real Butler; what it exports comes back from there', async () => {
  const cwd = tempFolder()
  writeFileSync(join(cwd, 'seed.yaml'), `registry:\n  db: sqlite:///${cwd}/registry.sqlite3\n`)
  const run = (...args: readonly string[]) => butlerCommand(args, cwd)
  const root = 's3://survey/made here'
  expect(await run('create', 's3://survey/made%20here', '--seed-config', 'seed.yaml')).toMatchObject({
    code: 0,
  })
  const made = await openNodeButler('s3://survey/made%20here', { writeable: true })
  await fillDimensions(made)
  await made.collections.register('run/a')
  const dimensions = ['instrument', 'visit', 'detector']
  await made.registry.registerDatasetType({ name: 'note', dimensions, storageClass: 'StructuredDataDict' })
  await putNote(made, 'run/a', 1, 1)
  await made.close()
  const read = `
from lsst.daf.butler import Butler
b = Butler.from_config("s3://survey/made%20here")
print(b.get("note", collections="run/a", instrument="Cam", visit=1, detector=1))
`
  expect(python(read)).toMatch(/^\{.*\}\s*$/)
  const out = await run(
    'retrieve-artifacts',
    's3://survey/made%20here',
    's3://survey/out/',
    '-d',
    'note',
    '--collections',
    'run/a',
    '-v',
  )
  expect(out).toMatchObject({ code: 0 })
  expect(out.out).toContain('s3://survey/out/run/a/note/')
  expect(await routedFiles.list('s3://survey/out')).toContain('_butler_zip_index.json')
  const refused = await run(
    'retrieve-artifacts',
    root,
    's3://survey/other/',
    '-d',
    'note',
    '--collections',
    'run/a',
    '-t',
    'hardlink',
  )
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.err).toMatch(/\nError: Cannot link .*\nUse transfer mode copy/)
})

test('a table type in S3 is a table of SQL: its files are read where they are', async () => {
  const dimensions = ['instrument', 'visit', 'detector']
  await butler.registry.registerDatasetType({ name: 'src', dimensions, storageClass: 'ArrowAstropy' })
  await butler.collections.register('run/sql')
  const flux = Catalog.fromColumns([{ name: 'flux', type: 'f64' }], { flux: Float64Array.of(1, 2) })
  await butler.put(flux, 'src', noteId, { run: 'run/sql' })
  const session = sqlOver(await openCatalogSession(), butlerTables(butler, ['run/sql']))
  const result = await session.query('SELECT visit, sum(flux) AS total FROM src GROUP BY visit')
  expect([Number(result.get('visit', 0)), result.get('total', 0)]).toEqual([1, 3])
  await session.close()
})

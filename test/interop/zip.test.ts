import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { checkRepository, ingestZip, mendable, retrieveArtifacts, retrieveZip, unmendable } from '#butler'
import { bytesSource } from '#core'
import { openNodeButler } from '#platform/node'
import { zipChunks, type ZipMember } from '../../src/butler/archive/zip-writer.ts'
import { openZipMember, readZipDirectory } from '../../src/butler/datastore/zip-reader.ts'
import { nodeFiles } from '../../src/platform/node/node-files.ts'
import { python } from '../support/python.ts'
import { anEmptyRepository, aRepository, putNote, tempFolder } from '../support/repository.ts'

vi.setConfig({ testTimeout: 120_000 })

const INGEST = `
import sys
from lsst.daf.butler import Butler
source, folder, target = sys.argv[1:]
b = Butler.from_config(source)
archive = b.retrieve_artifacts_zip(b.query_datasets("note", "run/a"), folder)
Butler.from_config(target, writeable=True).ingest_zip(archive, transfer="copy")
`

test('members of an archive that the real Butler ingested are read in place; the archive goes with its last dataset', async () => {
  const source = await aRepository()
  for (const detector of [1, 2]) await putNote(source, 'run/a', 1, detector)
  const target = await aRepository()
  const folder = join(tempFolder(), 'zips')
  mkdirSync(folder)
  python(INGEST, source.root, folder, target.root)
  const butler = await openNodeButler(target.root, { writeable: true })
  const [first, second] = await butler.queryDatasets('note', { collections: 'run/a', orderBy: 'detector' })
  expect(await butler.get(first!)).toEqual({ run: 'run/a', visit: 1, detector: 1 })
  expect(await butler.exists(second!)).toBe(true)
  const report = await checkRepository(butler.repository)
  expect([report.datasets, report.files, mendable(report) + unmendable(report)]).toEqual([2, 1, 0])
  const archive = new URL((await butler.getUri(first!)).replace(/#.*$/, ''))
  const purge = { disassociate: true, unstore: true, purge: true }
  await butler.pruneDatasets([first!], purge)
  expect(existsSync(archive)).toBe(true)
  expect(await butler.get(second!)).toEqual({ run: 'run/a', visit: 1, detector: 2 })
  await butler.pruneDatasets([second!], purge)
  expect(existsSync(archive)).toBe(false)
  await butler.close()
})

const TAKE_IN = `
import json, sys
from lsst.daf.butler import Butler
archive, target, folder = sys.argv[1:]
Butler.makeRepo(target)
b = Butler.from_config(target, writeable=True)
b.ingest_zip(archive, transfer="copy", transfer_dimensions=True)
refs = sorted(b.query_datasets("note", "run/a", with_dimension_records=True), key=lambda r: r.dataId["detector"])
again = b.retrieve_artifacts_zip(refs, folder)
print(json.dumps([[b.get(r) for r in refs], str(refs[0].dataId.timespan), refs[0].dataId.region.encode().hex()[:16], again.ospath]))
`

test('an archive of ours goes into an empty real repository with its dimension records, and theirs into an empty one of ours', async () => {
  const source = await aRepository()
  for (const detector of [1, 2]) await putNote(source, 'run/a', 1, detector)
  const refs = await source.queryDatasets('note', { collections: 'run/a' })
  const folder = join(tempFolder(), 'zips')
  mkdirSync(folder)
  const archive = await retrieveZip(source.repository, refs, folder)
  await expect(retrieveZip(source.repository, refs, folder)).rejects.toThrow('is there already')
  const target = join(tempFolder(), 'real')
  const [values, timespan, region, again] = JSON.parse(python(TAKE_IN, archive, target, tempFolder())) as [
    unknown,
    string,
    string,
    string,
  ]
  const notes = [1, 2].map((detector) => ({ run: 'run/a', visit: 1, detector }))
  expect(values).toEqual(notes)
  expect([timespan.slice(0, 11), region.slice(0, 2)]).toEqual(['[2024-02-01', '70'])
  const ours = await anEmptyRepository()
  const { repository } = ours
  expect(await ingestZip(repository, again, { transferDimensions: true, dryRun: true })).toEqual({
    datasets: 2,
    files: 2,
  })
  await ingestZip(repository, again, { transfer: 'copy', transferDimensions: true })
  const got = await ours.queryDatasets('note', { collections: 'run/a', orderBy: 'detector' })
  expect(await Promise.all(got.map((ref) => ours.get(ref)))).toEqual(notes)
  await expect(ingestZip(repository, again)).rejects.toThrow('2 of the 2 datasets')
  expect(await ingestZip(repository, again, { skipExisting: true })).toEqual({ datasets: 0, files: 0 })
  const report = await checkRepository(repository)
  expect([report.datasets, report.files, mendable(report) + unmendable(report)]).toEqual([2, 1, 0])
})

test('an archive whose index has datasets without files is refused', async () => {
  const source = await aRepository()
  const ref = await putNote(source, 'run/a', 1, 1)
  const folder = tempFolder()
  await retrieveArtifacts(source.repository, [ref], folder)
  const index = join(folder, '_butler_zip_index.json')
  const tree = JSON.parse(readFileSync(index, 'utf8')) as object
  writeFileSync(index, JSON.stringify({ ...tree, artifact_map: {} }))
  const archive = join(folder, 'bare.zip')
  python(
    "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w').write(sys.argv[2], '_butler_zip_index.json')",
    archive,
    index,
  )
  const { repository } = await anEmptyRepository()
  const taken = ingestZip(repository, archive, { transfer: 'copy', transferDimensions: true })
  await expect(taken).rejects.toThrow('its artifact_map has no file for note')
})

const MANY = `
import sys, zipfile
ours, theirs = sys.argv[1:]
with zipfile.ZipFile(ours) as z:
    assert z.testzip() is None
    print(len(z.namelist()), z.read("m/69999").decode())
with zipfile.ZipFile(theirs, "w", zipfile.ZIP_DEFLATED) as z:
    for i in range(66000): z.writestr(str(i), "x" * 20 if i == 65999 else "")
    with z.open("big", "w", force_zip64=True) as f: f.write(b"zip64 member")
`

test('archives past the limits of the old format are written and read', async () => {
  const folder = tempFolder()
  const [ours, theirs] = [join(folder, 'ours.zip'), join(folder, 'theirs.zip')]
  const members = async function* (): AsyncGenerator<ZipMember> {
    for (let i = 0; i < 70_000; i++)
      yield { name: `m/${i}`, source: bytesSource(encoder.encode(i > 69_990 ? `${i}` : '')) }
  }
  await nodeFiles.writeChunks(ours, zipChunks(members()))
  expect(python(MANY, ours, theirs).trim()).toBe('70000 69999')
  const archive = await nodeFiles.open(theirs)
  expect((await readZipDirectory(archive)).size).toBe(66_001)
  for (const [name, text] of [
    ['65999', 'x'.repeat(20)],
    ['big', 'zip64 member'],
  ] as const) {
    const member = await openZipMember(await nodeFiles.open(theirs), name)
    expect(new TextDecoder().decode(await member.read(0, member.size))).toBe(text)
  }
})

const encoder = new TextEncoder()

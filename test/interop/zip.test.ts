import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { checkRepository, mendable, unmendable } from '#butler'
import { openNodeButler } from '#platform/node'
import { python } from '../support/python.ts'
import { aRepository, putNote, tempFolder } from '../support/repository.ts'

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

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { type Butler, exportRepository } from '#butler'
import { createNodeButler, nodeFiles } from '#platform/node'
import { Instant, Timespan } from '#time'
import { butlerCommand } from '../support/commands.ts'
import { python } from '../support/python.ts'
import { aRepository, putNote, tempFolder } from '../support/repository.ts'

// Exports with everything that is no plain run, taken by the real Butler, given back by it and taken here: the same datasets, tags,
// validity ranges and chains each time. FIRSTLIGHT_LONG=1 imports by every transfer mode.

vi.setConfig({ testTimeout: 240_000 })

const MODES =
  process.env['FIRSTLIGHT_LONG'] === '1' ? ['copy', 'link', 'hardlink', 'symlink', 'direct'] : ['copy']

/** Imports an export into a new repository, exports it again, and tells what several repositories hold. */
const SCRIPT = `
import json, sys
from lsst.daf.butler import Butler

def told(root):
    b = Butler.from_config(root)
    infos = sorted(b.collections.query_info("*", include_doc=True), key=lambda i: i.name)
    out = [[i.name, i.type.name, list(i.children or ()), i.doc] for i in infos]
    for t in sorted(b.registry.queryDatasetTypes(), key=lambda t: t.name):
        out.append([t.name, sorted(t.dimensions.names), t.storageClass_name, t.isCalibration()])
        for i in infos:
            if i.type.name == "CHAINED":
                continue
            rows = b.registry.queryDatasetAssociations(t, collections=[i.name])
            out += sorted([i.name, str(a.ref), str(a.timespan), b.get(a.ref)] for a in rows)
    return out

what, *places = sys.argv[1:]
if what == "tell":
    print(json.dumps([told(p) for p in places]))
else:
    root, source, target = places
    Butler.makeRepo(root)
    b = Butler.from_config(root, writeable=True)
    b.import_(directory=source, filename="export.yaml", transfer="copy")
    with b.export(directory=target, filename="export.yaml", transfer="copy") as e:
        e.saveDatasets(b.registry.queryDatasets(..., collections=...))
        for c in ("inner", "outer", "empty", "tag", "calib"):
            e.saveCollection(c)
`

async function fill(butler: Butler): Promise<void> {
  const { registry, collections } = butler
  for (const run of ['calib/1', 'calib/2', 'Cam/raw/all']) await collections.register(run)
  await collections.register('tag', 'TAGGED')
  await collections.register('calib', 'CALIBRATION')
  for (const chain of ['outer', 'inner', 'empty']) await collections.register(chain, 'CHAINED')
  await collections.redefineChain('inner', ['run/b', 'tag', 'run/a'])
  await collections.redefineChain('outer', ['calib', 'inner', 'empty', 'calib/1'])
  const notes = [await putNote(butler, 'run/a', 1, 1), await putNote(butler, 'run/b', 1, 1)]
  notes.push(await putNote(butler, 'run/b', 2, 3))
  await registry.associate('tag', [notes[0]!, notes[2]!])
  const turn = Instant.fromIso('2021-01-01T00:00:00')
  const spans = [Timespan.between(null, turn), Timespan.between(turn, null)]
  for (const [i, span] of spans.entries()) {
    const id = { instrument: 'Cam', detector: 1 }
    const bias = await butler.put({ bias: i }, 'bias', id, { run: `calib/${i + 1}` })
    await registry.certify('calib', [bias], span)
  }
  const dimensions = ['instrument', 'exposure', 'detector']
  await registry.registerDatasetType({ name: 'raw', dimensions, storageClass: 'StructuredDataDict' })
  const file = join(tempFolder(), 'raw.yaml')
  writeFileSync(file, 'raw: 1\n')
  const raw = { instrument: 'Cam', exposure: 1, detector: 1 }
  const refs = await registry.makeRefs('raw', [raw], { run: 'Cam/raw/all', idMode: 'DATAID_TYPE_RUN' })
  await butler.ingest([{ path: file, refs }], { transfer: 'copy' })
}

test('tags, validity ranges, chains in chains and version-5 ids go to the real Butler and come back', async () => {
  const ours = await aRepository()
  await fill(ours)
  const [sent, back, theirs] = [tempFolder(), tempFolder(), join(tempFolder(), 'theirs')]
  // What is tagged is given twice; the outer chain is named before the one in it.
  const datasets = await ours.queryAllDatasets({ collections: '*', findFirst: false })
  const names = ['outer', 'inner', 'empty', 'tag', 'calib']
  const request = { datasets, collections: names, directory: sent, transfer: 'copy' } as const
  await nodeFiles.writeAtomic(join(sent, 'export.yaml'), await exportRepository(ours.repository, request))
  python(SCRIPT, 'pass on', theirs, sent, back)
  const places = [ours.root, theirs]
  for (const mode of MODES) {
    const place = join(tempFolder(), mode)
    mkdirSync(place)
    await (await createNodeButler(place)).close()
    const done = await butlerCommand(['import', place, back, '--transfer', mode], back)
    expect(done).toMatchObject({ code: 0, err: '' })
    places.push(place)
  }
  const [first, ...others] = JSON.parse(python(SCRIPT, 'tell', ...places)) as readonly unknown[][]
  expect(first!.length).toBeGreaterThan(20)
  for (const other of others) expect(other).toEqual(first)
})

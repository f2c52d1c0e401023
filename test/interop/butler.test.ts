import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { type Butler, exportRepository, importRepository } from '#butler'
import { Catalog } from '#table'
import { Instant, Timespan } from '#time'
import { createNodeButler, nodeFiles, openNodeButler } from '#platform/node'
import { butlerCommand } from '../support/commands.ts'
import { dataPath } from '../support/data.ts'
import { python } from '../support/python.ts'
import { unpackArchive } from '../support/replay/archive.ts'
import { aRepository, putNote, tempFolder } from '../support/repository.ts'

// The real Butler (lsst-daf-butler from PyPI) works on repositories made here, and we on its.

// Every script starts the Python middleware, which takes seconds.
vi.setConfig({ testTimeout: 240_000 })

let butler: Butler

beforeAll(async () => {
  butler = await aRepository()
  const { registry, collections } = butler
  await registry.registerDatasetType({
    name: 'count',
    dimensions: ['instrument', 'visit'],
    storageClass: 'int',
  })
  await registry.registerDatasetType({
    name: 'cat',
    dimensions: ['instrument', 'visit'],
    storageClass: 'ArrowAstropy',
  })
  for (const visit of [1, 2]) {
    for (const detector of [1, 2, 3]) await putNote(butler, 'run/a', visit, detector)
    await butler.put(visit * 10, 'count', { instrument: 'Cam', visit }, { run: 'run/a' })
  }
  await butler.put(aCatalog(), 'cat', { instrument: 'Cam', visit: 1 }, { run: 'run/a' })
  const newer = await putNote(butler, 'run/b', 1, 2)
  const bias = await butler.put({ level: 1 }, 'bias', { instrument: 'Cam', detector: 1 }, { run: 'run/a' })
  const later = await butler.put({ level: 2 }, 'bias', { instrument: 'Cam', detector: 1 }, { run: 'run/b' })
  await collections.register('tag', 'TAGGED', 'Hand-picked.')
  await registry.associate('tag', [newer])
  await collections.register('calib', 'CALIBRATION')
  const switchOver = Instant.fromIso('2024-02-01T01:30:00')
  await registry.certify('calib', [bias], Timespan.between(null, switchOver))
  await registry.certify('calib', [later], Timespan.between(switchOver, null))
  await collections.register('all', 'CHAINED')
  await collections.redefineChain('all', ['tag', 'run/b', 'run/a', 'calib'])
})

const aCatalog = (): Catalog =>
  Catalog.fromColumns(
    [
      { name: 'id', type: 'i64' },
      { name: 'flux', type: 'f64', unit: 'nJy' },
      { name: 'name', type: 'string' },
    ],
    { id: BigInt64Array.of(1n, 2n ** 60n + 1n), flux: Float64Array.of(1.5, -2), name: ['a', 'b'] },
  )

const COMMANDS = `
import json, sys
from click.testing import CliRunner
from lsst.daf.butler.cli.butler import cli
out = []
for words in json.loads(sys.argv[1]):
    result = CliRunner().invoke(cli, words)
    out.append([result.exit_code, result.stdout])
print(json.dumps(out))
`

test('both programs list a repository made here in the same words', async () => {
  const folder = tempFolder()
  const defaults = join(folder, 'defaults')
  await nodeFiles.makeDirectory(join(defaults, 'datastores'))
  const more = 'datastore:\n  checksum: true\n  templates: !include ../templates.yaml\n'
  await nodeFiles.writeAtomic(join(defaults, 'datastores/fileDatastore.yaml'), more)
  await nodeFiles.writeAtomic(join(defaults, 'templates.yaml'), 'note: "{run}/{datasetType}-{visit}"\n')
  expect((await butlerCommand(['create', 'alone', '--standalone'], folder)).err).toBe('')
  const alone = join(folder, 'alone')
  const here = [
    ['query-collections'],
    ['query-collections', '--chains', 'table', '-t'],
    ['query-collections', 'all', '--chains', 'flatten'],
    ['query-dataset-types', '-v'],
    ['query-datasets', 'note', '--collections', 'run/*'],
    [
      'query-datasets',
      'note',
      '--collections',
      'all',
      '--find-first',
      '--where',
      "instrument='Cam' AND visit=1",
    ],
    [
      'query-datasets',
      'bias',
      '--collections',
      'calib',
      '--where',
      "instrument='Cam' AND visit=2 AND detector=1",
    ],
    ['query-data-ids', 'visit', 'patch', '--where', "instrument='Cam' AND skymap='sky'"],
    [
      'query-data-ids',
      'visit',
      'detector',
      'tract',
      '--where',
      "instrument='Cam' AND skymap='sky' AND detector > 1",
    ],
    ...[
      'instrument',
      'detector',
      'visit',
      'exposure',
      'visit_definition',
      'visit_detector_region',
      'day_obs',
      'patch',
      'skymap',
    ].map((e) => ['query-dimension-records', e]),
    [
      'query-dimension-records',
      'visit',
      '--where',
      "instrument='Cam' AND visit.timespan.begin > T'2024-02-01T01:30:00/tai'",
    ],
    [
      'query-dimension-records',
      'patch',
      '--where',
      "skymap='sky' AND patch.region OVERLAPS POINT(10.2, 0.2)",
    ],
    ['config-dump', '-p', defaults, '-s', '.datastore.templates'],
    ['config-dump', '-p', defaults, '-s', '.datastore.checksum'],
  ]
  const commands = [
    ...here.map(([command, ...words]) => [command!, butler.root, ...words]),
    ['query-collections', alone],
    ['config-dump', alone, '-s', '.datastore.templates'],
  ]
  const theirs = JSON.parse(python(COMMANDS, JSON.stringify(commands)).split('\n').at(-2)!) as unknown[]
  for (const [i, words] of commands.entries()) {
    const ours = await butlerCommand(words, folder)
    expect([ours.code, ours.out], words.join(' ')).toEqual(theirs[i])
  }
})

const READ = `
import json, sys
from lsst.daf.butler import Butler, Timespan
import astropy.time
b = Butler.from_config(sys.argv[1])
cat = b.get("cat", instrument="Cam", visit=1, collections="all")
def find(collections, detector):
    return b.find_dataset("note", instrument="Cam", visit=1, detector=detector, collections=collections).run
def bias(visit):
    return b.get("bias", instrument="Cam", visit=visit, detector=1, collections="calib")["level"]
t = astropy.time.Time("2024-02-01T03:00:00", scale="tai")
span = b.find_dataset("bias", instrument="Cam", detector=1, collections="calib", timespan=Timespan(t, t))
print(json.dumps({
    "note": b.get("note", instrument="Cam", visit=2, detector=3, collections="all"),
    "count": b.get("count", instrument="Cam", visit=2, collections="all"),
    "ids": [int(x) for x in cat["id"]], "flux": list(cat["flux"]), "name": list(cat["name"]), "unit": str(cat["flux"].unit),
    "first": [find("all", 2), find("all", 1), find(["run/a", "run/b"], 2)],
    "bias": [bias(1), bias(2), span.run],
    "uri": b.getURI("note", instrument="Cam", visit=1, detector=1, collections="run/a").ospath,
}))
`

test('the real Butler gets what was put here and finds the same datasets', async () => {
  const theirs = JSON.parse(python(READ, butler.root)) as unknown
  const uri = await butler.getUri(
    'note',
    { instrument: 'Cam', visit: 1, detector: 1 },
    { collections: 'run/a' },
  )
  expect(theirs).toEqual({
    note: { run: 'run/a', visit: 2, detector: 3 },
    count: 20,
    // 2^60 + 1 passes JSON rounded, as any JSON number that large.
    ids: [1, 2 ** 60],
    flux: [1.5, -2],
    name: ['a', 'b'],
    unit: 'nJy',
    first: ['run/b', 'run/a', 'run/a'],
    bias: [1, 2, 'run/b'],
    uri: new URL(uri).pathname,
  })
})

const WRITE = `
import sys
from lsst.daf.butler import Butler, CollectionType
b = Butler.from_config(sys.argv[1], writeable=True)
mine = b.get("calexp", instrument="HSC", visit=903334, detector=10, collections="ours/run")
b.collections.register("theirs/run", CollectionType.RUN)
b.put({"seen": mine["by"]}, "calexp", run="theirs/run", instrument="HSC", visit=903334, detector=11)
b.collections.prepend_chain("HSC/defaults", "theirs/run")
b.registry.syncDimensionData("detector", {"instrument": "HSC", "id": 77, "full_name": "7_77"})
print(len(b.query_datasets("calexp", "ours/run")))
`

test('we write into a repository of the real Butler, it reads that and writes, and we read it, by turns', async () => {
  const repo = unpackArchive(dataPath('rubin-middleware/repo-a.tar.zst'), tempFolder())
  const ours = await openNodeButler(repo, { run: 'ours/run' })
  const id = { instrument: 'HSC', visit: 903334 }
  await ours.put({ by: 'firstlight' }, 'calexp', { ...id, detector: 10 })
  expect(python(WRITE, repo)).toBe('1\n')
  expect(await ours.get('calexp', { ...id, detector: 11 }, { collections: 'HSC/defaults' })).toEqual({
    seen: 'firstlight',
  })
  expect((await ours.collections.getInfo('HSC/defaults')).children[0]).toBe('theirs/run')
  expect(
    await ours.queryDimensionRecords('detector', { where: "instrument='HSC' AND full_name='7_77'" }),
  ).toHaveLength(1)
  await ours.removeRuns('theirs/run', { unlinkFromChains: true })
  await ours.close()
})

const IMPORT = `
import json, sys
from lsst.daf.butler import Butler
repo, folder = sys.argv[1:]
Butler.makeRepo(repo)
b = Butler.from_config(repo, writeable=True)
b.import_(directory=folder, filename=folder + "/export.yaml", transfer="copy")
print(json.dumps({
    "note": b.get("note", instrument="Cam", visit=1, detector=2, collections="all"),
    "chain": list(b.collections.get_info("all").children),
    "bias": [b.get("bias", instrument="Cam", visit=v, detector=1, collections="calib")["level"] for v in (1, 2)],
    "pairs": sorted((d["visit"], d["patch"]) for d in b.query_data_ids(["visit", "patch"], where="instrument='Cam' AND skymap='sky'", explain=False)),
}))
`

test('our export imports there', async () => {
  const folder = tempFolder()
  const refs = [
    ...(await butler.queryDatasets('note', { collections: 'run/*', findFirst: false })),
    ...(await butler.queryDatasets('bias', { collections: 'run/*', findFirst: false })),
  ]
  const text = await exportRepository(butler.repository, {
    datasets: refs,
    collections: ['tag', 'calib', 'all'],
    directory: folder,
  })
  await nodeFiles.writeAtomic(join(folder, 'export.yaml'), text)
  const theirs = JSON.parse(python(IMPORT, join(tempFolder(), 'repo'), folder)) as unknown
  expect(theirs).toEqual({
    note: { run: 'run/b', visit: 1, detector: 2 },
    chain: ['tag', 'run/b', 'run/a', 'calib'],
    bias: [1, 2],
    pairs: [],
  })
})

test('an export of the real Butler imports here', async () => {
  const repo = unpackArchive(dataPath('rubin-middleware/repo-a.tar.zst'), tempFolder())
  const file = dataPath('rubin-middleware/export.yaml')
  const ours = await createNodeButler(join(tempFolder(), 'repo'))
  for (const name of ['HSC/masks', 'refcats', 'skymaps', 'u/fl/empty']) await ours.collections.register(name)
  await importRepository(ours.repository, await nodeFiles.readText(file), file, {
    directory: repo,
    transfer: 'copy',
  })
  const original = await openNodeButler(repo)
  const query = {
    collections: 'HSC/defaults',
    where: "instrument='HSC' AND exposure=903334 AND detector=5",
    findFirst: false,
  }
  for (const type of ['raw', 'bias', 'dark'])
    expect((await ours.queryDatasets(type, query)).map(String), type).toEqual(
      (await original.queryDatasets(type, query)).map(String),
    )
  const calexp = { instrument: 'HSC', visit: 903334, detector: 5 }
  expect(await ours.get('calexp', calexp, { collections: 'HSC/best' })).toEqual(
    await original.get('calexp', calexp, { collections: 'HSC/best' }),
  )
  await Promise.all([ours.close(), original.close()])
})

import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import type { Butler } from '#butler'
import { createNodeButler, openNodeButler } from '#platform/node'
import { Instant, Timespan } from '#time'
import { butlerCommand } from '../support/commands.ts'
import { startPostgres } from '../support/postgres.ts'
import { python } from '../support/python.ts'
import { aRepository, putNote, tempFolder, useRegistries } from '../support/repository.ts'

// The real Butler and ours on one PostgreSQL registry, made by either.

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

const server = await startPostgres()
let ours: { butler: Butler; url: string }
let theirs: { root: string; url: string }

const CREATE = `
import sys
from lsst.daf.butler import Butler, Config, DatasetType
repo, url = sys.argv[1:]
config = Config()
config["registry", "db"] = url
Butler.makeRepo(repo, config=config)
b = Butler.from_config(repo, writeable=True)
def register(name, dimensions, storage_class, **kw):
    b.registry.registerDatasetType(DatasetType(name, dimensions, storage_class, universe=b.dimensions, **kw))
register("note", ["instrument", "visit", "detector"], "StructuredDataDict")
register("bias", ["instrument", "detector"], "StructuredDataDict", isCalibration=True)
`

beforeAll(async () => {
  theirs = { root: join(tempFolder(), 'theirs'), url: await server.newDatabase() }
  await server.rows(theirs.url, 'CREATE EXTENSION btree_gist')
  python(CREATE, theirs.root, theirs.url)
  const url = await server.newDatabase()
  useRegistries(() => Promise.resolve(url))
  ours = { butler: await aRepository(), url }
})

/** Tables, columns, constraints, indexes and sequences, one line each. */
const SCHEMA = `
  SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(character_maximum_length::text, '')
    || ' ' || is_nullable || ' ' || coalesce(column_default, '')
    FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT 'sequence ' || sequencename || ' ' || start_value || ' ' || increment_by || ' ' || data_type
    FROM pg_sequences WHERE schemaname = 'public'
  ORDER BY 1`

test('tables, constraints, indexes and sequences are those that the real middleware makes', async () => {
  const lines = async (url: string) => (await server.rows(url, SCHEMA)).map(([line]) => line as string)
  const [made, expected] = [await lines(ours.url), await lines(theirs.url)]
  expect(made).toEqual(expected)
  expect(expected.length).toBeGreaterThan(400)
  const attributes = 'SELECT name, value FROM butler_attributes ORDER BY name'
  expect(await server.rows(ours.url, attributes)).toEqual(await server.rows(theirs.url, attributes))
})

const USE = `
import json, sys
import astropy.time
from lsst.daf.butler import Butler, CollectionType, Timespan
b = Butler.from_config(sys.argv[1], writeable=True)
def time(text): return astropy.time.Time(text, scale="tai")
note = b.get("note", instrument="Cam", visit=2, detector=3, collections="all")
bias = [b.get("bias", instrument="Cam", visit=v, detector=1, collections="calib")["level"] for v in (1, 2)]
visits = [(r.id, str(r.timespan), r.region.encode().hex()[:20]) for r in b.query_dimension_records("visit", instrument="Cam", order_by="visit")]
pairs = sorted((d["visit"], d["patch"]) for d in b.query_data_ids(["visit", "patch"], where="instrument='Cam' AND skymap='sky'"))
late = [r.id for r in b.query_dimension_records("visit", where="instrument='Cam' AND visit.timespan.begin > T'2024-02-01T01:30:00/tai'")]
b.collections.register("theirs/run", CollectionType.RUN)
put = b.put({"seen": note}, "note", run="theirs/run", instrument="Cam", visit=1, detector=1)
b.collections.prepend_chain("all", "theirs/run")
later = b.put({"level": 3}, "bias", run="theirs/run", instrument="Cam", detector=2)
b.registry.certify("calib", [later], Timespan(time("2024-02-01T00:00:00"), time("2024-02-01T02:30:00")))
print(json.dumps({"note": note, "bias": bias, "visits": visits, "pairs": pairs, "late": late, "id": str(put.id)}))
`

test('the real Butler reads what was written here, writes beside it, and we read that', async () => {
  const { butler } = ours
  const { registry, collections } = butler
  for (const visit of [1, 2])
    for (const detector of [1, 2, 3]) await putNote(butler, 'run/a', visit, detector)
  const bias = await butler.put({ level: 1 }, 'bias', { instrument: 'Cam', detector: 1 }, { run: 'run/a' })
  await collections.register('run/b')
  const later = await butler.put({ level: 2 }, 'bias', { instrument: 'Cam', detector: 1 }, { run: 'run/b' })
  await collections.register('calib', 'CALIBRATION')
  const switchOver = Instant.fromIso('2024-02-01T01:30:00')
  await registry.certify('calib', [bias], Timespan.between(null, switchOver))
  await registry.certify('calib', [later], Timespan.between(switchOver, null))
  await collections.register('all', 'CHAINED')
  await collections.redefineChain('all', ['run/a', 'calib'])
  const records = await butler.queryDimensionRecords('visit', { orderBy: 'visit' })
  const answers = JSON.parse(python(USE, butler.root)) as { id: string; pairs: unknown }
  expect(answers).toMatchObject({
    note: { run: 'run/a', visit: 2, detector: 3 },
    bias: [1, 2],
    visits: records.map((r) => [
      r.id,
      r.timespan!.toString(),
      Buffer.from(r.region!.encode()).toString('hex').slice(0, 20),
    ]),
    late: [2],
  })
  const where = { where: "instrument='Cam' AND skymap='sky'" }
  const pairs = (await butler.queryDataIds(['visit', 'patch'], where)).map((d) => [
    d.values['visit'],
    d.values['patch'],
  ])
  expect(answers.pairs).toEqual(
    pairs.sort((a, b) => Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1])),
  )
  const found = await butler.findDataset(
    'note',
    { instrument: 'Cam', visit: 1, detector: 1 },
    { collections: 'all' },
  )
  expect(found).toMatchObject({ run: 'theirs/run', id: answers.id })
  const two = { instrument: 'Cam', detector: 2 }
  expect(await butler.get('bias', { ...two, visit: 1 }, { collections: 'calib' })).toEqual({ level: 3 })
  await expect(butler.get('bias', { ...two, visit: 2 }, { collections: 'calib' })).resolves.toEqual({
    level: 3,
  })
  const spans = (await registry.queryDatasetAssociations('bias', { collections: 'calib' })).map((a) =>
    String(a.timespan),
  )
  expect(spans.sort()).toEqual([
    '(-∞, 2024-02-01T01:30:00)',
    '[2024-02-01T00:00:00, 2024-02-01T02:30:00)',
    '[2024-02-01T01:30:00, ∞)',
  ])
})

const COMMANDS = `
import json, sys
from click.testing import CliRunner
from lsst.daf.butler.cli.butler import cli
out = []
for words in json.loads(sys.argv[2]):
    result = CliRunner().invoke(cli, [words[0], sys.argv[1], *words[1:]])
    out.append([result.exit_code, result.stdout])
print(json.dumps(out))
`

test('both programs list the same tables', async () => {
  const { root } = ours.butler
  const commands = [
    ['query-collections', '--chains', 'table'],
    [
      'query-datasets',
      'note',
      '--collections',
      'all',
      '--find-first',
      '--where',
      "instrument='Cam' AND visit=1",
    ],
    ['query-dimension-records', 'visit'],
    ['query-dimension-records', 'exposure', '--where', "instrument='Cam' AND exposure.obs_id != 'x'"],
    ['query-data-ids', 'visit', 'detector', '--where', "instrument='Cam' AND GLOB(detector.full_name, '*2')"],
  ]
  const listed = JSON.parse(python(COMMANDS, root, JSON.stringify(commands)).split('\n').at(-2)!) as unknown[]
  for (const [i, [command, ...words]] of commands.entries()) {
    const { code, out } = await butlerCommand([command!, root, ...words], root)
    expect([code, out], command).toEqual(listed[i])
  }
})

test('we write into a repository that the real Butler made', async () => {
  const butler = await openNodeButler(theirs.root, { run: 'ours/run' })
  const { registry } = butler
  await registry.insertDimensionData('instrument', [
    { name: 'Cam', detector_max: 4, visit_max: 9, exposure_max: 9 },
  ])
  await registry.insertDimensionData('detector', [{ instrument: 'Cam', id: 1, full_name: 'A' }])
  await butler.put({ level: 5 }, 'bias', { instrument: 'Cam', detector: 'A' })
  const read = `
import sys
from lsst.daf.butler import Butler
b = Butler.from_config(sys.argv[1])
print(b.get("bias", instrument="Cam", detector=1, collections="ours/run"), b.query_datasets("bias", "ours/run")[0].run)
`
  expect(python(read, theirs.root)).toBe("{'level': 5} ours/run\n")
  await butler.close()
})

test('a namespace is a schema of its own; a database that cannot be reached says where', async () => {
  const url = await server.newDatabase()
  const options = { db: url, namespace: 'survey one' }
  const butler = await createNodeButler(join(tempFolder(), 'repo'), options)
  await butler.collections.register('run')
  expect(await server.rows(url, `SELECT name FROM "survey one".collection`)).toEqual([['run']])
  await butler.close()
  await expect(createNodeButler(join(tempFolder(), 'again'), options)).rejects.toMatchObject({
    code: 'butler/file-exists',
  })
  const other = await createNodeButler(join(tempFolder(), 'other'), { db: url, namespace: 'two' })
  await other.close()
  const nowhere = createNodeButler(join(tempFolder(), 'nowhere'), { db: 'postgresql://me@127.0.0.1:9/none' })
  await expect(nowhere).rejects.toMatchObject({
    code: 'sql/failed',
    message: expect.stringContaining('postgresql://127.0.0.1:9/none') as string,
  })
})

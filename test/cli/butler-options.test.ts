import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import type { SkyMap } from '#skymap'
import { beforeAll, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { type Butler, exportRepository, importRepository } from '#butler'
import { createNodeButler, openNodeButler } from '#platform/node'
import { COMMANDS } from '../../src/cli/butler/commands.ts'
import { addOptionsFile } from '../../src/cli/shared/options-file.ts'
import { butlerCommand } from '../support/commands.ts'
import { anExposure } from '../formats/support/an-exposure.ts'
import { anEmptyRepository, aRepository, fillDimensions, tempFolder } from '../support/repository.ts'

const folder = tempFolder()
let butler: Butler
const run = (...args: readonly string[]) => butlerCommand(args, folder)

beforeAll(async () => {
  butler = await aRepository()
  for (const [run, detector] of [
    ['run/a', 1],
    ['run/a', 2],
    ['run/b', 1],
  ] as const)
    await butler.put({ detector }, 'note', { instrument: 'Cam', visit: 1, detector }, { run })
  await butler.collections.register('chain', 'CHAINED')
  await butler.collections.redefineChain('chain', ['run/b', 'run/a'])
})

test('an options file gives values that the command line does not', async () => {
  const file = join(folder, 'options.yaml')
  writeFileSync(
    file,
    'query-datasets:\n  collections: [chain]\n  find_first: true\n  where: "detector > 0 AND instrument=\'Cam\'"\n',
  )
  const all = await run('query-datasets', butler.root, 'note', '-@', file, '--json')
  expect(JSON.parse(all.out)).toHaveLength(2)
  const narrowed = await run(
    'query-datasets',
    butler.root,
    'note',
    '-@',
    file,
    '--where',
    "instrument='Cam' AND detector = 2",
    '--json',
  )
  expect(JSON.parse(narrowed.out)).toMatchObject([{ run: 'run/a', dataId: { detector: 2 } }])
  const both = await run('query-datasets', butler.root, 'note', '-@', file, '--no-find-first', '--json')
  expect(JSON.parse(both.out)).toHaveLength(3)
})

test.each([
  [
    'query-datasets: { wher: x }',
    "gives query-datasets an option 'wher', which it has not.\nDid you mean where?",
  ],
  ['query-datasets: [1]', "'query-datasets' in"],
  ['- 1', 'has no subcommands at its top'],
  ['{ a: ', 'is not YAML'],
])('a wrong options file %j is refused in one line', async (text, message) => {
  const file = join(folder, 'wrong.yaml')
  writeFileSync(file, text)
  const { code, err } = await run('query-datasets', butler.root, 'note', '-@', file)
  expect(code).toBe(2)
  expect(err).toContain(message)
  expect(err).not.toContain('    at ')
})

test('sql notices a misspelt collection also where only dimension records are read', async () => {
  const { code, err } = await run('sql', butler.root, '--collections', 'chian', 'SELECT count(*) FROM visit')
  expect([code, err]).toEqual([1, expect.stringContaining("'chian'")])
})

test.each([
  [['query-dat'], ['query-data-ids', 'query-dataset-types', 'query-datasets']],
  [['query-datasets', 'REPO', 'no'], ['note']],
  [
    ['query-datasets', 'REPO', 'note', '--collections', 'run/'],
    ['run/a', 'run/b'],
  ],
  [
    ['query-datasets', 'REPO', 'note', '--collections', 'chain,run/'],
    ['chain,run/a', 'chain,run/b'],
  ],
  [['query-datasets', 'REPO', 'note', '--where', ''], []],
  [
    ['query-collections', 'REPO', '--chains', 'INVERSE-'],
    ['INVERSE-TREE', 'INVERSE-TABLE'],
  ],
  [['query-dimension-records', 'REPO', 'physical'], ['physical_filter']],
  [['import', 'REPO', 'folder', '-t', 'd'], ['direct']],
  [
    ['collection-chain', 'REPO', 'chain', '--mode', 're'],
    ['redefine', 'remove'],
  ],
  [['ingest-files', '--id-generation-mode', 'UN'], ['UNIQUE']],
  [['completion', 'z'], ['zsh']],
  [['--log-level', 'W'], ['WARNING']],
  [['--log-level', 'lsst.daf=ER'], ['lsst.daf=ERROR']],
  [['--log-l'], ['--log-level', '--log-label']],
  [['--log-level', 'DEBUG', 'query-coll'], ['query-collections']],
  [['query-datasets', 'REPO', '--show'], ['--show-uri']],
  [['query-datasets', ''], []],
])('completion offers for %j', async (words, expected) => {
  const filled = words.map((w) => (w === 'REPO' ? butler.root : w))
  const { out, code } = await run('complete-words', '--', ...filled)
  expect(code).toBe(0)
  expect(out.split('\n').filter((w) => w !== '')).toEqual(expected)
})

test('an inverse tree lists dataset types beside runs, not beside the chains above them', async () => {
  const { out } = await run('query-collections', butler.root, 'run/b', '--chains', 'INVERSE-TREE', '-t')
  const cells = out.split('\n').map((line) => line.trim().split(/\s+/).join(' '))
  expect(cells.slice(2, 4)).toEqual(['run/b RUN note', 'chain CHAINED'])
})

test('completion scripts are printed for each shell', async () => {
  expect((await run('completion', 'bash')).out).toContain('complete -o default -F _butler butler')
  expect((await run('completion', 'zsh')).out).toContain('#compdef butler')
  expect((await run('completion', 'fish')).out).toContain('complete -c butler')
  expect((await run('completion', 'csh')).code).toBe(2)
})

test('the spellings of 2020 still work', async () => {
  expect((await run('query-collections', butler.root, '--flatten-chains', 'chain')).out).toContain(
    'run/b RUN',
  )
  await butler.collections.register('run/old')
  await butler.put({ detector: 3 }, 'note', { instrument: 'Cam', visit: 1, detector: 3 }, { run: 'run/old' })
  const refused = await run('prune-collection', butler.root, '--purge', '--collection', 'run/old')
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('Give both --purge and --unstore')
  const done = await run('prune-collection', butler.root, '--purge', '--unstore', '--collection', 'run/old')
  expect(done.out).toBe('Removed the RUN collection run/old.\n')
  expect(await butler.collections.query('run/*')).toEqual(['run/a', 'run/b'])
})

test('a mistyped collection is one line with a suggestion, and leaves nothing behind', async () => {
  const { code, err } = await run('associate', butler.root, 'tag', '-d', 'note', '--collections', 'run/c')
  expect(code).toBe(1)
  expect(err).toBe("Error: No collection with name 'run/c' found.\nDid you mean 'run/a'?\n")
  expect(await butler.collections.query('tag*')).toEqual([])
})

test('where nothing is found to associate, one line says so and no collection is made', async () => {
  const { code, err } = await run('associate', butler.root, 'tag', '-d', 'nope', '--collections', 'run/a')
  expect(code).toBe(0)
  expect(err).toContain("Nothing was found to associate with 'tag'")
  expect(await butler.collections.query('tag*')).toEqual([])
})

test('a validity that ends before it begins is warned of in one line', async () => {
  await butler.put({}, 'bias', { instrument: 'Cam', detector: 1 }, { run: 'run/a' })
  const dates = ['--begin-date', '2020-01-01', '--end-date', '2019-01-01']
  const { code, err } = await run('certify-calibrations', butler.root, 'run/a', 'calib', 'bias', ...dates)
  expect(code).toBe(0)
  expect(err).toMatch(/^.* WARN: Datasets certified in 'calib' are never valid: .* begin before the end\.\n$/)
})

test('an export file that is cut off anywhere is refused in one line with the entry', async () => {
  await butler.collections.register('tag', 'TAGGED')
  const datasets = await butler.queryDatasets('note', { collections: 'run/a' })
  await butler.registry.associate('tag', datasets)
  const text = await exportRepository(butler.repository, { datasets, collections: ['tag'] })
  const lines = text.split('\n')
  const target = await anEmptyRepository()
  for (let n = 8; n < lines.length; n += 7) {
    const cut = lines.slice(0, n).join('\n')
    const done = importRepository(target.repository, cut, 'cut.yaml').then(
      () => '',
      (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
    )
    expect(await done, cut.slice(-200)).toMatch(/^$|^butler\/[\w-]+: /)
  }
  const file = join(folder, 'cut.yaml')
  const at = lines.findIndex((line) => line.includes('records:'))
  writeFileSync(file, lines.slice(0, at + 1).join('\n'))
  const { code, err } = await run('import', target.root, folder, '--export-file', file)
  expect(code).toBe(1)
  expect(err).toMatch(/Entry 1 of '.*cut.yaml' \(dimension \w+\) has no list 'records'/)
  expect(err).not.toContain('    at ')
})

test.each([
  [['sql', 'REPO', 'drop table visit', '--collections', 'run/a'], 'only read: DROP would change nothing'],
  [['sql', 'REPO', "select 'drop'; create table x(a int)"], 'CREATE would change nothing'],
  [['sql', 'REPO', "COPY (SELECT 1) TO 'out.csv'"], 'only read: COPY writes files'],
  [['sql', 'REPO', "/* ; */ attach 'new.db'; select '--'"], 'only read: ATTACH writes files'],
  [['sql', 'REPO', 'select 1; select 2'], 'only the rows of the last one'],
  [['sql', 'REPO', 'select * from note'], "in which collections the datasets 'note' are"],
  [['sql', 'REPO', 'select 1', '--collections', 'run/*'], 'or a chain of them'],
  [['import', 'REPO', '.'], /no export file \S+export.yaml\.\n/],
  [['ingest-files', 'REPO', 'note', 'run/c', 'first.csv'], "column of 'first.csv' is 'instrument'"],
  [['create', 'new', '--dimension-config', 'nosuch.yaml'], /no file '.*nosuch.yaml'/],
  [['make-discrete-skymap', 'REPO', 'HSC'], 'Give --collections'],
  [
    ['make-discrete-skymap', 'REPO', 'HSC', '--collections', 'run/a', '-c', 'numRings=2'],
    "has no 'numRings'",
  ],
  [
    ['make-discrete-skymap', 'REPO', 'HSC', '--collections', 'run/a', '-c', 'doAppend=True'],
    '--old-skymap-id',
  ],
  [['update-exposures-from-raws', 'REPO', 'HSC'], 'Which exposures are to be updated is not said'],
  [['define-visits', 'REPO', 'HSC', '-C', 'visits.py'], "no 'groupExposures='by-nosuch''"],
  [['register-skymap', 'REPO', '-c', 'skyMap.rings.nosuch=1'], "no 'skyMap.rings.nosuch' here"],
  [['ingest-raws', 'REPO', '.', '--ingest-task', 'mine.Task'], "no task 'mine.Task' here"],
  [['ingest-raws', 'REPO', '.', '--regex', 'csv', '-c', 'color=red'], "'color=red' is no config"],
  [['query-data-ids', 'REPO', 'visit', '--offset', '1'], '--offset is not supported'],
])('%j says what is wrong', async (args, message) => {
  writeFileSync(join(folder, 'visits.py'), "config.groupExposures = 'by-nosuch'\n")
  writeFileSync(join(folder, 'first.csv'), 'instrument,visit,detector\nCam,1,1\n')
  const { code, err } = await run(...args.map((arg) => (arg === 'REPO' ? butler.root : arg)))
  expect(code).toBe(1)
  expect(err).toMatch(message)
  expect(err).not.toContain('    at ')
})

test('as many datasets as the limit says are listed, also where rows repeat; more, of another type too, are told', async () => {
  const other = await aRepository()
  const id = (detector: number) => ({ instrument: 'Cam', detector })
  const bias = [1, 2, 3].map((n) => other.put({ n }, 'bias', id(n), { run: 'run/b' }))
  const note = [1, 2, 3].map((n) => other.put({ n }, 'note', { visit: 1, ...id(n) }, { run: 'run/a' }))
  await Promise.all(bias)
  for (const tag of ['t/1', 't/2', 't/3', 't/4']) {
    await other.collections.register(tag, 'TAGGED')
    await other.registry.associate(tag, await Promise.all(note))
  }
  const list = async (limit: number, ...types: readonly string[]) => {
    const args = ['query-datasets', other.root, ...types, '--collections', 'run/*,t/*']
    const { out, err } = await run(...args, '--limit', String(limit), '--json')
    return [(JSON.parse(out) as unknown[]).length, err.includes(`more than ${-limit} datasets`)]
  }
  expect(await list(2, 'note')).toEqual([2, false])
  expect(await list(3, 'note')).toEqual([3, false])
  expect(await list(-2, 'note')).toEqual([2, true])
  expect(await list(-3, 'note')).toEqual([3, false])
  expect(await list(5, 'note', 'bias')).toEqual([5, false])
  expect(await list(-3, 'note', 'bias')).toEqual([3, true])
  expect(await list(-6, 'note', 'bias')).toEqual([6, false])
})

test('addresses are shown of every part of a dataset, part by part', async () => {
  const other = await createNodeButler(join(tempFolder(), 'repo'), {
    seed: { datastore: { composites: { disassembled: { calexp: true } } } },
  })
  await fillDimensions(other)
  const dimensions = ['instrument', 'visit', 'detector']
  await other.registry.registerDatasetType({ name: 'calexp', dimensions, storageClass: 'ExposureF' })
  await other.collections.register('run')
  for (const detector of [1, 2])
    await other.put(anExposure(), 'calexp', { instrument: 'Cam', visit: 1, detector }, { run: 'run' })
  const { out } = await run('query-datasets', other.root, '--show-uri', '--json')
  const rows = JSON.parse(out) as { type: string; uri: string }[]
  const parts = [...new Set(rows.map((row) => row.type))]
  expect(parts).toEqual(expect.arrayContaining(['calexp.image', 'calexp.wcs']))
  expect(rows).toHaveLength(2 * parts.length)
  for (const { type, uri } of rows) expect(uri).toContain(`/${type}/`)
  const table = await run('query-datasets', other.root, '--show-uri')
  expect(table.out.match(/^ *type +run/gm)).toHaveLength(parts.length)
  await other.close()
})

test('dimension records are asked for in SQL without collections', async () => {
  const { code, out } = await run(
    'sql',
    butler.root,
    'SELECT full_name FROM detector WHERE detector = 2',
    '--json',
  )
  expect([code, JSON.parse(out)]).toEqual([0, [{ full_name: 'D2' }]])
})

test('bytes and times of SQL are text that can be read', async () => {
  const query = "SELECT 'x'::BLOB AS b, TIMESTAMP '2020-01-01 01:02:03.5' AS t, DATE '2020-01-02' AS d"
  const { out } = await run('sql', butler.root, query, '--json')
  expect(JSON.parse(out)).toEqual([{ b: '78', t: '2020-01-01 01:02:03.5', d: '2020-01-02' }])
  expect((await run('sql', butler.root, query)).out).toContain(' 78 2020-01-01 01:02:03.5 2020-01-02')
  const macro = 'CREATE TEMP MACRO twice(x) AS 2 * x; SELECT twice(4) AS n'
  expect(JSON.parse((await run('sql', butler.root, macro, '--json')).out)).toEqual([{ n: 8 }])
})

test('create takes the dimensions of an older universe, and refuses those that it could not open', async () => {
  const file = join(folder, 'dimensions.yaml')
  const { config } = butler.dimensions
  const create = (name: string, dimensions: object) => {
    writeFileSync(file, JSON.stringify(dimensions))
    return run('create', name, '--dimension-config', file)
  }
  expect((await create('older', { ...config, version: 7 })).code).toBe(0)
  const older = await openNodeButler(join(folder, 'older'))
  expect(older.dimensions.version).toBe(7)
  await older.close()
  for (const wrong of [{ version: 99 }, { namespace: 'mine' }, { elements: {} }]) {
    const { code, err } = await create('wrong', { ...config, ...wrong })
    expect([code, err]).toEqual([1, expect.stringMatching(/^ERROR|InconsistentUniverse|Dimensions of/)])
  }
})

test('folders of DAF_BUTLER_CONFIG_PATH lie below butler.yaml, the first before the others', async () => {
  const [first, second] = [join(folder, 'first'), join(folder, 'second')]
  for (const path of [first, second]) mkdirSync(path)
  writeFileSync(join(first, 'datastore.yaml'), 'includeConfigs: $MORE/more.yaml\nroot: elsewhere\n')
  writeFileSync(join(first, 'more.yaml'), 'templates: { note: "{run}/first-{visit}", odd: "{run}/odd" }\n')
  writeFileSync(join(second, 'datastore.yaml'), 'templates: { note: second }\nchecksum: true\n')
  vi.stubEnv('MORE', first)
  vi.stubEnv('DAF_BUTLER_CONFIG_PATH', `${first}:${second}`)
  const { out } = await run('config-dump', butler.root, '-s', '.datastore')
  const { code } = await run('create', 'more')
  vi.unstubAllEnvs()
  expect(parse(out)).toMatchObject({
    root: '<butlerRoot>',
    checksum: true,
    templates: { note: '{run}/first-{visit}', odd: '{run}/odd' },
  })
  expect(code).toBe(0)
  for (const loop of ['includeConfigs: datastore.yaml', 'templates: !include datastore.yaml']) {
    writeFileSync(join(second, 'datastore.yaml'), loop)
    const { err } = await run('config-dump', butler.root, '-p', second)
    expect(err).toContain('include each other')
  }
})

test('sizes of files are kept or not, as --track-file-attrs says', async () => {
  writeFileSync(join(folder, 'n.yaml'), 'a: 1\n')
  for (const [n, flag] of ['--track-file-attrs', '--no-track-file-attrs'].entries()) {
    writeFileSync(join(folder, 'list.csv'), `file,instrument,visit,detector\nn.yaml,Cam,2,${n + 1}\n`)
    expect(
      (await run('ingest-files', butler.root, 'note', 'run/c', 'list.csv', '-t', 'copy', flag)).code,
    ).toBe(0)
  }
  const sizes = await butler.repository.connection.all(
    "SELECT file_size FROM file_datastore_records WHERE path LIKE 'run/c/%' ORDER BY path",
  )
  expect(sizes).toEqual([[5], [-1]])
})

test('every option of every subcommand of the real butler is taken by ours', async () => {
  const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
  // The options of each click command of the program itself.
  const { distribution, commands } = JSON.parse(readFileSync(here('real-butler-options.json'), 'utf8')) as {
    distribution: string
    commands: Readonly<Record<string, string>>
  }
  // Another version may have other options: record them anew then.
  expect(readFileSync(here('../interop/requirements.txt'), 'utf8').split('\n')).toContain(distribution)
  const missing: string[] = []
  for (const [name, options] of Object.entries(commands)) {
    const command = addOptionsFile(new Command(name))
    const { define } = await COMMANDS[name]!.load()
    define(command, () => expect.fail('not run'))
    const taken = new Set(command.options.flatMap((o) => [o.short, o.long]))
    const isRefused = 'ingest-graph provenance-report'.includes(name)
    if (!isRefused)
      missing.push(
        ...options
          .split(' ')
          .filter((o) => o !== '' && !taken.has(o))
          .map((o) => `${name} ${o}`),
      )
  }
  expect(missing).toEqual([])
})

test('register-skymap makes a map of its configuration, once', async () => {
  const file = join(folder, 'map.py')
  writeFileSync(file, "config.name = 'mine'\nconfig.skyMap = 'discrete'\n# One tract.\n")
  const more = ['raList=[10]', 'decList=[-1]', 'radiusList=[0.1]'].flatMap((v) => [
    '-c',
    `skyMap["discrete"].${v}`,
  ])
  const args = ['register-skymap', butler.root, '-C', file, ...more]
  expect([(await run(...args)).code, (await run(...args)).code]).toEqual([0, 0])
  const records = await butler.queryDimensionRecords('skymap', { where: "skymap = 'mine'" })
  expect(records[0]!.get('tract_max')).toBe(1)
})

// Numbers of patches: as in test/skymap/whole-sky.test.ts.
test.each([
  ['dodeca', 12, [3, 3], ['withTractsOnPoles=True', 'pixelScale=600', 'patchInnerDimensions=[200, 200]']],
  [
    'healpix',
    12,
    [3, 3],
    ['log2NSide=0', 'pixelScale=600', 'tractBuilder="legacy"', 'patchInnerDimensions=(200, 200)'],
  ],
  [
    'equat',
    3,
    [7, 1],
    [
      'numTracts=3',
      'decRange=[0, 2]',
      'pixelScale=120',
      "tractBuilder='cells'",
      'tractBuilder["cells"].numCellsPerPatchInner=4',
    ],
  ],
] as const)('register-skymap makes a %s map that is read back', async (kind, tracts, patches, fields) => {
  const config = [`name=${kind}`, `skyMap=${kind}`, ...fields.map((field) => `skyMap["${kind}"].${field}`)]
  const { code, err } = await run('register-skymap', butler.root, ...config.flatMap((c) => ['-c', c]))
  expect(err).toContain(`Registered sky map '${kind}'`)
  expect(code).toBe(0)
  const map = await butler.get<SkyMap>('skyMap', { skymap: kind }, { collections: 'skymaps' })
  expect([map.kind, map.numTracts]).toEqual([kind, tracts])
  const where = `skymap = '${kind}'`
  const [record] = await butler.queryDimensionRecords('skymap', { where })
  expect([record!.get('patch_nx_max'), record!.get('patch_ny_max')]).toEqual(patches)
  expect(record!.get('hash')).toEqual(await map.sha1())
  const rows = await butler.queryDimensionRecords('patch', { where, limit: null })
  expect(rows).toHaveLength([...map.tracts()].reduce((n, tract) => n + tract.patchCount, 0))
})

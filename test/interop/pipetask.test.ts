import { spawnSync } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNodeButler } from '#platform/node'
import { butlerCommand } from '../support/commands.ts'
import { dataPath } from '../support/data.ts'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'
import { pipetask } from '../support/pipetask.ts'
import { python, pythonPath } from '../support/python.ts'

// Ours and the real `pipetask` (lsst-ctrl-mpexec) in turn on one repository and one run.
let master: RepositoryMaster
beforeAll(() => {
  master = unpackRepository()
})
afterAll(() => master.remove())

const PIPELINE = join(dataPath('rubin-middleware/pipelines'), '02-single-frame.yaml')
const detectors = (list: string): string => `instrument='HSC' AND visit=903334 AND detector IN (${list})`

const theirs = (repository: string, ...args: readonly string[]): { rc: number | null; text: string } =>
  real('run', '-b', repository, '-p', PIPELINE, ...args)

const real = (...args: readonly string[]) => program('pipetask', ...args)

function program(name: string, ...args: readonly string[]): { rc: number | null; text: string } {
  const run = spawnSync(join(dirname(pythonPath()), name), args, {
    encoding: 'utf8',
    env: {
      ...process.env,
      PYTHONPATH: dataPath('rubin-middleware/tasks'),
      FL_PIPELINES: dataPath('rubin-middleware/pipelines'),
    },
  })
  return { rc: run.status, text: `${run.stdout}${run.stderr}` }
}

const ours = (repository: string, ...args: readonly string[]) =>
  pipetask(['pipetask', 'run', '-b', repository, '-p', PIPELINE, ...args])

async function detectorsOf(repository: string, type: string): Promise<number[]> {
  const butler = await openNodeButler(repository)
  const refs = await butler.queryDatasets(type, { collections: 'u/both', limit: null })
  await butler.close()
  return refs.map((ref) => Number(ref.dataId['detector'])).sort((a, b) => a - b)
}

async function typesOf(repository: string, detector: number): Promise<readonly string[]> {
  const butler = await openNodeButler(repository)
  const where = `instrument='HSC' AND detector=${detector}`
  const refs = await butler.queryAllDatasets({
    collections: 'u/both/*',
    findFirst: false,
    where,
    limit: null,
  })
  await butler.close()
  return refs.map((ref) => ref.datasetType.name).sort()
}

const first = ['-i', 'HSC/defaults', '-o', 'u/both', '--register-dataset-types', '-d', detectors('4')]
const second = ['-o', 'u/both', '--extend-run', '--skip-existing', '-d', detectors('4, 5')]

/** Names and types in the metadata of two quanta, one by each program, as the real software reads them. */
const METADATA = `
import json, sys
from lsst.daf.butler import Butler
from lsst.pipe.base.resource_usage import QuantumResourceUsage
butler = Butler(sys.argv[1])
# A whole float is an int when JavaScript has written it.
def kind(value):
    return "number" if type(value) in (int, float) else type(value).__name__
def kinds(tree):
    return {k: kinds(v) if isinstance(v, dict) else [kind(x) for x in v] if isinstance(v, list) else kind(v)
            for k, v in tree.items()}
out = []
for detector in (4, 5):
    metadata = butler.get("isr_metadata", instrument="HSC", exposure=903334, detector=detector, collections="u/both")
    usage = QuantumResourceUsage.from_task_metadata(metadata)
    assert usage.memory > 1e7 and 0 < usage.run_time < 60 and 0 <= usage.run_time_cpu < 60
    assert 0 <= usage.prep_time < 60 and 0 <= usage.init_time < 60
    metrics = metadata["quantum"]["butler_metrics"]
    out.append([kinds(metadata.to_dict()), metrics["n_get"], metrics["n_put"], metrics["time_in_get"] < usage.run_time])
print(json.dumps(out))
`

test('a run made by ours is extended by the real pipetask', { timeout: 180_000 }, async () => {
  const { root } = master.copy()
  const made = await ours(root, ...first)
  expect(made.rc, made.stderr).toBe(0)
  const extended = theirs(root, ...second)
  expect(extended.rc, extended.text).toBe(0)
  expect(extended.text).toMatch(/QuantumGraph contains 3 quanta for 3 tasks/)
  expect(await detectorsOf(root, 'calexp')).toEqual([4, 5])
})

test('a run made by the real pipetask is extended by ours', { timeout: 180_000 }, async () => {
  const { root } = master.copy()
  const made = theirs(root, ...first)
  expect(made.rc, made.text).toBe(0)
  const extended = await ours(root, ...second)
  expect(extended.rc, extended.stderr).toBe(0)
  expect(extended.stderr).toMatch(/QuantumGraph contains 3 quanta for 3 tasks/)
  expect(await detectorsOf(root, 'calexp')).toEqual([4, 5])
  expect(await typesOf(root, 5)).toEqual(await typesOf(root, 4))
  const [real, mine] = JSON.parse(python(METADATA, root)) as unknown[]
  expect(mine).toEqual(real)
  const refused = await ours(root, ...second.slice(0, -1), detectors('4, 5, 10'), '-c', 'isr:doDark=False')
  expect(refused.rc).toBe(1)
  expect(refused.stderr).toContain('Inequality in doDark: False != True')
})

test('a graph built and saved by ours is run by the real pipetask', { timeout: 180_000 }, async () => {
  const { root, work } = master.copy()
  const file = join(work, 'ours.qg')
  const where = detectors('4, 5')
  const options = ['-i', 'HSC/defaults', '-o', 'u/both', '-d', where, '-q', file]
  const built = await pipetask(['pipetask', 'qgraph', '-b', root, '-p', PIPELINE, ...options])
  expect(built.rc, built.stderr).toBe(0)
  const run = real(
    'run',
    '-b',
    root,
    '-g',
    file,
    '-i',
    'HSC/defaults',
    '-o',
    'u/both',
    '--register-dataset-types',
  )
  expect(run.rc, run.text).toBe(0)
  expect(run.text).toMatch(/Executed 6 quanta successfully, 0 failed and 0 remain/)
  expect(await detectorsOf(root, 'calexp')).toEqual([4, 5])
})

test('a graph built and saved by the real pipetask is run by ours', { timeout: 180_000 }, async () => {
  const { root, work } = master.copy()
  const file = join(work, 'theirs.qg')
  const where = detectors('4, 5')
  const options = ['-i', 'HSC/defaults', '-o', 'u/both', '-d', where, '-q', file]
  const built = real('qgraph', '-b', root, '-p', PIPELINE, ...options)
  expect(built.rc, built.text).toBe(0)
  const run = await pipetask(
    ['pipetask', 'run', '-b', root, '-g', file, '-i', 'HSC/defaults', '-o', 'u/both'].concat(
      '--register-dataset-types',
    ),
  )
  expect(run.rc, run.stderr).toBe(0)
  expect(run.stderr).toMatch(/Executed 6 quanta successfully, 0 failed and 0 remain/)
  expect(await detectorsOf(root, 'calexp')).toEqual([4, 5])
})

/** Name, members and index of the archive in each folder. */
const ARCHIVES = `
import json, os, sys, zipfile
out = []
def filled(tree):
    return {key: value for key, value in tree.items() if value != []}
for folder in sys.argv[1:]:
    [name] = os.listdir(folder)
    with zipfile.ZipFile(os.path.join(folder, name)) as z:
        index = json.loads(z.read("_butler_zip_index.json"), object_hook=filled)
        out.append([name, sorted(z.namelist()), index["refs"], index["artifact_map"]])
print(json.dumps(out))
`

/** A command of our butler, which knows nothing of the tasks of the graphs here. */
const butler = (...args: readonly string[]) => butlerCommand(args, '/')

/** What the datasets of a run hold, without what is new each time: type, data ID, path in the repository. */
async function contents(repository: string, run: string): Promise<readonly string[]> {
  const opened = await openNodeButler(repository)
  const refs = await opened.queryAllDatasets({ collections: run, findFirst: false, limit: null })
  const rows = refs.map(
    async (ref) => `${ref.toString()} ${(await opened.getUri(ref)).split(repository)[1]!}`,
  )
  const out = await Promise.all(rows)
  await opened.close()
  return out.sort()
}

const READ_JOB = `
import glob, sys
from lsst.pipe.base import TaskMetadata
[path] = glob.glob(sys.argv[1] + "/u/both/r/isr_metadata/**/*.json", recursive=True)
job = TaskMetadata.model_validate_json(open(path).read())["job"]
print([type(job[k]).__name__ for k in ("qg_read_time", "qg_size")], job["qg_size"])
`

test('files of quanta that ran without a registry are zipped and registered as by the real butler', {
  timeout: 240_000,
}, async () => {
  const { root, work } = master.copy()
  const file = join(work, 'q.qg')
  const where = detectors('4')
  const common = ['-i', 'HSC/defaults', '-o', 'u/both', '--output-run', 'u/both/r', '-d', where, '-q', file]
  for (const command of [
    ['qgraph', '-b', root, '-p', PIPELINE, ...common, '--qgraph-datastore-records'],
    ['pre-exec-init-qbb', root, file],
    ['run-qbb', root, file],
  ]) {
    const done = await pipetask(['pipetask', ...command])
    expect(done.rc, done.stderr).toBe(0)
  }
  expect(python(READ_JOB, root).trim()).toBe("['float', 'int'] 3")
  const theirs = join(work, 'theirs')
  cpSync(root, theirs, { recursive: true })
  const types = ['-d', 'calexp,postISRCCD']
  const zipped = await butler('zip-from-graph', file, root, join(work, 'zip'), ...types)
  expect(zipped.out, zipped.err).toMatch(/^Zip file written to file:.*\.zip\n$/)
  const done = program('butler', 'zip-from-graph', file, theirs, join(work, 'zip-theirs'), ...types)
  expect(done.rc, done.text).toBe(0)
  const [mine, other] = JSON.parse(python(ARCHIVES, join(work, 'zip'), join(work, 'zip-theirs'))) as unknown[]
  expect(mine).toEqual(other)
  expect(await butler('zip-from-graph', file, root, work, '-d', 'nosuch')).toMatchObject({ code: 1 })

  const dry = await butler('aggregate-graph', file, root, '--dry-run')
  expect(dry.out, dry.err).toContain('Number of datasets ingested:')
  const before = openNodeButler(root).then((b) => b.collections.query('u/both*').finally(() => b.close()))
  expect(await before).toEqual([])
  const aggregated = await butler('aggregate-graph', file, root)
  expect([aggregated.code, aggregated.err]).toEqual([0, expect.not.stringContaining('Error')])
  const real = program('butler', 'aggregate-graph', file, theirs)
  expect(real.rc, real.text).toBe(0)
  expect(await contents(root, 'u/both/r')).toEqual(await contents(theirs, 'u/both/r'))
  expect(await contents(root, 'u/both')).toEqual(await contents(theirs, 'u/both'))
})

// Of another language's coverage tool: taken, and not shown. The report reads the registry quickly enough.
const HIDDEN = /^--(coverage|(no-)?cov-report|cov-packages|(no-)?use-qbb)$/

/** The help of every subcommand of the real one, in one process: starting it ten times takes a minute. */
const HELPS = `
import json, click
from lsst.ctrl.mpexec.cli.pipetask import cli
top = click.Context(cli, info_name="pipetask")
commands = {name: cli.get_command(top, name) for name in cli.list_commands(top)}
print(json.dumps({n: c.get_help(click.Context(c, info_name=n, parent=top)) for n, c in commands.items()}))
`

test('every option of every subcommand of the real pipetask is taken by ours', async () => {
  const helps = Object.entries(JSON.parse(python(HELPS)) as Readonly<Record<string, string>>)
  expect(helps.length).toBeGreaterThan(8)
  const missing: string[] = []
  for (const [command, text] of helps) {
    const ours = (await pipetask(['pipetask', command, '--help'])).stdout
    const defined = text.match(/^ {2}(-\w, )?--[a-z0-9-]+( \/ --[a-z0-9-]+)?/gm) ?? []
    for (const option of defined.join(' ').match(/--[a-z0-9-]+/g) ?? [])
      if (!new RegExp(`${option}(?![a-z0-9-])`).test(ours) && !HIDDEN.test(option))
        missing.push(`${command} ${option}`)
  }
  expect(missing).toEqual([])
})

/** What the log of a quantum that failed says besides its records. */
const READ_FAILURE = `
import sys
from lsst.daf.butler import Butler
from lsst.pipe.base.log_capture import _ExecutionLogRecordsExtra
log = Butler(sys.argv[1]).get("isr_log", instrument="HSC", exposure=903334, detector=5, collections="u/both")
extra = _ExecutionLogRecordsExtra.model_validate(log.extra)
quantum = extra.metadata["quantum"]
print(extra.exception.type_name, extra.exception.message, quantum["nodeName"] != "", quantum["endUtc"] > quantum["prepUtc"], len(log) > 0)
`

/** What all attempts at a quantum say, oldest first. */
const READ_ATTEMPTS = `
import sys
from lsst.daf.butler import Butler
from lsst.pipe.base.log_capture import _ExecutionLogRecordsExtra
log = Butler(sys.argv[1]).get("isr_log", instrument="HSC", exposure=903334, detector=5, collections="u/both")
extra = _ExecutionLogRecordsExtra.model_validate(log.extra)
for one in extra.previous_attempts:
    print(one.exception.type_name, one.metadata["quantum"]["nodeName"] != "", one.logs[-1].levelname, len(one.previous_attempts))
print(extra.exception, any(r.levelname == "ERROR" for r in log))
`

test('what failed attempts said goes on in the log of the next, whoever runs them', {
  timeout: 60_000,
}, async () => {
  const { root } = master.copy()
  const run = `-b ${root} -p ${PIPELINE}#isr -o u/both --output-run u/both/r`
    .split(' ')
    .concat('-d', detectors('5'))
  const again = [...run, '--extend-run', '--clobber-outputs']
  const fails = ['-c', "isr:failOn={5: 'raise'}"]
  const first = ['pipetask', 'run', ...run, '-i', 'HSC/defaults', '--register-dataset-types']
  expect((await pipetask([...first, ...fails])).rc).toBe(1)
  const theirs = program('pipetask', 'run', ...again, ...fails)
  expect(theirs.rc, theirs.text).toBe(1)
  const forget = `prune-datasets ${root} --datasets isr_config --purge u/both/r --no-confirm`.split(' ')
  expect((await butlerCommand(forget, root)).code).toBe(0)
  const good = await pipetask(['pipetask', 'run', ...again])
  expect(good.rc, good.stderr).toBe(0)
  expect(python(READ_ATTEMPTS, root).trim().split('\n')).toEqual([
    'Error True ERROR 0',
    'fl_tasks.Oops True ERROR 0',
    'None False',
  ])
})

const READ_TIMER = `
import sys
from lsst.daf.butler import Butler
from lsst.pipe.base import TaskMetadata
from lsst.utils.timer import logInfo
kinds = lambda m: {name: (type(m[name]).__name__, len(m.getArray(name))) for name in m.names()}
real = TaskMetadata()
for phase in ("Start", "End"):
    logInfo(None, "pause" + phase, metadata=real)
ours = Butler(sys.argv[1]).get("half_metadata", instrument="HSC", exposure=903334, detector=5, collections="u/both")["half"]
print(kinds(ours) == kinds(real), kinds(ours).keys() ^ kinds(real).keys())
`

test('a task notes of timed work what the real timer does', async () => {
  const { root, work } = master.copy()
  const file = join(work, 'half.yaml')
  writeFileSync(file, 'description: half\ntasks: {half: chain.HalfTask}\n')
  const module = fileURLToPath(new URL('../support/chain-tasks.mjs', import.meta.url))
  const command = `pipetask run -b ${root} -p ${file} -i HSC/raw/all -o u/both --register-dataset-types --task-module ${module}`
  const ran = await pipetask([...command.split(' '), '-d', detectors('5')])
  expect(ran.rc, ran.stderr).toBe(0)
  expect(python(READ_TIMER, root).trim()).toBe('True set()')
})

const READ_SUMMARIES = `
import sys
from lsst.pipe.base.quantum_reports import Report
for path in sys.argv[1:]:
    report = Report.model_validate_json(open(path).read())
    error = report.exceptionInfo
    print(report.status.name, sum(t.numQuanta for t in report.qgraphSummary.qgraphTaskSummaries.values()),
          sorted((q.taskLabel, q.status.name, *sorted(q.dataId)) for q in report.quantaReports), error and error.message)
`

test('summaries of a graph and of a run that failed are read by the real software', {
  timeout: 60_000,
}, async () => {
  const { root, work } = master.copy()
  const [graph, run] = [join(work, 'graph.json'), join(work, 'run.json')]
  const common = ['-b', root, '-p', `${PIPELINE}#isr,characterizeImage`, '-i', 'HSC/defaults', '-o', 'u/both']
  const more = [...common, '-d', detectors('5'), '-c', "isr:failOn={5: 'raise'}", '--summary']
  expect((await pipetask(['pipetask', 'qgraph', ...more, graph])).rc).toBe(0)
  expect((await pipetask(['pipetask', 'run', '--register-dataset-types', ...more, run])).rc).toBe(1)
  expect(python(READ_FAILURE, root).trim()).toBe('Error asked to fail on detector 5 True True True')
  const quanta = [
    "('characterizeImage', 'SKIPPED', 'detector', 'instrument', 'visit')",
    "('isr', 'FAILURE', 'detector', 'exposure', 'instrument')",
  ]
  expect(python(READ_SUMMARIES, graph, run).split('\n').slice(0, 2)).toEqual([
    'SUCCESS 2 [] None',
    `FAILURE 2 [${quanta.join(', ')}] One or more tasks failed during execution.`,
  ])
})

test('a run in which nothing went wrong but its time limit is a timeout to the real software', {
  timeout: 60_000,
}, async () => {
  const { root, work } = master.copy()
  const [pipeline, summary] = [join(work, 'endless.yaml'), join(work, 'run.json')]
  const task = '{class: faulty.FaultyTask, config: {faults: {5: loop}}}'
  writeFileSync(pipeline, `description: endless\ntasks:\n  endless: ${task}\n`)
  const options = [
    '-b',
    root,
    '-p',
    pipeline,
    '-i',
    'HSC/raw/all',
    '-o',
    'u/endless',
    '--register-dataset-types',
  ]
  const faulty = fileURLToPath(new URL('../support/faulty-tasks.mjs', import.meta.url))
  const more = ['--task-module', faulty, '--timeout', '2', '--summary', summary, '-d', detectors('5')]
  const command = fileURLToPath(new URL('../../dist/bin/pipetask.js', import.meta.url))
  const { status } = spawnSync(command, ['run', ...options, ...more], { timeout: 50_000 })
  expect(status).toBe(1)
  expect(python(READ_SUMMARIES, summary).trim()).toBe(
    "TIMEOUT 1 [('endless', 'TIMEOUT', 'detector', 'exposure', 'instrument')] One or more tasks timed out during execution.",
  )
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataPath } from '../support/data.ts'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'
import { pipetask } from '../support/pipetask.ts'

// Command lines that are odd and plausible. Exit codes and numbers are those of the real `pipetask` on the same repository, but where a
// comment says otherwise.
let master: RepositoryMaster
let root = ''
let work = ''
beforeAll(() => {
  master = unpackRepository()
  ;({ root, work } = master.copy())
  writeFileSync(join(work, 'bad.csv'), 'visitt,detector\n903334,4\n')
  writeFileSync(join(work, 'none.csv'), 'visit,detector\n')
  writeFileSync(join(work, 'text.csv'), 'instrument,visit,detector\nHSC,903334,4\nHSC,903334,xx\n')
  writeFileSync(join(work, 'quoted.csv'), '"instrument",visit,detector\n"HSC",903334,"4"\nHSC,903334,5\n')
  writeFileSync(join(work, 'open.csv'), 'instrument,visit,detector\n"HSC,903334,4\n')
  writeFileSync(join(work, 'implied.csv'), 'instrument,physical_filter,visit,detector\nHSC,HSC-I,903334,4\n')
  writeFileSync(join(work, 'visits.csv'), 'visit,detector\n903334,4\n903334,5\n')
  writeFileSync(
    join(work, 'steps.yaml'),
    `description: x\ntasks:\n  isr: fl_tasks.IsrTask\nsubsets:\n  one: [isr]\nsteps:\n  - label: one\n    dimensions: [detectr]\n`,
  )
  writeFileSync(join(work, 'tract.csv'), 'tract\n0\n')
})
afterAll(() => master.remove())

const FRAME = join(dataPath('rubin-middleware/pipelines'), '02-single-frame.yaml')
const where = (detectors: string) => `instrument='HSC' AND visit=903334 AND detector IN (${detectors})`
const build = (...more: readonly string[]) => ['build', '-p', FRAME, ...more]
const graph = (...more: readonly string[]) => [
  'qgraph',
  '-b',
  '<REPO>',
  '-p',
  FRAME,
  '-i',
  'HSC/defaults',
  '-o',
  'u/q',
  '-d',
  where('4'),
  ...more,
]

const listed = (pipeline: string, table: string, ...more: readonly string[]) => [
  ...['qgraph', '-b', '<REPO>', '-p', `<PIPELINES>/${pipeline}.yaml`, '-i', 'HSC/defaults', '-o', 'u/q'],
  ...['--data-id-table', `<WORK>/${table}.csv`, ...more],
]

const run = (...more: readonly string[]) => ['run', ...graph(...more).slice(1, 7), '-d', where('4'), ...more]

const LINES: readonly (readonly [argv: readonly string[], rc: number, said: RegExp])[] = [
  [['build', '-t', 'fl_tasks.IsrTask:', '--show', 'pipeline'], 0, /^ {2}isr:$/m],
  [build('--select-tasks', '', '--show', 'task-graph'), 0, /calibrate/],
  [['build', '-p', `${FRAME}#`, '--show', 'task-graph'], 0, /calibrate/],
  [['build', '-p', `${FRAME}#calibrate..isr`, '--show', 'tasks'], 1, /isr runs before calibrate/],
  [build('--show', 'history=isr'), 1, /field matching isr\.\n.*--show history=isr::FIELD/],
  [
    build('--show', 'config', '-c', 'isr:gain=99999999999999999999'),
    1,
    /1e\+20 is outside of the valid range/,
  ],
  [
    build('--show', 'config', '-c', 'calibrate:minMatches=99999999999999999999'),
    1,
    /99999999999999999999 is too large/,
  ],
  [['build', '-t', 'fl_tasks.IsrTask:parameters', '--show', 'tasks'], 1, /'parameters' is a reserved word/],
  [['build', '-t', 'no.SuchTask', '--show', 'tasks'], 1, /--task-module FILE .*FIRSTLIGHT_TASK_MODULES=FILE/],
  [graph('--prune-unanchored-quanta', 'isr:nope'), 1, /no tasks labeled 'nope'/],
  [graph('--show', 'uri'), 0, /file:\/\/\S+\/postISRCCD_\S+\.yaml#predicted\n(?!.*holds no file)/s],
  [build('--show', ''), 1, /Unknown value\(s\) for show: ''/],
  [build('-C', 'isr:<WORK>', '--show', 'config'), 1, /is a folder/],
  // The real one says 2 of a folder and 1 of a missing file.
  [['build', '-p', '<WORK>', '--show', 'tasks'], 1, /is a folder/],
  [
    build('-C', 'isr:nosuch.py', '--show', 'config'),
    1,
    /^Error: -C: task 'isr': No such file: 'nosuch\.py'\.\n$/,
  ],
  [
    ['build', '-p', '<WORK>/steps.yaml', '--show', 'pipeline-graph'],
    1,
    /steps\.yaml:7:\d+: No such dimension 'detectr'\.\nDid you mean 'detector'/,
  ],
  [build('-s', '/nosuch/x.yaml'), 1, /The folder of \/nosuch\/x\.yaml does not exist/],
  [build('--task-module', 'nosuch.mjs', '--show', 'tasks'), 1, /No such file: .*nosuch\.mjs/],
  [graph('-q', '/nosuch/x.qg'), 1, /^Error: The folder of \/nosuch\/x\.qg does not exist/],
  [graph('-g', 'any.qg'), 1, /has its pipeline in it/],
  [graph('--mock-failure', 'isr:x'), 2, /write LABEL:EXCEPTION:WHERE/],
  [graph('--skip-existing-in', 'HSC/defaults,nosuch'), 1, /nosuch/],
  [graph('--data-id-table', 'nosuch.csv'), 1, /nosuch\.csv: there is no such file/],
  [graph('--data-id-table', '<WORK>/bad.csv'), 1, /visitt/],
  [graph('--data-id-table', '<WORK>/none.csv'), 1, /none\.csv holds no data IDs/],
  [
    graph('--data-id-table', '<WORK>/text.csv'),
    1,
    /Data ID 2 of a table has detector 'xx', which is no number/,
  ],
  [graph('--data-id-table', '<WORK>/open.csv'), 1, /open\.csv, line 2: a quote is not closed/],
  [
    graph('-d', where('4, 5, 10'), '--data-id-table', '<WORK>/quoted.csv'),
    0,
    /contains 6 quanta for 3 tasks/,
  ],
  // A filter beside the visit says nothing, as in the real one.
  [graph('--data-id-table', '<WORK>/implied.csv'), 0, /contains 3 quanta for 3 tasks/],
  // Visits of tasks that know only exposures; all data are of one instrument.
  [listed('09-same-task-twice', 'visits'), 0, /2 +isrA\n +2 +isrB/],
  [
    listed('04-drp', 'tract', '-d', 'visit=903334'),
    1,
    /has no column skymap, and there are several: discrete\/ci_hsc, hsc_rings_v1\.\n.*-d "skymap=/,
  ],
  [
    listed('04-drp', 'tract', '-d', "visit=903334 AND skymap='discrete/ci_hsc'"),
    0,
    /8 +makeWarp\n +8 +assembleCoadd/,
  ],
  [['run', '-b', '<REPO>', '-p', FRAME, '-o', 'u/q', '--show', 'config=isr::gain'], 0, /config\.gain=3\.5/],
  [run('-o', 'u/q', '--replace-run', '--prune-replaced=bad'), 2, /Allowed choices are unstore, purge/],
  [run('-o', 'u/q', '--prune-replaced=purge'), 1, /--prune-replaced needs --replace-run/],
  [run('-o', 'u/q', '--replace-run'), 1, /--replace-run needs an existing output chain/],
  [run('-o', 'u/q', '--extend-run'), 1, /Output chain 'u\/q' has no children/],
  [run('-o', 'u/q', '-j', '0'), 2, /a whole number, 1 or more/],
  [['cleanup', '-b', '<REPO>', 'u/nosuch', '--no-confirm'], 1, /Did not find a collection named "u\/nosuch"/],
  [['purge', '-b', '<REPO>', 'HSC/raw/all', '--no-confirm'], 1, /must be a CHAINED collection/],
  [['report', '<REPO>', '<WORK>/none.qg'], 1, /Cannot read the graph file/],
  [['--log-level', 'BOGUS', 'build', '-p', FRAME, '--show', 'tasks'], 2, /'BOGUS' is no log level/],
]

test.each(
  LINES.map(([argv, rc, said]) => ({ line: argv.join(' ').replace(FRAME, 'FRAME'), argv, rc, said })),
)('pipetask $line', async ({ argv, rc, said }) => {
  const {
    stdout,
    stderr,
    rc: ours,
  } = await pipetask(['pipetask', ...argv], {
    '<REPO>': root,
    '<WORK>': work,
  })
  expect(ours, stderr).toBe(rc)
  expect(`${stdout}${stderr}`).toMatch(said)
  expect(stderr).not.toMatch(/^ +at /m)
})

test('a report of two attempts looks for datasets where it is told, and names a success that was lost', async () => {
  const run = (name: string, ...more: readonly string[]) =>
    pipetask(
      `pipetask run -b ${root} -p ${FRAME} --output-run u/t/${name} -q ${work}/${name}.qg --register-dataset-types`
        .split(' ')
        .concat('-d', where('4, 5'), ...more),
    )
  expect((await run('1', '-i', 'HSC/defaults')).rc).toBe(0)
  expect((await run('2', '-i', 'u/t/1,HSC/defaults', '-c', "isr:failOn={5:'raise'}")).rc).toBe(1)
  const report = async (...more: readonly string[]): Promise<string> =>
    (await pipetask(['pipetask', 'report', root, join(work, '1.qg'), join(work, '2.qg'), ...more])).stdout
  const rowOf = (table: string, name: string): string =>
    table
      .split('\n')
      .map((line) => line.trim().replace(/ +/g, ' '))
      .find((line) => line.startsWith(`${name} `)) ?? ''
  // Task: unknown, successful, blocked, failed, wonky. Dataset: visible, shadowed, predicted only, unsuccessful, cursed.
  const cases = [
    [[], 'postISRCCD 1 0 0 0 1 2 2', 'isr_log 1 0 0 1 0 2 2'],
    [['--collections', 'u/t/1'], 'postISRCCD 1 0 0 0 1 2 2', 'isr_log 1 0 0 1 0 2 2'],
    [['--collections', 'HSC/raw/all'], 'postISRCCD 0 1 0 1 0 2 2', 'isr_log 0 1 0 1 0 2 2'],
    [['--where', "instrument='HSC' AND detector=4"], 'postISRCCD 1 0 0 1 0 2 2', 'isr_log 1 0 0 1 0 2 2'],
    [['--collections', 'u/t/1', '--curse-failed-logs'], 'postISRCCD 1 0 0 0 1 2 2', 'isr_log 1 0 0 0 1 2 2'],
  ] as const
  for (const [options, frames, logs] of cases) {
    const table = await report(...options)
    expect(
      ['isr', 'calibrate', 'postISRCCD', 'isr_log'].map((name) => rowOf(table, name)),
      options.join(' '),
    ).toEqual([...['isr 0 1 0 0 1 2 2', 'calibrate 0 1 0 0 1 2 2', frames, logs]])
  }
  expect(await report()).toMatch(
    /FAILED +HSC +5 +903334 +Its status went from successful to failed in run u\/t\/2/,
  )
})

import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNodeButler } from '#platform/node'
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

function real(...args: readonly string[]): { rc: number | null; text: string } {
  const command = join(dirname(pythonPath()), 'pipetask')
  const run = spawnSync(command, args, {
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

const first = ['-i', 'HSC/defaults', '-o', 'u/both', '--register-dataset-types', '-d', detectors('4')]
const second = ['-o', 'u/both', '--extend-run', '--skip-existing', '-d', detectors('4, 5')]

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

import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openNodeButler } from '#platform/node'
import { butlerCommand } from '../support/commands.ts'
import { dataPath } from '../support/data.ts'
import { type RepositoryMaster, unpackRepository } from '../support/fl-repository.ts'
import { serveFolder } from '../support/http.ts'
import { pipetask } from '../support/pipetask.ts'

let master: RepositoryMaster
beforeAll(() => {
  master = unpackRepository()
})
afterAll(() => master.remove())

const PIPELINE = join(dataPath('rubin-middleware/pipelines'), '02-single-frame.yaml')
const FIRSTLIGHT_TASK_MODULES = fileURLToPath(new URL('../support/fl-tasks.ts', import.meta.url))

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.\w+$/.test(name))
    .sort()

test('a graph, its repository and what is taken out of it may be on a server', async () => {
  const { root, work } = master.copy()
  const { url } = await serveFolder(work)
  const [repo, graph] = [`${url}/repo`, `${url}/graphs/q.qg`]
  const where = "instrument='HSC' AND visit=903334 AND detector=4"
  const run = async (program: typeof pipetask | 'butler', ...args: readonly string[]) => {
    if (program !== 'butler') return program(['pipetask', ...args])
    const { out, err, code } = await butlerCommand(args, work, undefined, { FIRSTLIGHT_TASK_MODULES })
    return { stdout: out, stderr: err, rc: code }
  }
  const names = ['-i', 'HSC/defaults', '-o', 'u/far', '--output-run', 'u/far/r', '-d', where]
  vi.stubEnv('DAF_BUTLER_REPOSITORIES', `near: ${root}`)
  const build = ['qgraph', '-b', 'near', '-p', PIPELINE, ...names, '--qgraph-datastore-records']
  for (const args of [
    [...build, '-q', graph],
    ['pre-exec-init-qbb', repo, graph],
    ['run-qbb', repo, graph, '--summary', `${url}/summary.json`],
    ['update-graph-run', graph, 'u/other', `${url}/graphs/other.qg`],
  ]) {
    const done = await run(pipetask, ...args)
    expect(done.rc, done.stderr).toBe(0)
  }
  vi.unstubAllEnvs()
  expect(existsSync(join(work, 'summary.json'))).toBe(true)
  expect(filesBelow(join(work, 'graphs'))).toEqual(['other.qg', 'q.qg'])

  const retrieve = ['retrieve-artifacts-for-quanta', graph, repo] as const
  const sent = await run('butler', ...retrieve, `${url}/se nt/`)
  const taken = await run('butler', ...retrieve, join(work, 'taken'))
  const below = filesBelow(join(work, 'taken'))
  expect(below).toContain('_butler_zip_index.json')
  expect(below.length).toBeGreaterThan(10)
  expect(filesBelow(join(work, 'se nt'))).toEqual(below)
  expect([sent.stdout, taken.rc]).toEqual([`Wrote ${below.length - 1} files to ${url}/se nt/\n`, 0])
  expect((await run('butler', ...retrieve, `${url}/se nt/`)).stderr).toContain('is there already')
  const again = await run('butler', ...retrieve, join(work, 'taken'), '--clobber', '-t', 'copy')
  expect(again.rc, again.stderr).toBe(0)
  const zip = await run('butler', 'zip-from-graph', graph, repo, `${url}/zip`, '-d', 'calexp')
  expect(zip.stdout, zip.stderr).toMatch(/^Zip file written to http:.*\/zip\/[-0-9a-f]+\.zip\n$/)
  expect(filesBelow(join(work, 'zip'))).toHaveLength(1)

  const moved = await run('butler', 'transfer-from-graph', graph, root, '--register-dataset-types')
  expect(moved.rc, moved.stderr).toBe(0)
  const butler = await openNodeButler(root)
  const [calexp] = await butler.queryDatasets('calexp', { collections: 'u/far/r' })
  expect(await butler.get(calexp!)).toBeDefined()
  await butler.close()
  expect(readdirSync(work).filter((name) => name.startsWith('http'))).toEqual([])
})

test('pipelines, what they import, configs, options and lists of types may be on a server', async () => {
  const { root, work } = master.copy()
  const { url } = await serveFolder(work)
  const texts = {
    'top.yaml': 'description: top\nimports: [part.yaml]\n',
    'part.yaml': `description: part\nimports: ["${url}/frame.yaml#isr"]\n`,
    'frame.yaml': `description: frame\ntasks:\n  isr: {class: fl_tasks.IsrTask, config: {file: "${url}/gain.py"}}\n`,
    'gain.py': 'config.load("black.py")\nconfig.gain = 7.5\n',
    'black.py': 'config.doDark = False\n',
    'late.py': 'config.gain = 8.5\n',
    'options.yaml': 'build:\n  show: config=isr::*\n',
    'types.yaml': '- nothing\n',
  }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(work, name), text)
  const top = ['-p', `${url}/top.yaml#isr`]
  const shown = await pipetask(['pipetask', 'build', ...top, '-@', `${url}/options.yaml`])
  expect(shown.stdout, shown.stderr).toMatch(/^config\.gain=7\.5$/m)
  expect(shown.stdout).toMatch(/^config\.doDark=False$/m)
  const late = await pipetask([
    'pipetask',
    'build',
    ...top,
    '-C',
    `isr:${url}/late.py`,
    '--show',
    'config=isr::gain',
  ])
  expect(late.stdout, late.stderr).toMatch(/^config\.gain=8\.5$/m)
  const none = await pipetask(['pipetask', 'build', '-p', `${url}/none.yaml`, '--show', 'tasks'])
  expect([none.rc, none.stderr]).toEqual([1, expect.stringContaining('none.yaml')])
  const data = [
    '-i',
    'HSC/defaults',
    '-o',
    'u/x',
    '-d',
    "instrument='HSC' AND exposure=903334 AND detector=4",
  ]
  const list = ['--skip-existing-in', 'HSC/defaults', '--retained-dataset-types', `${url}/types.yaml`]
  const built = await pipetask(['pipetask', 'qgraph', '-b', root, ...top, ...data, ...list])
  expect(built.rc, built.stderr).toBe(0)
})

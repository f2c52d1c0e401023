// Let the bundled commands work for some seconds and keep V8's code of all functions that they used: `dist/bin/load.js` starts with it.
// The repository and the tasks are those of the tests; a failure is told and leaves commands that compile at each start.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { root } from './bundle.mjs'

const bin = join(root, 'dist/bin')
/** Below the package, whose modules they import by their `#` names. */
const scripts = join(bin, 'training')
const folder = mkdtempSync(join(tmpdir(), 'firstlight-training-'))
const repo = join(folder, 'repo')
const collections = ['-i', 'HSC/defaults,in', '-o', 'out']

const PIPELINE = `
description: training
tasks:
  isr: fl_tasks.IsrTask
  characterizeImage: {class: fl_tasks.CharTask, config: {nIter: 3}}
  calibrate: fl_tasks.CalibrateTask
  makeWarp: {class: fl_tasks.WarpTask, config: {connections.coaddName: deep}}
  assembleCoadd: {class: fl_tasks.CoaddTask, config: {python: 'config.statistic = "MEDIAN"'}}
subsets: {first: [isr]}
`

function compileScripts() {
  mkdirSync(scripts, { recursive: true })
  for (const name of ['survey', 'fl-tasks']) {
    const text = readFileSync(join(root, `test/support/${name}.ts`), 'utf8')
    const { ESNext: module } = ts.ModuleKind
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: { module, target: ts.ScriptTarget.ES2023 },
    })
    writeFileSync(join(scripts, `${name}.js`), outputText)
  }
  copyFileSync(join(root, 'test/support/tiny-task.mjs'), join(scripts, 'tiny-task.mjs'))
}

async function makeRepository() {
  const { makeSurvey } = await import(pathToFileURL(join(scripts, 'survey.js')).href)
  const butler = await makeSurvey(repo, { visits: 4, side: 4, patches: 5 })
  await butler.collections.register('in', 'RUN')
  for (const name of 'abcde') {
    const dimensions = ['instrument', 'detector']
    await butler.registry.registerDatasetType({ name, dimensions, storageClass: 'StructuredDataDict' })
    for (let detector = 0; detector < 16; detector++)
      await butler.put({ value: detector }, name, { instrument: 'HSC', detector }, { run: 'in' })
  }
  await butler.close()
}

function run(command, ...args) {
  const done = spawnSync(process.execPath, ['--conditions=bundled', join(bin, `${command}.js`), ...args], {
    encoding: 'utf8',
    env: { ...process.env, FIRSTLIGHT_KEEP_CODE: '1' },
  })
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr}`)
}

function work() {
  const [pipeline, tiny] = ['pipeline.yaml', 'tiny.yaml'].map((name) => join(folder, name))
  writeFileSync(pipeline, PIPELINE)
  writeFileSync(tiny, 'description: tiny\ntasks:\n  tiny: tiny.TinyTask\n')
  const query = ['-d', "instrument='HSC' AND skymap='wide'"]
  const tasks = ['--task-module', join(scripts, 'fl-tasks.js')]
  const graph = join(folder, 'training.fgraph')
  run('pipetask', '--help')
  run('pipetask', 'qgraph', '-b', repo, '-p', pipeline, ...collections, ...query, '-q', graph, ...tasks)
  const tinyRun = ['-b', repo, '-p', tiny, ...collections, '-d', "instrument='HSC' AND detector < 12"]
  run(
    'pipetask',
    'run',
    ...tinyRun,
    '--task-module',
    join(scripts, 'tiny-task.mjs'),
    '--register-dataset-types',
  )
  run('butler', '--help')
  run('butler', 'create', join(folder, 'other'))
  run('butler', 'query-datasets', repo, 'sum')
  run('butler', 'query-collections', repo)
}

try {
  compileScripts()
  await makeRepository()
  work()
} catch (error) {
  console.error(`Commands will compile at each start: ${error.message}`)
} finally {
  for (const place of [scripts, folder]) rmSync(place, { recursive: true, force: true })
}

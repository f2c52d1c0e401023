import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { defaultContext } from '#core'
import { buildPipelineGraph, loadPipeline, loadQuantumGraph, prepareRun, quantumGraphParts } from '#pipeline'
import { openNodeButler } from '#platform/node'
import { tasks } from '../support/fl-tasks.ts'
import { makeSurvey } from '../support/survey.ts'

/**
 * One measurement in a process of its own: `graph-process.ts FOLDER VISITS SIDE PATCHES PIPELINES [FILE]`. Makes the survey when the
 * folder has none; else builds and saves the graph of six tasks, or reads FILE; prints quanta, seconds and peak memory as JSON.
 */
const [folder = '', visits = '3', side = '3', patches = '4', pipelines = '', saved = ''] =
  process.argv.slice(2)
const root = join(folder, `survey-${visits}-${side}-${patches}`)
if (!existsSync(root))
  await (
    await makeSurvey(root, { visits: Number(visits), side: Number(side), patches: Number(patches) })
  ).close()
else {
  const butler = await openNodeButler(root)
  const pipeline = await readPipeline()
  const start = performance.now()
  const cpu = process.cpuUsage()
  const where = "instrument='HSC' AND skymap='wide'"
  const options = { input: ['HSC/defaults'], output: 'u/bench', where }
  const graph =
    saved === '' ? (await prepareRun(butler, pipeline, options, defaultContext())).graph : undefined
  const built = performance.now()
  const file = saved === '' ? join(folder, 'bench.fgraph') : saved
  if (graph !== undefined) {
    const out = openSync(file, 'w')
    for (const part of quantumGraphParts(file, graph)) writeSync(out, part)
    closeSync(out)
  }
  const read = graph ?? (await loadQuantumGraph(file, readFileSync(file), tasks, butler))
  const ended = performance.now()
  const { user, system } = process.cpuUsage(cpu)
  console.log(
    JSON.stringify({
      quanta: read.size,
      perTask: Object.fromEntries(read.tasks.map((t) => [t.node.label, t.coordinates.length])),
      buildSec: (built - start) / 1000,
      fileSec: (ended - built) / 1000,
      cpuSec: (user + system) / 1e6,
      peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
      fileMb: statSync(file).size / 1e6,
    }),
  )
  if (saved === '') rmSync(file)
  await butler.close()

  async function readPipeline() {
    const host = {
      env: (name: string) => (name === 'FL_PIPELINES' ? pipelines : undefined),
      exists: (path: string) => Promise.resolve(existsSync(path)),
      readText: (path: string) => readFile(path, 'utf8'),
    }
    const parsed = await loadPipeline(join(pipelines, '04-drp.yaml'), host)
    return buildPipelineGraph(parsed, { tasks, host, universe: butler.dimensions })
  }
}

import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { defaultContext } from '#core'
import { buildPipelineGraph, loadPipeline, prepareRun, saveQuantumGraph } from '#pipeline'
import { openNodeButler } from '#platform/node'
import { tasks } from '../support/fl-tasks.ts'
import { makeSurvey } from '../support/survey.ts'

/**
 * One measurement in a process of its own: `graph-process.ts FOLDER VISITS SIDE PATCHES PIPELINES`. Makes the survey when the folder
 * has none, then builds and saves the graph of six tasks; prints quanta, seconds and peak memory as JSON.
 */
const [folder = '', visits = '3', side = '3', patches = '4', pipelines = ''] = process.argv.slice(2)
const root = join(folder, `survey-${visits}-${side}-${patches}`)
if (!existsSync(root))
  await (
    await makeSurvey(root, { visits: Number(visits), side: Number(side), patches: Number(patches) })
  ).close()
else {
  const { readFile } = await import('node:fs/promises')
  const host = {
    env: (name: string) => (name === 'FL_PIPELINES' ? pipelines : undefined),
    exists: (path: string) => Promise.resolve(existsSync(path)),
    readText: (path: string) => readFile(path, 'utf8'),
  }
  const butler = await openNodeButler(root)
  const pipeline = await loadPipeline(join(pipelines, '04-drp.yaml'), host)
  const graph = await buildPipelineGraph(pipeline, { tasks, host, universe: butler.dimensions })
  const start = performance.now()
  const cpu = process.cpuUsage()
  const options = { input: ['HSC/defaults'], output: 'u/bench', where: "instrument='HSC' AND skymap='wide'" }
  const { graph: quanta } = await prepareRun(butler, graph, options, defaultContext())
  const built = performance.now()
  const file = join(folder, 'bench.fgraph')
  writeFileSync(file, saveQuantumGraph(file, quanta))
  const saved = performance.now()
  const { user, system } = process.cpuUsage(cpu)
  console.log(
    JSON.stringify({
      quanta: quanta.size,
      perTask: Object.fromEntries(quanta.tasks.map((t) => [t.node.label, t.coordinates.length])),
      buildSec: (built - start) / 1000,
      saveSec: (saved - built) / 1000,
      cpuSec: (user + system) / 1e6,
      peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
      fileMb: statSync(file).size / 1e6,
    }),
  )
  rmSync(file)
  await butler.close()
}

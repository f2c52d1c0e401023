import { Command } from 'commander'
import { DimensionUniverse } from '#butler'
import { makeIdSource, quantumGraphParts } from '#pipeline'
import { writeNamed } from '../shared/place.ts'
import { openGraphFile } from './graph-files.ts'
import type { CommandIo } from './io.ts'
import { collect } from './pipeline-options.ts'
import { allTasks } from './pipeline-source.ts'

interface UpdateFlags {
  readonly metadataRunKey: string
  readonly updateGraphId: boolean
  readonly taskModule: readonly string[]
}

/** `pipetask update-graph-run`: the same quanta for another output run. */
export const makeUpdateGraphRun = (io: CommandIo): Command =>
  new Command('update-graph-run')
    .description('give a saved graph another output run; its outputs get new ids')
    .argument('<qgraph>', 'saved graph')
    .argument('<run>', 'name of the new output run')
    .argument('<output-qgraph>', 'where to save the changed graph')
    .option(
      '--metadata-run-key <key>',
      "key of the run's name in the graph's notes; empty: leave notes alone",
      'output_run',
    )
    .option('--update-graph-id', 'give the graph a new id too', false)
    .option(
      '--task-module <file>',
      'an ES module (.mjs, .js, .ts) exporting further tasks (repeatable)',
      collect,
      [],
    )
    .action(async (file: string, run: string, output: string, flags: UpdateFlags) => {
      const tasks = await allTasks(flags.taskModule, io)
      const universe = { dimensions: DimensionUniverse.canonical() }
      const graph = await openGraphFile(file, {}, tasks, universe, io)
      const { id, notes } = graph.header
      const key = flags.metadataRunKey
      const moved = graph.withRun(
        run,
        makeIdSource(Date.now()),
        flags.updateGraphId ? crypto.randomUUID() : id,
        key === '' ? notes : { ...notes, [key]: run },
      )
      await writeNamed(io.cwd, output, quantumGraphParts(output, moved))
    })

import { Command } from 'commander'
import { addGraphOptions, type GraphFlags } from './graph-options.ts'
import { commandGraph, showsPipelineOnly } from './graph-run.ts'
import type { CommandIo } from './io.ts'
import type { Globals } from './command.ts'
import { addPipelineOptions, type PipelineOptions } from './pipeline-options.ts'
import { parseShow } from './show.ts'
import { withDisplay } from './display.ts'

/** `pipetask qgraph`: build a quantum graph, save it or show it. */
export const makeQgraph = (io: CommandIo, globals: () => Globals): Command =>
  addGraphOptions(addPipelineOptions(new Command('qgraph')))
    .description('build a quantum graph, save it or show it')
    .action(async (flags: GraphFlags & PipelineOptions) => {
      const items = parseShow(flags.show)
      const { openNodeButler } = await import('#platform/node')
      const butler = await openNodeButler(flags.butlerConfig, { folder: io.cwd })
      try {
        await withDisplay(io, globals(), async ({ context }) => {
          if (await showsPipelineOnly(flags, items, butler, io)) return
          await commandGraph(flags, items, butler, io, context)
        })
      } finally {
        await butler.close()
      }
    })

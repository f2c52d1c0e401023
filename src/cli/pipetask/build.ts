import { Command } from 'commander'
import { FirstlightError } from '#core'
import { drawDot, drawGraph, drawMermaid, printPipeline } from '#pipeline'
import { makePipelineHost } from './host.ts'
import { writeNamed } from '../shared/place.ts'
import type { CommandIo } from './io.ts'
import { addPipelineOptions, type PipelineOptions } from './pipeline-options.ts'
import { type PipelineSource, pipelineSource } from './pipeline-source.ts'
import { isGraphItem, parseShow, showPipeline } from './show.ts'

const GRAPH_SHOWS = ['pipeline-graph', 'task-graph']

/** `pipetask build`: read, edit, show and save a pipeline. */
export const makeBuild = (io: CommandIo): Command =>
  addPipelineOptions(new Command('build'))
    .description('read a pipeline, change it, show or save it')
    .option('-b, --butler-config <repo>', 'repository whose dataset types settle the graph')
    .action(async (options: PipelineOptions) => {
      const items = parseShow(options.show)
      const draws = items.some(({ item }) => GRAPH_SHOWS.includes(item)) || options.pipelineDot !== undefined
      if (options.butlerConfig !== undefined && !draws && options.pipelineMermaid === undefined)
        throw new FirstlightError('cli/bad-option', '--butler-config was provided but nothing uses it.', {
          hint: 'Only --show pipeline-graph, --show task-graph and the drawings do.',
        })
      const butler =
        options.butlerConfig === undefined ? undefined : await openReadOnly(options.butlerConfig, io)
      try {
        const source = await pipelineSource(options, io, makePipelineHost(io), butler)
        await savePipelineFiles(options, source, io)
        const late = items.filter(isGraphItem).map(({ item }) => item)
        if (late.length > 0)
          io.err(`The following '--show' options were not known to the build command: ${late.join(', ')}\n`)
        await showPipeline(
          items.filter((i) => !isGraphItem(i)),
          source,
          options.selectTasks !== undefined,
          io.out,
        )
      } finally {
        await butler?.close()
      }
    })

async function openReadOnly(repository: string, io: CommandIo) {
  const { openNodeButler } = await import('#platform/node')
  return openNodeButler(repository, { folder: io.cwd })
}

/** `-s`, `--pipeline-dot`, `--pipeline-mermaid`. */
export async function savePipelineFiles(
  options: PipelineOptions,
  source: PipelineSource,
  io: CommandIo,
): Promise<void> {
  const { savePipeline, pipelineDot, pipelineMermaid } = options
  if (savePipeline !== undefined) await writeNamed(io.cwd, savePipeline, printPipeline(source.pipeline))
  if (pipelineDot !== undefined)
    await writeNamed(io.cwd, pipelineDot, drawDot(drawGraph(await source.graph())))
  if (pipelineMermaid !== undefined)
    await writeNamed(io.cwd, pipelineMermaid, drawMermaid(drawGraph(await source.graph())))
}

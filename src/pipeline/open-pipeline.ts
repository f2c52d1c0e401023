import type { Butler } from '#butler'
import { editPipeline, type PipelineEdit } from './definition/edits.ts'
import { loadPipeline, parsePipeline, type SelectRange, splitPipelineUri } from './definition/load.ts'
import { emptyPipeline, type Pipeline } from './definition/pipeline.ts'
import { keepTasks } from './definition/subset.ts'
import { buildPipelineGraph } from './graph/build-graph.ts'
import { selectFragment } from './graph/fragment.ts'
import { withInstrumentOfData } from './graph/instrument.ts'
import type { PipelineGraph } from './graph/pipeline-graph.ts'
import { selectTasks } from './graph/select.ts'
import type { PipelineHost } from './host.ts'
import type { TaskRegistry } from './task-registry.ts'
/** Which pipeline: a file, or a text. */
export interface PipelineChoice {
  /** A pipeline file or `firstlight:pipelines/…`, with an optional `#labels`. */
  readonly pipeline?: string
  /** Text of a pipeline, as in a notebook cell; `pipelineName` is what messages call it. */
  readonly pipelineText?: string
  readonly pipelineName?: string
  /** Edits applied in order: `{ config: 'isr:doDark=False' }`, `{ task: 'lsst.ip.isr.IsrTask:isr' }` … */
  readonly edits?: readonly PipelineEdit[]
  readonly selectTasks?: string
}

/** What a pipeline is read with. */
export interface PipelinePlace {
  readonly tasks: TaskRegistry
  /** Reads pipeline and config files. */
  readonly host: PipelineHost
  /** Gives its dimensions and dataset types, and the instrument of pipelines that leave it open. */
  readonly butler?: Butler | undefined
  /** The query that tells of which instrument the data are. */
  readonly where?: string | undefined
}

/** A pipeline read, cut and edited; its graph is made when it is asked for. */
export interface OpenedPipeline {
  readonly pipeline: Pipeline
  graph(): Promise<PipelineGraph>
}

/** Read, cut and edit a pipeline. */
export async function openPipeline(
  choice: PipelineChoice,
  { tasks, host, butler, where }: PipelinePlace,
): Promise<OpenedPipeline> {
  const repositoryTypes = butler === undefined ? [] : await butler.registry.queryDatasetTypes()
  const graphOptions = { tasks, host, repositoryTypes, ...(butler && { universe: butler.dimensions }) }
  const { location, fragment } = splitPipelineUri(choice.pipeline ?? '')
  const read = await readPipeline(choice, location, host, (part, range) =>
    selectFragment(part, range, graphOptions),
  )
  const isOpen =
    butler !== undefined && (choice.pipelineText !== undefined || (await host.isShipped?.(location)) === true)
  const whole = isOpen ? await withInstrumentOfData(read, where, butler) : read
  let pipeline = await selectFragment(whole, fragment, graphOptions)
  for (const edit of choice.edits ?? [])
    pipeline = await editPipeline(pipeline, edit, async (name) => (await tasks.load(name)).defaultName)
  return {
    pipeline,
    async graph() {
      const graph = await buildPipelineGraph(pipeline, graphOptions)
      if (choice.selectTasks === undefined || choice.selectTasks === '') return graph
      const kept = keepTasks(pipeline, selectTasks(graph, choice.selectTasks), 'EDIT')
      return buildPipelineGraph({ ...kept, steps: [] }, graphOptions)
    },
  }
}

function readPipeline(
  { pipelineText, pipelineName = '<pipeline>' }: PipelineChoice,
  location: string,
  host: PipelineHost,
  selectRange: SelectRange,
): Promise<Pipeline> {
  if (pipelineText !== undefined)
    return parsePipeline(pipelineText, { file: pipelineName, host, selectRange })
  return location === '' ? Promise.resolve(emptyPipeline) : loadPipeline(location, host, selectRange)
}

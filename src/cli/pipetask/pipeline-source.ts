import { resolve } from 'node:path'
import type { Butler, DatasetType, DimensionUniverse } from '#butler'
import {
  buildPipelineGraph,
  editPipeline,
  emptyPipeline,
  keepTasks,
  loadPipeline,
  parsePipeline,
  type Pipeline,
  type PipelineGraph,
  type PipelineHost,
  selectFragment,
  type SelectRange,
  selectTasks,
  splitPipelineUri,
  TaskRegistry,
  withInstrumentOfData,
} from '#pipeline'
import type { CommandIo } from './io.ts'
import type { PipelineOptions } from './pipeline-options.ts'
import { includeModule } from './task-modules.ts'

/** The pipeline of a command line: read, cut and edited; the graph is made when it is asked for. */
export interface PipelineSource {
  readonly pipeline: Pipeline
  readonly tasks: TaskRegistry
  readonly host: PipelineHost
  graph(): Promise<PipelineGraph>
}

export async function openPipeline(
  options: PipelineOptions,
  io: CommandIo,
  host: PipelineHost,
  butler?: Butler,
  where?: string,
): Promise<PipelineSource> {
  const tasks = await allTasks(options.taskModule, io)
  const repositoryTypes: readonly DatasetType[] =
    butler === undefined ? [] : await butler.registry.queryDatasetTypes()
  const universe: DimensionUniverse | undefined = butler?.dimensions
  const graphOptions = { tasks, host, repositoryTypes, ...(universe && { universe }) }
  const { location, fragment } = splitPipelineUri(options.pipeline ?? '')
  const read = await readPipeline(location, io, host, (part, range) =>
    selectFragment(part, range, graphOptions),
  )
  const isText = io.pipelineText !== undefined
  const isOpen = butler !== undefined && (isText || (await host.isShipped?.(location)) === true)
  const whole = isOpen ? await withInstrumentOfData(read, where, butler) : read
  let pipeline = await selectFragment(whole, fragment, graphOptions)
  for (const edit of options.edits)
    pipeline = await editPipeline(pipeline, edit, async (name) => (await tasks.load(name)).defaultName)
  return {
    pipeline,
    tasks,
    host,
    async graph() {
      const graph = await buildPipelineGraph(pipeline, graphOptions)
      if (options.selectTasks === undefined || options.selectTasks === '') return graph
      const kept = keepTasks(pipeline, selectTasks(graph, options.selectTasks), 'EDIT')
      return buildPipelineGraph({ ...kept, steps: [] }, graphOptions)
    },
  }
}

function readPipeline(
  location: string,
  { pipelineText }: CommandIo,
  host: PipelineHost,
  selectRange: SelectRange,
): Promise<Pipeline> {
  if (pipelineText !== undefined)
    return parsePipeline(pipelineText.text, { file: pipelineText.name, host, selectRange })
  return location === '' ? Promise.resolve(emptyPipeline) : loadPipeline(location, host, selectRange)
}

/** Tasks that ship with us, those of the caller, and those of `--task-module` files. */
export async function allTasks(
  modules: readonly string[],
  io: Pick<CommandIo, 'env' | 'cwd' | 'tasks'>,
): Promise<TaskRegistry> {
  const { taskRegistry } = await import('#tasks')
  const tasks = new TaskRegistry().include(taskRegistry)
  if (io.tasks) tasks.include(io.tasks)
  const listed =
    io
      .env('FIRSTLIGHT_TASK_MODULES')
      ?.split(':')
      .filter((p) => p !== '') ?? []
  for (const file of [...listed, ...modules]) await includeModule(tasks, resolve(io.cwd, file))
  return tasks
}

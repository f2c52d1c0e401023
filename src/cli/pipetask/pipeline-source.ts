import { resolve } from 'node:path'
import type { Butler } from '#butler'
import { type OpenedPipeline, openPipeline, type PipelineHost, TaskRegistry } from '#pipeline'
import type { CommandIo } from './io.ts'
import type { PipelineOptions } from './pipeline-options.ts'
import { includeModule } from './task-modules.ts'

/** The pipeline of a command line, with the tasks that it may name. */
export interface PipelineSource extends OpenedPipeline {
  readonly tasks: TaskRegistry
  readonly host: PipelineHost
}

export async function pipelineSource(
  { taskModule, pipeline, edits, selectTasks }: PipelineOptions,
  io: CommandIo,
  host: PipelineHost,
  butler?: Butler,
  where?: string,
): Promise<PipelineSource> {
  const tasks = await allTasks(taskModule, io)
  const choice = {
    edits,
    ...(pipeline !== undefined && { pipeline }),
    ...(io.pipelineText && { pipelineText: io.pipelineText.text, pipelineName: io.pipelineText.name }),
    ...(selectTasks !== undefined && { selectTasks }),
  }
  const opened = await openPipeline(choice, { tasks, host, butler, where })
  return { ...opened, tasks, host }
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

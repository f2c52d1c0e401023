import { pathToFileURL } from 'node:url'
import { FirstlightError } from '#core'
import { type PipelineTask, TaskRegistry } from '#pipeline'

/** Take every task, and every registry, that a module exports. */
export async function includeModule(tasks: TaskRegistry, file: string): Promise<void> {
  const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  let found = 0
  for (const value of Object.values(exported)) {
    if (value instanceof TaskRegistry) tasks.include(value)
    else if (isPipelineTask(value)) tasks.add(value)
    else continue
    found++
  }
  if (found === 0)
    throw new FirstlightError('cli/no-tasks', `${file} exports no tasks.`, {
      hint: 'Export what definePipelineTask gives, or a TaskRegistry.',
    })
}

const isPipelineTask = (value: unknown): value is PipelineTask =>
  typeof value === 'object' &&
  value !== null &&
  'connections' in value &&
  'run' in value &&
  'className' in value

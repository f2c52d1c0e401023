import type { Config, Configurable } from '#config'
import type { Logger, Progress } from '#core'
import type { TaskMetadata } from '../metadata.ts'
import type { Task, TaskContext } from '../task.ts'
import type { Timer } from './timer.ts'

export interface ContextParts {
  readonly name: string
  readonly config: Config
  readonly log: Logger
  readonly metadata: TaskMetadata
  readonly timer: Timer
  readonly signal: AbortSignal
  readonly progress: Progress
}

/** The context of a task, with subtasks made once and a timer that writes into the metadata. */
export function makeTaskContext(parts: ContextParts): TaskContext {
  const subtasks = new Map<string, unknown>()
  const makeTask = (task: Task, config: Config, name: string): unknown =>
    task.make(
      makeTaskContext({
        ...parts,
        name: `${parts.name}.${name}`,
        config,
        log: parts.log.child(name),
        metadata: parts.metadata.child(name),
      }),
    )
  const { timer, ...given } = parts
  const context = {
    ...given,
    subtask(field: string) {
      if (!subtasks.has(field)) {
        const chosen = (parts.config as unknown as Record<string, Configurable<Task>>)[field]
        if (chosen === undefined) throw new RangeError(`${parts.name} has no subtask '${field}'`)
        subtasks.set(field, makeTask(chosen.target, chosen.value, field))
      }
      return subtasks.get(field)
    },
    makeTask,
    timed: <T>(name: string, work: () => T): T => timer.timed(parts.metadata, name, work),
  }
  return context as unknown as TaskContext
}

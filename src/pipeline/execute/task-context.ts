import type { Config, Configurable } from '#config'
import type { Logger, Progress } from '#core'
import type { TaskMetadata } from '../metadata.ts'
import type { Task, TaskContext } from '../task.ts'

export interface ContextParts {
  readonly name: string
  readonly config: Config
  readonly log: Logger
  readonly metadata: TaskMetadata
  readonly signal: AbortSignal
  readonly progress: Progress
}

/** The context of a task, with subtasks made once and timers that write into the metadata. */
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
  const context = {
    ...parts,
    subtask(field: string) {
      if (!subtasks.has(field)) {
        const chosen = (parts.config as unknown as Record<string, Configurable<Task>>)[field]
        if (chosen === undefined) throw new RangeError(`${parts.name} has no subtask '${field}'`)
        subtasks.set(field, makeTask(chosen.target, chosen.value, field))
      }
      return subtasks.get(field)
    },
    makeTask,
    timed: <T>(name: string, work: () => T): T => timed(name, work, parts.metadata),
  }
  return context as unknown as TaskContext
}

/** Note start and end of some work, also of work that gives a promise. */
function timed<T>(name: string, work: () => T, metadata: TaskMetadata): T {
  const start = performance.now()
  metadata.add(`${name}StartUtc`, new Date().toISOString())
  const end = (): void => {
    metadata.add(`${name}EndUtc`, new Date().toISOString())
    metadata.add(`${name}WallTime`, (performance.now() - start) / 1000)
  }
  let result: T
  try {
    result = work()
  } catch (error) {
    end()
    throw error
  }
  if (result instanceof Promise) return result.finally(end) as T
  end()
  return result
}

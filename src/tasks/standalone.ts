import type { Config, ConfigTarget, Configurable } from '#config'
import type { Context } from '#core'
import { type Task, type TaskContext, TaskMetadata } from '#pipeline'

/**
 * A task context outside any pipeline, for frames that have no repository: subtasks, logger and metadata as a quantum's.
 */
export function standaloneContext<C extends Config>(
  name: string,
  config: C,
  { log, signal, progress }: Context,
  metadata: TaskMetadata = new TaskMetadata(),
): TaskContext<C> {
  const make = (task: unknown, own: unknown, sub: string): unknown =>
    (task as Task<unknown>).make(
      standaloneContext(
        `${name}.${sub}`,
        own as Config,
        { log: log.child(sub), signal, progress },
        metadata.child(sub),
      ),
    )
  const context = {
    name,
    config,
    log,
    metadata,
    signal,
    progress,
    subtask(field: string) {
      const chosen = (config as Readonly<Record<string, unknown>>)[field] as Configurable<ConfigTarget>
      return make(chosen.target, chosen.value, field)
    },
    makeTask: (task: unknown, own: unknown, sub: string) => make(task, own, sub),
    timed: <T>(_name: string, work: () => T): T => work(),
  }
  // The generic methods of TaskContext are looked up by field name at run time; their types hold by construction.
  return context as unknown as TaskContext<C>
}

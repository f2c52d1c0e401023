import { didYouMean } from '#core'
import type { ConfigTarget } from '#config'
import { pipelineError } from './errors.ts'
import type { PipelineTask } from './pipeline-task.ts'
import type { Task } from './task.ts'

type Loader = () => Promise<PipelineTask>

/**
 * Which task a class name of a pipeline file means. Entries are loaded when first asked for, so that a command starts
 * without reading tasks it does not run.
 */
export class TaskRegistry {
  readonly #loaders = new Map<string, Loader>()
  readonly #targets = new Map<string, ConfigTarget>()

  /** Add a task under its class name and further names. */
  add(task: PipelineTask, ...aliases: readonly string[]): this {
    return this.addLazy([task.className, ...aliases], () => Promise.resolve(task))
  }

  /** Add a task that is imported when first asked for: `addLazy(['lsst.ip.isr.IsrTask'], async () => (await import('./isr.ts')).IsrTask)`. */
  addLazy(names: readonly string[], load: Loader): this {
    let loaded: Promise<PipelineTask> | undefined
    for (const name of names) this.#loaders.set(name, () => (loaded ??= load()))
    return this
  }

  /** Add what `retarget` may name: subtasks and plug-ins. */
  addTarget(target: ConfigTarget | Task): this {
    this.#targets.set(target.className, target)
    return this
  }

  /** Everything of another registry too. */
  include(other: TaskRegistry): this {
    for (const [name, loader] of other.#loaders) this.#loaders.set(name, loader)
    for (const [name, target] of other.#targets) this.#targets.set(name, target)
    return this
  }

  has(className: string): boolean {
    return this.#loaders.has(className)
  }

  names(): readonly string[] {
    return [...this.#loaders.keys()].sort()
  }

  /** Throws `pipeline/unknown-task` with the nearest name. */
  async load(className: string): Promise<PipelineTask> {
    const loader = this.#loaders.get(className)
    if (loader !== undefined) return loader()
    const guess = didYouMean(className, this.#loaders.keys())
    throw pipelineError('unknown-task', `No task class ${className} is known.${guess}`, {
      hint: 'Tasks of your own are given with --task-module FILE (an ES module that exports them), or for all commands by FIRSTLIGHT_TASK_MODULES=FILE.',
      data: { className },
    })
  }

  findTarget(className: string): ConfigTarget | undefined {
    return this.#targets.get(className)
  }
}

import { resolve } from 'node:path'
import type { FileStores } from '#butler'
import { inProcessExecutor, type QuantumExecutor } from '#pipeline'
import type { ExecutionFlags } from './execution-options.ts'
import type { CommandIo } from './io.ts'
import { workerProcess } from './worker-process.ts'

export interface ExecutorChoice {
  readonly repository: string
  /** For quanta in this process. */
  readonly stores: FileStores
  readonly taskModules: readonly string[]
  /** Start the processes now, so that they have their modules when the graph is built. */
  readonly startEarly?: boolean
}

/**
 * A pool of processes, also for one quantum at a time: a task that crashes or never pauses must not keep the run from going on, nor
 * Ctrl-C from being heard. This process only for `--pdb` and `--profile`, and for tasks that no other process could load.
 */
export async function makeExecutor(
  flags: ExecutionFlags,
  choice: ExecutorChoice,
  io: CommandIo,
): Promise<QuantumExecutor> {
  const isInspected = flags.pdb !== undefined || flags.profile !== undefined
  const resources = {
    cores: flags.coresPerQuantum,
    ...(flags.memoryPerQuantum !== undefined && { memoryMb: flags.memoryPerQuantum }),
  }
  const { processFacts, workerExecutor } = await import('#platform/node')
  if (isInspected || io.tasks !== undefined)
    return inProcessExecutor(choice.stores, { process: processFacts, resources })
  const listed =
    io
      .env('FIRSTLIGHT_TASK_MODULES')
      ?.split(':')
      .filter((p) => p !== '') ?? []
  return workerExecutor({
    slots: flags.processes,
    repository: choice.repository,
    ...workerProcess(),
    taskModules: [...listed, ...choice.taskModules].map((file) => resolve(io.cwd, file)),
    resources,
    startEarly: choice.startEarly ?? false,
    ...(flags.memoryPerQuantum !== undefined && { maxMemoryMb: Math.ceil(flags.memoryPerQuantum) }),
  })
}

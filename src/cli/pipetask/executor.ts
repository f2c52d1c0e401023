import { resolve } from 'node:path'
import { inProcessExecutor, type QuantumExecutor, type QuantumStore } from '#pipeline'
import type { ExecutionFlags } from './execution-options.ts'
import type { CommandIo } from './io.ts'
import { processUsage } from './packages.ts'

export interface ExecutorChoice {
  readonly repository: string
  /** For quanta in this process. */
  readonly store: QuantumStore
  readonly taskModules: readonly string[]
  /** Graph that other processes read, when they run without a registry. */
  readonly graphFile?: string
}

/**
 * This process for one quantum at a time; a pool of processes for more, for limits of time and memory, and on a terminal, where Ctrl-C
 * and the bar must not wait for a task to pause.
 */
export async function makeExecutor(
  flags: ExecutionFlags,
  choice: ExecutorChoice,
  io: CommandIo,
): Promise<QuantumExecutor> {
  const isInspected = flags.pdb !== undefined || flags.profile !== undefined
  const needsPool =
    flags.timeout !== undefined || flags.memoryPerQuantum !== undefined || io.columns !== undefined
  const resources = {
    cores: flags.coresPerQuantum,
    ...(flags.memoryPerQuantum !== undefined && { memoryMb: flags.memoryPerQuantum }),
  }
  if (isInspected || (flags.processes === 1 && !needsPool))
    return inProcessExecutor(choice.store, { usage: processUsage, resources })
  const { workerExecutor } = await import('#platform/node')
  const listed =
    io
      .env('FIRSTLIGHT_TASK_MODULES')
      ?.split(':')
      .filter((p) => p !== '') ?? []
  return workerExecutor({
    slots: flags.processes,
    repository: choice.repository,
    entry: workerEntry(),
    taskModules: [...listed, ...choice.taskModules].map((file) => resolve(io.cwd, file)),
    resources,
    ...(choice.graphFile !== undefined && { graphFile: choice.graphFile }),
    ...(flags.memoryPerQuantum !== undefined && { maxHeapMb: Math.ceil(flags.memoryPerQuantum) }),
  })
}

/** The workers' main file lies beside this one, or in the build when this is bundled. */
const workerEntry = (): URL =>
  new URL(
    import.meta.url.includes('/dist/bin/') ? '../src/cli/pipetask/worker.js' : './worker.js',
    import.meta.url,
  )

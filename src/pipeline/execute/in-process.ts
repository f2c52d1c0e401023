import type { FileStores } from '#butler'
import type { QuantumGraph } from '../quanta/quantum-graph.ts'
import type { ExecutionOptions, QuantumExecutor } from './executor.ts'
import { type QuantumEnvironment, QuantumRunner } from './run-quantum.ts'

/** Runs quanta one after the other in this thread; cancelling waits for the task to look at its signal. */
export function inProcessExecutor(
  stores: FileStores,
  extras: Pick<QuantumEnvironment, 'process' | 'resources'> = {},
): QuantumExecutor {
  let runner: QuantumRunner | undefined
  return {
    slots: 1,
    prepare(_graph: QuantumGraph, { raiseOnPartialOutputs, jobMetadata }: ExecutionOptions) {
      runner = new QuantumRunner({
        stores,
        raiseOnPartialOutputs,
        ...extras,
        ...(jobMetadata && { jobMetadata }),
      })
      return Promise.resolve()
    },
    run(job, hooks) {
      if (runner === undefined) throw new Error('prepare comes before run')
      return runner.run(job, hooks)
    },
    close: () => Promise.resolve(),
  }
}

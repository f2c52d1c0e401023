import type { Quantum, QuantumGraph } from '../quanta/quantum-graph.ts'
import type { ExecutionOptions, QuantumExecutor } from './executor.ts'
import { readInitInputs } from './init-outputs.ts'
import type { QuantumStore } from './store.ts'
import { type QuantumEnvironment, runQuantum } from './run-quantum.ts'

/** Runs quanta one after the other in this thread; cancelling waits for the task to look at its signal. */
export function inProcessExecutor(
  store: QuantumStore,
  extras: Pick<QuantumEnvironment, 'usage' | 'resources'> = {},
): QuantumExecutor {
  let graph: QuantumGraph | undefined
  let options: ExecutionOptions | undefined
  const init = new Map<string, Readonly<Record<string, unknown>>>()
  return {
    slots: 1,
    prepare(given: QuantumGraph, execution: ExecutionOptions) {
      graph = given
      options = execution
      return Promise.resolve()
    },
    async run(quantum: Quantum, hooks) {
      if (options === undefined || graph === undefined) throw new Error('prepare comes before run')
      const known =
        init.get(quantum.label) ?? (await readInitInputs(store, quantum.node, (name) => graph?.initRef(name)))
      init.set(quantum.label, known)
      const { run } = graph.header
      return runQuantum(quantum, { store, run, options, init: known, ...extras }, hooks)
    },
    close: () => Promise.resolve(),
  }
}

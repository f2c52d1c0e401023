import type { Butler } from '#butler'
import type { Quantum, QuantumGraph } from '../quanta/quantum-graph.ts'
import type { ExecutionOptions, QuantumExecutor } from './executor.ts'
import { readInitInputs } from './init-outputs.ts'
import { type QuantumEnvironment, runQuantum } from './run-quantum.ts'

/** Runs quanta one after the other in this thread; cancelling waits for the task to look at its signal. */
export function inProcessExecutor(butler: Butler, usage?: QuantumEnvironment['usage']): QuantumExecutor {
  let run = ''
  let options: ExecutionOptions | undefined
  const init = new Map<string, Readonly<Record<string, unknown>>>()
  return {
    slots: 1,
    prepare(graph: QuantumGraph, given: ExecutionOptions) {
      run = graph.header.run
      options = given
      return Promise.resolve()
    },
    async run(quantum: Quantum, hooks) {
      if (options === undefined) throw new Error('prepare comes before run')
      const known = init.get(quantum.label) ?? (await readInitInputs(butler, quantum.node, run))
      init.set(quantum.label, known)
      return runQuantum(quantum, { butler, run, options, init: known, ...(usage && { usage }) }, hooks)
    },
    close: () => Promise.resolve(),
  }
}

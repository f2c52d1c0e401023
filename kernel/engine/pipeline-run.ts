import { quantaText } from '../display/text.ts'
import type { Butler, DatasetRef } from '#butler'
import type { QuantumResult, RunResult } from '#pipeline'
import { KernelError } from '../errors.ts'
import type { PipelineRun } from '../globals/engine.ts'
import type { MimeBundle } from '../protocol/threads.ts'
import { dataIdText } from './pipeline-view.ts'

const SHOWN_FAILURES = 5

/** What came of a run, for the cell that started it. */
export class EndedRun implements PipelineRun {
  readonly run: string
  readonly output: string | undefined
  readonly state: RunResult['state']
  readonly quanta: readonly QuantumResult[]
  readonly #butler: () => Promise<Butler>

  /** @param butler opens the repository when datasets are asked for */
  constructor({ run, output, state, quanta }: RunResult, butler: () => Promise<Butler>) {
    this.run = run
    this.output = output
    this.state = state
    this.quanta = quanta
    this.#butler = butler
  }

  get failures(): readonly QuantumResult[] {
    return this.quanta.filter(({ state }) => state === 'failed')
  }

  async refs(type = '*'): Promise<readonly DatasetRef[]> {
    const butler = await this.#butler()
    return butler.queryAllDatasets({ name: type, collections: this.run, limit: null })
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    const { length: failed } = this.failures
    const counts = failed === 0 ? this.state : `${this.state}, ${failed} failed,`
    return { 'text/plain': `${quantaText(this.quanta.length)} ${counts} in ${this.run}` }
  }
}

/**
 * The run itself, when all of it is done.
 * @throws KernelError `kernel/pipeline-cancelled`, or `kernel/pipeline-failed` naming the quanta that failed
 */
export function passed<T extends PipelineRun | undefined>(ended: T): T {
  if (ended === undefined) return ended
  const { run, state, failures, quanta } = ended
  if (state === 'cancelled')
    throw new KernelError(
      'kernel/pipeline-cancelled',
      `The run ${run} was cancelled; finished quanta are kept`,
    )
  if (failures.length === 0) return ended
  const lines = failures
    .slice(0, SHOWN_FAILURES)
    .map(({ label, dataId, error }) => `  ${label} (${dataIdText(dataId)}): ${error?.message ?? 'failed'}`)
  throw new KernelError(
    'kernel/pipeline-failed',
    `${failures.length} of ${quanta.length} quanta failed in ${run}\n${lines.join('\n')}`,
    {
      hint: `The run is kept: --out NAME behind the magic gives NAME.failures, and butler.queryDatasets('…_log', { collections: '${run}' }) has the logs.`,
    },
  )
}

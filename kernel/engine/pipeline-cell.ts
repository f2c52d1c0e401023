import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { Command, CommanderError } from 'commander'
import type { Butler, DatasetRef } from '#butler'
import { defaultContext, makeLogger } from '#core'
import { type QuantumExecutor, runPipeline, type RunPipelineOptions, type RunResult } from '#pipeline'
import { openNodeButler, workerExecutor } from '#platform/node'
import { taskRegistry } from '#tasks'
import { addGraphOptions, type GraphFlags, graphOptions } from '../../src/cli/pipetask/graph-options.ts'
import { makePipelineHost } from '../../src/cli/pipetask/host.ts'
import { readPackages } from '../../src/cli/pipetask/packages.ts'
import { addPipelineOptions, type PipelineOptions } from '../../src/cli/pipetask/pipeline-options.ts'
import { stoppableRuns } from '../comm/data-target.ts'
import type { Displays } from '../display/display.ts'
import { KernelError } from '../errors.ts'
import type { Input } from '../execute/input.ts'
import { currentRun } from '../execute/run-context.ts'
import type { PipelineRun } from '../globals/engine.ts'
import type { MimeBundle } from '../protocol/threads.ts'
import { cellIo } from './commands.ts'
import { dataIdText, PipelineView } from './pipeline-view.ts'
import type { SessionButler } from './session-butler.ts'
import { splitWords } from './words.ts'

export interface PipelineCellParts {
  readonly folder: string
  readonly input: Input
  readonly displays: Displays
  readonly session: SessionButler
}

type Flags = GraphFlags &
  PipelineOptions & {
    readonly processes: number
    readonly failFast: boolean
    readonly registerDatasetTypes: boolean
  }

/**
 * A `%%pipeline` cell: options of `pipetask run` in the first line, a pipeline in the body. Quanta run in processes of their own,
 * so that the picture moves and an interrupt is heard. Defaults: the open repository, its collections as inputs, an output
 * chain of the user's own, output dataset types registered. Afterwards `butler` searches the output first.
 */
export async function runPipelineCell(
  line: string,
  body: string,
  parts: PipelineCellParts,
): Promise<PipelineRun> {
  const { session, displays, folder } = parts
  const flags = parseFlags(line, session)
  const root = resolve(folder, flags.butlerConfig)
  const isSession = session.isOpen && session.butler.root === root
  const butler = await openNodeButler(root, { writeable: true })
  const view = new PipelineView((bundle) => displays.show(bundle, { raw: true }))
  const stop = new AbortController()
  stoppableRuns.set(view.runId, () => stop.abort(new Error('Cancelled')))
  const signal = AbortSignal.any([currentRun().abort.signal, stop.signal])
  try {
    const options = await runOptions(flags, body, butler, parts, isSession ? session.collections : [])
    const log = makeLogger('', (record) => view.take({ kind: 'log', record }))
    const result = await withExecutor(flags, folder, root, (executor) =>
      runPipeline(
        { ...options, executor, onEvent: (event) => view.take(event) },
        defaultContext({ signal, log }),
      ),
    )
    view.end(result.state)
    if (isSession) await session.searchFirst(result.output ?? result.run)
    return finished(result, isSession ? session.butler : await openNodeButler(root))
  } catch (error) {
    view.end(signal.aborted ? 'cancelled' : 'failed')
    throw error
  } finally {
    stoppableRuns.delete(view.runId)
    await butler.close()
  }
}

/** What may stand behind `%%pipeline`. */
export const pipelineOptions = (): Command =>
  addGraphOptions(addPipelineOptions(new Command('%%pipeline')))
    .option('-j, --processes <n>', 'how many quanta at once', Number, Math.min(4, availableParallelism()))
    .option('--fail-fast', 'stop at the first failure', false)
    .option('--no-register-dataset-types', 'refuse outputs whose dataset type is unknown')
    .option('--out <name>', 'variable that takes the result')

function parseFlags(line: string, session: SessionButler): Flags {
  const words = splitWords(line)
  const command = pipelineOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => void process.stdout.write(text), writeErr: () => {} })
  const named = words.some((word) => /^(?:-b|--butler-config)/.test(word))
  const argv = named || words.includes('--help') ? words : ['-b', session.butler.root, ...words]
  try {
    command.parse(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode === 0) throw error
    throw new KernelError('kernel/bad-option', error.message.replace(/^error: /, '%%pipeline: '), {
      hint: '%%pipeline takes options alone: --out name for the variable, %%pipeline --help for all.',
    })
  }
  return command.opts<Flags>()
}

async function runOptions(
  flags: Flags,
  body: string,
  butler: Butler,
  { folder, input }: PipelineCellParts,
  searched: readonly string[],
): Promise<Omit<RunPipelineOptions, 'executor' | 'onEvent'>> {
  const io = cellIo(folder, input, '%%pipeline')
  const options = await graphOptions(flags, io)
  const output =
    options.output ?? (options.outputRun === undefined ? `u/${options.user ?? 'user'}/notebook` : undefined)
  const exists = output !== undefined && (await butler.collections.query('*')).includes(output)
  const inputs = options.input ?? (exists ? undefined : searched.filter((name) => name !== output))
  return {
    ...options,
    ...(output !== undefined && { output }),
    ...(inputs !== undefined && inputs.length > 0 && { input: inputs }),
    ...(body.trim() === ''
      ? flags.pipeline !== undefined && { pipeline: flags.pipeline }
      : { pipelineText: body, pipelineName: currentRun().label }),
    ...(flags.selectTasks !== undefined && { selectTasks: flags.selectTasks }),
    edits: flags.edits,
    butler,
    tasks: taskRegistry,
    host: makePipelineHost(io),
    failFast: flags.failFast,
    registerDatasetTypes: flags.registerDatasetTypes,
    packages: readPackages(),
  }
}

async function withExecutor<T>(
  flags: Flags,
  folder: string,
  repository: string,
  work: (executor: QuantumExecutor) => Promise<T>,
): Promise<T> {
  const executor = workerExecutor({
    slots: flags.processes,
    repository,
    entry: new URL('../../src/cli/pipetask/worker.js', import.meta.url),
    taskModules: flags.taskModule.map((file) => resolve(folder, file)),
  })
  try {
    return await work(executor)
  } finally {
    await executor.close()
  }
}

const SHOWN_FAILURES = 5

/** @throws KernelError `kernel/pipeline-failed` naming the quanta that failed. */
function finished(result: RunResult, butler: Butler): PipelineRun {
  const { run, output, state, quanta } = result
  if (state === 'cancelled')
    throw new KernelError(
      'kernel/pipeline-cancelled',
      `The run ${run} was cancelled; finished quanta are kept`,
    )
  const failures = quanta.filter((quantum) => quantum.state === 'failed')
  if (failures.length > 0) {
    const lines = failures
      .slice(0, SHOWN_FAILURES)
      .map(({ label, dataId, error }) => `  ${label} (${dataIdText(dataId)}): ${error?.message ?? 'failed'}`)
    throw new KernelError(
      'kernel/pipeline-failed',
      `${failures.length} of ${quanta.length} quanta failed in ${run}\n${lines.join('\n')}`,
      {
        hint: `The run is kept: butler.queryDatasets('…_log', { collections: '${run}' }) has the logs.`,
      },
    )
  }
  return new CompletedRun(run, output, state, quanta, butler)
}

class CompletedRun implements PipelineRun {
  readonly run: string
  readonly output: string | undefined
  readonly state: RunResult['state']
  readonly quanta: RunResult['quanta']
  readonly #butler: Butler

  constructor(
    run: string,
    output: string | undefined,
    state: RunResult['state'],
    quanta: RunResult['quanta'],
    butler: Butler,
  ) {
    this.run = run
    this.output = output
    this.state = state
    this.quanta = quanta
    this.#butler = butler
  }

  refs(type = '*'): Promise<readonly DatasetRef[]> {
    return this.#butler.queryAllDatasets({ name: type, collections: this.run, limit: null })
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    return { 'text/plain': `${this.quanta.length} quanta ${this.state} in ${this.run}` }
  }
}

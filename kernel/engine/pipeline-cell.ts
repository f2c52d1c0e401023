import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { Command, CommanderError } from 'commander'
import type { Butler } from '#butler'
import type { RunResult } from '#pipeline'
import { openNodeButler } from '#platform/node'
import { AbortedError, ExitCode } from '../../src/cli/pipetask/command.ts'
import type { CommandIo, RunWatch } from '../../src/cli/pipetask/io.ts'
import { addRunOptions, runFlags, type RunFlags } from '../../src/cli/pipetask/run.ts'
import { applyOptionsFile } from '../../src/cli/shared/options-file.ts'
import { stoppableRuns } from '../comm/data-target.ts'
import { takePicture } from '../display/begun-picture.ts'
import type { Displays } from '../display/display.ts'
import { KernelError } from '../errors.ts'
import type { Input } from '../execute/input.ts'
import { currentRun } from '../execute/run-context.ts'
import type { PipelineRun } from '../globals/engine.ts'
import { cellIo, commandEnded, pipetaskWords } from './commands.ts'
import { EndedRun } from './pipeline-run.ts'
import { PipelineView } from './pipeline-view.ts'
import type { SessionButler } from './session-butler.ts'
import { splitWords } from './words.ts'

export interface PipelineCellParts {
  readonly folder: string
  readonly input: Input
  readonly displays: Displays
  readonly session: SessionButler
}

/**
 * A `%%pipeline` cell: options of `pipetask run` in the first line, a pipeline in the body. Quanta run in processes of their own,
 * so that the picture moves and an interrupt is heard. Defaults: the open repository, its collections as inputs, an output
 * chain of the user's own, output dataset types registered. Afterwards `butler` searches the output first. With `--show`
 * nothing is run.
 */
export async function runPipelineCell(
  line: string,
  body: string,
  parts: PipelineCellParts,
): Promise<PipelineRun | undefined> {
  const { session, folder, input } = parts
  const io = cellIo(folder, input, '%%pipeline')
  const given = await parseFlags(line, body, session, io)
  if (given === undefined) return undefined
  const root = resolve(folder, given.butlerConfig)
  const isSession = session.isOpen && session.butler.root === root
  const flags = await withDefaults(given, root, isSession ? session.collections : [], io)
  const text = body.trim() === '' ? {} : { pipelineText: { text: body, name: currentRun().label } }
  const quiet = { sink: () => {}, progress: false }
  if (flags.show.length > 0) {
    await runFlags(flags, { ...io, ...text }, quiet)
    return undefined
  }
  const ended = await watchRun(parts, root, (watched) =>
    runFlags(flags, { ...io, ...watched, ...text }, quiet),
  )
  if (isSession && ended !== undefined) await session.searchFirst(ended.output ?? ended.run)
  return ended
}

/** `%pipetask …` and `%%pipetask …`: the command line, on the open repository unless -b names another; a run is shown as it goes. */
export async function runPipetaskLine(
  line: string,
  parts: PipelineCellParts,
): Promise<PipelineRun | undefined> {
  const { runPipetask } = await import('../../src/cli/pipetask/main.ts')
  const { folder, input, session } = parts
  const { argv, repository } = pipetaskWords(line, session)
  const io = cellIo(folder, input, `pipetask ${argv.join(' ')}`)
  if (repository === undefined) {
    commandEnded('pipetask', await runPipetask(argv, io))
    return undefined
  }
  let code = 0
  const ended = await watchRun(parts, resolve(folder, repository), async (watched) => {
    code = await runPipetask(argv, { ...io, ...watched })
    if (code !== 0) throw new ExitCode(code)
  })
  if (ended === undefined) commandEnded('pipetask', code)
  return ended
}

/**
 * Run something whose quanta a live picture shows, with its button to cancel. Gives the run that came of it, failures and
 * all; undefined when nothing was run.
 */
async function watchRun(
  { displays, session }: PipelineCellParts,
  root: string,
  work: (io: { readonly watch: RunWatch; readonly signal: AbortSignal }) => Promise<void>,
): Promise<EndedRun | undefined> {
  const view = new PipelineView(
    (bundle) => displays.show(bundle, { raw: true }),
    takePicture(currentRun().run),
  )
  const stop = new AbortController()
  stoppableRuns.set(view.runId, () => stop.abort(new Error('Cancelled')))
  const signal = AbortSignal.any([currentRun().abort.signal, stop.signal])
  let result: RunResult | undefined
  const watch: RunWatch = {
    onEvent: (event) => view.take(event),
    ended: (found) => {
      result = found
    },
  }
  const { stopping } = currentRun()
  const working = Promise.resolve().then(() => work({ watch, signal }))
  stopping.add(working)
  try {
    await working
  } catch (error) {
    const isTold = error instanceof ExitCode || error instanceof AbortedError
    if (result === undefined) view.end(signal.aborted ? 'cancelled' : 'failed')
    if (result === undefined && signal.aborted)
      throw new KernelError('kernel/pipeline-cancelled', 'The run was cancelled before its first quantum', {
        cause: error,
      })
    if (result === undefined && !isTold) throw error
  } finally {
    stoppableRuns.delete(view.runId)
    stopping.delete(working)
  }
  if (result === undefined) {
    view.end()
    return undefined
  }
  view.end(result.state)
  const isSession = session.isOpen && session.butler.root === root
  return new EndedRun(result, () => (isSession ? Promise.resolve(session.butler) : openNodeButler(root)))
}

/** What may stand behind `%%pipeline`: what `pipetask run` takes, with a cell's defaults. */
export const pipelineOptions = (): Command => {
  const command = addRunOptions(new Command('%%pipeline'))
    .option('--no-register-dataset-types', 'refuse outputs whose dataset type is unknown')
    .option('--out <name>', 'variable that takes the result')
  command.setOptionValueWithSource('registerDatasetTypes', true, 'default')
  command.setOptionValueWithSource('processes', Math.min(4, availableParallelism()), 'default')
  return command
}

/** Undefined where only help was asked for, which is printed then. */
async function parseFlags(
  line: string,
  body: string,
  session: SessionButler,
  io: CommandIo,
): Promise<RunFlags | undefined> {
  const command = pipelineOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => void process.stdout.write(text), writeErr: () => {} })
  try {
    command.parse([...splitWords(line)], { from: 'user' })
    await applyOptionsFile(command, io.cwd)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return undefined
    throw new KernelError('kernel/bad-option', error.message.replace(/^error: /, '%%pipeline: '), {
      hint: '%%pipeline takes options alone: --out name for the variable, %%pipeline --help for all.',
    })
  }
  const flags = command.opts<Partial<RunFlags> & Omit<RunFlags, 'butlerConfig'> & { readonly out?: string }>()
  if (flags.out !== undefined)
    throw new KernelError('kernel/bad-option', `%%pipeline: '${flags.out}' is no name of a variable`, {
      hint: 'Write a letter first, then letters and digits: --out run1.',
    })
  if (body.trim() !== '' && flags.pipeline !== undefined)
    throw new KernelError('kernel/bad-option', '%%pipeline has a pipeline in its body and one behind -p', {
      hint: 'Leave the body empty, or import the file in it: imports: [FILE].',
    })
  return { ...flags, butlerConfig: flags.butlerConfig ?? session.butler.root }
}

async function withDefaults(
  flags: RunFlags,
  root: string,
  searched: readonly string[],
  io: CommandIo,
): Promise<RunFlags> {
  if (flags.qgraph !== undefined) return flags
  const user = io.env('USER') ?? io.env('LOGNAME') ?? 'user'
  const output = flags.output ?? (flags.outputRun === undefined ? `u/${user}/notebook` : undefined)
  const exists = output !== undefined && (await hasCollection(root, output))
  const input = flags.input ?? (exists ? undefined : searched.filter((name) => name !== output))
  return {
    ...flags,
    ...(output !== undefined && { output }),
    ...(input !== undefined && input.length > 0 && { input }),
  }
}

async function hasCollection(root: string, name: string): Promise<boolean> {
  const butler: Butler = await openNodeButler(root)
  try {
    return (await butler.collections.query('*')).includes(name)
  } finally {
    await butler.close()
  }
}

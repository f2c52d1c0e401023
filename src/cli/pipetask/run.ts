import { Command } from 'commander'
import { type Butler, FileStores } from '#butler'
import { type ExecuteOptions, executeRun } from '#pipeline'
import { type Display, withDisplay } from './display.ts'
import { addGraphOptions, type GraphFlags } from './graph-options.ts'
import { commandGraph, showsPipelineOnly } from './graph-run.ts'
import { repositoryPlace } from '../../platform/node/repository-index.ts'
import { writeNamed } from '../shared/place.ts'
import type { CommandIo } from './io.ts'
import { AbortedError, ExitCode, type Globals } from './command.ts'
import {
  addCoverageOptions,
  addExecutionOptions,
  checkExecution,
  type ExecutionFlags,
} from './execution-options.ts'
import { makeExecutor } from './executor.ts'
import { inspected } from './inspect.ts'
import { readPackages } from './packages.ts'
import { executionSummary } from './summary.ts'
import { loadFixup } from './task-modules.ts'
import { addPipelineOptions, type PipelineOptions } from './pipeline-options.ts'
import { parseShow, type ShowItem } from './show.ts'

export type RunFlags = GraphFlags &
  PipelineOptions &
  ExecutionFlags & {
    readonly registerDatasetTypes: boolean
    readonly skipInitWrites: boolean
    readonly initOnly: boolean
    /** False with --no-versions. */
    readonly versions: boolean
  }

/** `pipetask run`: build the graph and execute it. */
export const makeRun = (io: CommandIo, globals: () => Globals): Command =>
  addRunOptions(new Command('run'))
    .description('build a quantum graph and execute it')
    .action((flags: RunFlags) => runFlags(flags, io, globals()))

/** Everything that `run` takes. */
export const addRunOptions = (command: Command): Command =>
  addExecutionOptions(addGraphOptions(addPipelineOptions(addCoverageOptions(command))))
    .option(
      '--graph-fixup <module>',
      'ES module whose `FILE[:export]` gives pairs of quanta to run in that order',
    )
    .option(
      '--register-dataset-types',
      'register output dataset types that the repository does not have',
      false,
    )
    .option('--skip-init-writes', 'do not write configs and schemas', false)
    .option('--init-only', 'write configs and schemas, run nothing', false)
    .option('--no-versions', 'do not save or compare package versions')

/** Do what the options of a `run` say. @throws ExitCode when quanta failed, AbortedError when they were stopped */
export async function runFlags(flags: RunFlags, io: CommandIo, globals: Globals): Promise<void> {
  checkExecution(flags, io)
  const items = parseShow(flags.show)
  const order = flags.graphFixup === undefined ? undefined : await loadFixup(flags.graphFixup, io)
  const { openNodeButler } = await import('#platform/node')
  const butler = await openNodeButler(flags.butlerConfig, { writeable: true, folder: io.cwd })
  try {
    await withDisplay(io, globals, async (display) => {
      if (await showsPipelineOnly(flags, items, butler, io)) return
      if (flags.show.length > 0) await commandGraph(flags, items, butler, io, display.context)
      else await buildAndExecute(flags, items, order, butler, io, display)
    })
  } finally {
    await butler.close()
  }
}

async function buildAndExecute(
  flags: RunFlags,
  items: readonly ShowItem[],
  order: ExecuteOptions['order'],
  butler: Butler,
  io: CommandIo,
  { context, onEvent }: Display,
): Promise<void> {
  const place = {
    repository: await repositoryPlace(flags.butlerConfig, io.cwd),
    stores: new FileStores(butler.repository.datastore.fileStores),
    taskModules: flags.taskModule,
    startEarly: !flags.initOnly,
  }
  const executor = await makeExecutor(flags, place, io)
  try {
    const command = await commandGraph(flags, items, butler, io, context)
    const collections = await command.collections()
    const options: ExecuteOptions = {
      executor,
      registerDatasetTypes: flags.registerDatasetTypes,
      failFast: flags.failFast,
      raiseOnPartialOutputs: flags.raiseOnPartialOutputs,
      noVersions: !flags.versions,
      packages: readPackages(),
      skipInitWrites: flags.skipInitWrites,
      initOnly: flags.initOnly,
      clobberOutputs: flags.clobberOutputs,
      ...(flags.timeout !== undefined && { timeoutSec: flags.timeout }),
      ...(order && { order }),
      onEvent,
    }
    const result = await inspected(flags, io, () =>
      executeRun(butler, { ...command, collections }, command.tasks, options, context),
    )
    if (flags.summary !== undefined)
      await writeNamed(io.cwd, flags.summary, executionSummary(command.graph, result, io))
    io.watch?.ended(result)
    if (result.state === 'cancelled') throw new AbortedError()
    if (result.exitCode !== 0) throw new ExitCode(result.exitCode)
  } finally {
    await executor.close()
  }
}

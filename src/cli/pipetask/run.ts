import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { butlerStore, executeRun, inProcessExecutor, type QuantumExecutor } from '#pipeline'
import type { Butler } from '#butler'
import { withDisplay } from './display.ts'
import { addGraphOptions, type GraphFlags } from './graph-options.ts'
import { commandGraph } from './graph-run.ts'
import type { CommandIo } from './io.ts'
import { ExitCode, type Globals } from './command.ts'
import { processUsage, readPackages } from './packages.ts'
import { addPipelineOptions, type PipelineOptions } from './pipeline-options.ts'
import { parseShow } from './show.ts'

type RunFlags = GraphFlags &
  PipelineOptions & {
    readonly processes: number
    readonly timeout?: number
    readonly failFast: boolean
    readonly raiseOnPartialOutputs: boolean
    readonly registerDatasetTypes: boolean
    readonly skipInitWrites: boolean
    readonly initOnly: boolean
    /** False with --no-versions. */
    readonly versions: boolean
  }

const count =
  (least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`a whole number, ${least} or more, is wanted`)
    return value
  }

/** `pipetask run`: build the graph and execute it. */
export const makeRun = (io: CommandIo, globals: () => Globals): Command =>
  addGraphOptions(addPipelineOptions(new Command('run')))
    .description('build a quantum graph and execute it')
    .option('-j, --processes <n>', 'how many quanta at once', count(1), 1)
    .option('--timeout <seconds>', 'end a quantum that takes longer', count(0))
    .option('--fail-fast', 'stop at the first failure', false)
    .option('--raise-on-partial-outputs', 'partial outputs are failures', true)
    .option('--no-raise-on-partial-outputs', 'partial outputs are successes with a caveat')
    .option(
      '--register-dataset-types',
      'register output dataset types that the repository does not have',
      false,
    )
    .option('--skip-init-writes', 'do not write configs and schemas', false)
    .option('--init-only', 'write configs and schemas, run nothing', false)
    .option('--no-versions', 'do not save or compare package versions')
    .addOption(
      new Option('--start-method <method>', 'accepted; workers are processes of their own').choices([
        'spawn',
        'fork',
        'forkserver',
      ]),
    )
    .option('-n, --cores-per-quantum <n>', 'accepted; quanta have one core', count(1))
    .option('--memory-per-quantum <size>', 'accepted; advisory')
    .option('--enable-implicit-threading', 'accepted; there is none')
    .action(async (flags: RunFlags) => {
      const items = parseShow(flags.show)
      const { openNodeButler } = await import('#platform/node')
      const butler = await openNodeButler(resolve(io.cwd, flags.butlerConfig), { writeable: true })
      try {
        await withDisplay(io, globals(), async ({ context, onEvent }) => {
          const command = await commandGraph(flags, items, butler, io, context)
          if (flags.show.length > 0) return
          const executor = await makeExecutor(flags, butler, io)
          try {
            const result = await executeRun(
              butler,
              { ...command, collections: await command.collections() },
              command.tasks,
              {
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
                onEvent,
              },
              context,
            )
            if (result.state === 'cancelled') throw new ExitCode(130)
            if (result.exitCode !== 0) throw new ExitCode(result.exitCode)
          } finally {
            await executor.close()
          }
        })
      } finally {
        await butler.close()
      }
    })

/**
 * This thread for one quantum at a time; a pool of threads for more, for time limits, and on a terminal, where Ctrl-C and the bar must
 * not wait for a task to pause.
 */
async function makeExecutor(flags: RunFlags, butler: Butler, io: CommandIo): Promise<QuantumExecutor> {
  const isWatched = flags.timeout !== undefined || io.columns !== undefined
  if (flags.processes === 1 && !isWatched) return inProcessExecutor(butlerStore(butler), processUsage)
  const { workerExecutor } = await import('#platform/node')
  const modules =
    io
      .env('FIRSTLIGHT_TASK_MODULES')
      ?.split(':')
      .filter((p) => p !== '') ?? []
  return workerExecutor({
    slots: flags.processes,
    repository: butler.root,
    entry: workerEntry(),
    taskModules: [...modules, ...flags.taskModule].map((file) => resolve(io.cwd, file)),
  })
}

/** The workers' main file lies beside this one, or in the build when this is bundled. */
const workerEntry = (): URL =>
  new URL(
    import.meta.url.includes('/dist/bin/') ? '../src/cli/pipetask/worker.js' : './worker.js',
    import.meta.url,
  )

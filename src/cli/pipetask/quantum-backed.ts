import { Command } from 'commander'
import { executeQuantumBacked, quantumBackedStore, writeQuantumBackedInit } from '#pipeline'
import { repositoryPlace } from '../../platform/node/repository-index.ts'
import { writeNamed } from '../shared/place.ts'
import { AbortedError, ExitCode, type Globals } from './command.ts'
import { withDisplay } from './display.ts'
import {
  addCoverageOptions,
  addExecutionOptions,
  checkExecution,
  type ExecutionFlags,
} from './execution-options.ts'
import { makeExecutor } from './executor.ts'
import { type GraphFileFlags, openGraphFile } from './graph-files.ts'
import { inspected } from './inspect.ts'
import type { CommandIo } from './io.ts'
import { readPackages } from './packages.ts'
import { collect, collectList } from './pipeline-options.ts'
import { allTasks } from './pipeline-source.ts'
import { executionSummary } from './summary.ts'

type QbbFlags = GraphFileFlags &
  ExecutionFlags & {
    readonly taskModule: readonly string[]
    readonly summary?: string
    /** False with --no-existing-outputs. */
    readonly existingOutputs: boolean
  }

const addGraphArguments = (command: Command): Command =>
  addCoverageOptions(command)
    .argument('<repo>', 'data repository; only its butler.yaml and files are used')
    .argument('<qgraph>', 'saved graph')
    .option(
      '--config-search-path <path>',
      'accepted; the repository has its whole configuration',
      collect,
      [],
    )
    .option('--qgraph-id <id>', 'refuse a saved graph with another id')
    .option(
      '--task-module <file>',
      'an ES module (.mjs, .js, .ts) exporting further tasks (repeatable)',
      collect,
      [],
    )

/** `pipetask pre-exec-init-qbb`: write configs, schemas and versions of a graph, without a registry. */
export const makePreExecInit = (io: CommandIo, globals: () => Globals): Command =>
  addGraphArguments(new Command('pre-exec-init-qbb'))
    .description('write what is written once for a graph, without a registry')
    .action(async (repository: string, file: string, flags: QbbFlags) => {
      const { store, graph, tasks } = await openQuantumBacked(repository, file, flags, io)
      await withDisplay(io, globals(), ({ context }) =>
        writeQuantumBackedInit(store, graph, tasks, readPackages(), context),
      )
    })

/** `pipetask run-qbb`: run quanta of a graph, without a registry. */
export const makeRunQbb = (io: CommandIo, globals: () => Globals): Command =>
  addExecutionOptions(addGraphArguments(new Command('run-qbb')))
    .description('run quanta of a graph, without a registry')
    .option('--qgraph-node-id <uuids>', 'only these quanta', collectList)
    .option('--summary <file>', 'write how each quantum ended as JSON')
    .option('--no-existing-outputs', 'do not look for outputs of an earlier attempt')
    .action(async (repository: string, file: string, flags: QbbFlags) => {
      checkExecution(flags, io)
      const { store, graph, root, readSec } = await openQuantumBacked(repository, file, flags, io)
      await withDisplay(io, globals(), async ({ context, onEvent }) => {
        const place = { repository: root, stores: store.stores, taskModules: flags.taskModule }
        const executor = await makeExecutor(flags, place, io)
        try {
          const result = await inspected(flags, io, () =>
            executeQuantumBacked(
              store,
              graph,
              {
                executor,
                failFast: flags.failFast,
                raiseOnPartialOutputs: flags.raiseOnPartialOutputs,
                noExistingOutputs: !flags.existingOutputs,
                jobMetadata: { qg_read_time: readSec, qg_size: graph.size },
                ...(flags.timeout !== undefined && { timeoutSec: flags.timeout }),
                onEvent,
              },
              context,
            ),
          )
          if (flags.summary !== undefined)
            await writeNamed(io.cwd, flags.summary, executionSummary(graph, result, io))
          if (result.state === 'cancelled') throw new AbortedError()
          if (result.exitCode !== 0) throw new ExitCode(result.exitCode)
        } finally {
          await executor.close()
        }
      })
    })

async function openQuantumBacked(repository: string, file: string, flags: QbbFlags, io: CommandIo) {
  const { openQuantumBackedButler } = await import('#platform/node')
  const root = await repositoryPlace(repository, io.cwd)
  const butler = await openQuantumBackedButler(root)
  const tasks = await allTasks(flags.taskModule, io)
  const started = performance.now()
  const graph = await openGraphFile(file, flags, tasks, butler, io)
  const readSec = (performance.now() - started) / 1000
  return { store: quantumBackedStore(butler, graph), graph, tasks, root, readSec }
}

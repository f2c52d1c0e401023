import { Command, CommanderError } from 'commander'
import { AbortedError, type Globals } from './command.ts'
import type { CommandIo } from './io.ts'
import { checkLogLevels, type LogOptions, makeSink } from '../shared/logging.ts'
import { applyOptionsFile } from '../shared/options-file.ts'
import { addLogOptions } from '../shared/options.ts'
import { reportError } from '../shared/report.ts'

type Maker = (io: CommandIo, globals: () => Globals) => Command
/** Every subcommand; each is loaded only when it is asked for. */
export const SUBCOMMANDS: Readonly<Record<string, () => Promise<Maker>>> = {
  build: async () => (await import('./build.ts')).makeBuild,
  qgraph: async () => (await import('./qgraph.ts')).makeQgraph,
  run: async () => (await import('./run.ts')).makeRun,
  'pre-exec-init-qbb': async () => (await import('./quantum-backed.ts')).makePreExecInit,
  'run-qbb': async () => (await import('./quantum-backed.ts')).makeRunQbb,
  'update-graph-run': async () => (await import('./update-graph-run.ts')).makeUpdateGraphRun,
  'aggregate-reports': async () => (await import('./aggregate-reports.ts')).makeAggregateReports,
  report: async () => (await import('./report.ts')).makeReport,
  cleanup: async () => (await import('./tidy.ts')).makeCleanup,
  purge: async () => (await import('./tidy.ts')).makePurge,
}

export const SUMMARIES: Readonly<Record<string, string>> = {
  build: 'read a pipeline, change it, show or save it',
  qgraph: 'build a quantum graph, save it or show it',
  run: 'build a quantum graph and execute it',
  'pre-exec-init-qbb': 'write what is written once for a graph, without a registry',
  'run-qbb': 'run quanta of a graph, without a registry',
  'update-graph-run': 'give a saved graph another output run',
  'aggregate-reports': 'add up reports of parts of one run',
  report: 'tell how the runs of saved graphs ended',
  cleanup: 'remove collections named after a chain that are no longer in it',
  purge: 'remove a chain with its own runs and chains',
}

/** Run one `pipetask` command line; gives the exit code. */
export async function runPipetask(argv: readonly string[], given: CommandIo): Promise<number> {
  const io = { ...given, words: ['pipetask', ...argv] }
  let longLog = false
  let exitCode = 0
  const program = addLogOptions(
    new Command('pipetask').description('Build, run and manage pipelines of tasks on a data repository.'),
  )
  const globals = (): Globals => {
    const options = program.opts<LogOptions & { progress: boolean }>()
    return { sink: makeSink(options, io), progress: options.progress || io.columns !== undefined }
  }
  program.hook('preAction', async (_program, command) => {
    longLog = program.opts<LogOptions>().longLog
    checkLogLevels(program.opts<LogOptions>())
    await applyOptionsFile(command, io.cwd)
    // Not a required option of the parser's: it may come from the file.
    if (['qgraph', 'run'].includes(command.name()) && command.opts()['butlerConfig'] === undefined)
      command.error("error: required option '-b, --butler-config <repo>' not specified")
  })
  try {
    const asked = argv.find((word) => word in SUBCOMMANDS)
    for (const [name, load] of Object.entries(SUBCOMMANDS)) {
      const command =
        name === asked ? (await load())(io, globals) : new Command(name).description(SUMMARIES[name] ?? '')
      program.addCommand(command)
    }
    for (const command of [program, ...program.commands])
      command.exitOverride().configureOutput({ writeOut: io.out, writeErr: io.err })
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    exitCode = report(error, io, longLog)
  }
  return exitCode
}

/** Errors carry their own exit code where they have one; user errors print one line and what to do. */
function report(error: unknown, io: CommandIo, longLog: boolean): number {
  if (error instanceof CommanderError) return reportError(error, io, longLog)
  if (error instanceof AbortedError || io.signal.aborted) {
    io.err('Aborted!\n')
    return 130
  }
  return reportError(error, io, longLog)
}

import { Command, Option } from 'commander'
import { type QuantumGraph, reportRun, summarizeReport } from '#pipeline'
import { openGraphFile } from './graph-files.ts'
import { writeNamed } from '../shared/place.ts'
import type { CommandIo } from './io.ts'
import { collect, collectList } from './pipeline-options.ts'
import { allTasks } from './pipeline-source.ts'
import { printReport } from './print-report.ts'
import { viewGraph } from './view-graph.ts'
import { count } from './execution-options.ts'

interface ReportFlags {
  readonly fullOutputFilename?: string
  readonly logs: boolean
  readonly brief: boolean
  readonly curseFailedLogs: boolean
  readonly readCaveats: 'exhaustive' | 'lazy' | 'none'
  readonly viewGraph: boolean
  readonly taskModule: readonly string[]
  readonly collections?: readonly string[]
  readonly where?: string
}

/** `pipetask report`: how the runs of graphs ended. */
export const makeReport = (io: CommandIo): Command =>
  new Command('report')
    .description('tell how the runs of saved graphs ended, attempts at the same data from first to last')
    .argument('<repo>', 'data repository')
    .argument('<qgraphs...>', 'saved graphs')
    .option('--full-output-filename <file>', 'write everything as JSON; failures are not listed then')
    .option('--logs', 'look for error messages in the logs of failures', true)
    .option('--no-logs', 'do not read logs')
    .option('--brief', 'print counts only', false)
    .option('--curse-failed-logs', 'successes without a log count as wonky', false)
    .option('--force-v2', 'accepted; there is only this report')
    .addOption(
      new Option('--read-caveats <how>', 'look for caveats of successes')
        .choices(['exhaustive', 'lazy', 'none'])
        .default('lazy'),
    )
    .option('--view-graph', 'print the graph of tasks with their counts instead of tables', false)
    .addOption(
      new Option(
        '--collections <list>',
        'where to look for the datasets, the newest first; what is not found there is shadowed',
      ).argParser(collectList),
    )
    .addOption(new Option('--where <expression>', 'which datasets count as found'))
    .addOption(new Option('--use-qbb', 'accepted; the registry is quick').hideHelp())
    .addOption(new Option('--no-use-qbb', 'accepted').hideHelp())
    .option('-j, --processes <n>', 'accepted; one process reads quickly enough', count(1), 1)
    .option(
      '--task-module <file>',
      'an ES module (.mjs, .js, .ts) exporting further tasks (repeatable)',
      collect,
      [],
    )
    .action(async (repository: string, files: readonly string[], flags: ReportFlags) => {
      const { openNodeButler } = await import('#platform/node')
      const tasks = await allTasks(flags.taskModule, io)
      const butler = await openNodeButler(repository, { folder: io.cwd })
      try {
        const graphs: QuantumGraph[] = []
        for (const file of files) graphs.push(await openGraphFile(file, {}, tasks, butler, io))
        const report = await reportRun(butler, graphs, {
          readLogs: flags.logs,
          readCaveats: flags.readCaveats !== 'none',
          curseFailedLogs: flags.curseFailedLogs,
          ...(flags.collections && { collections: flags.collections }),
          ...(flags.where !== undefined && { where: flags.where }),
        })
        const summary = summarizeReport(report)
        const last = graphs.at(-1)
        if (flags.viewGraph && last !== undefined) io.out(viewGraph(last.pipeline, summary))
        else io.out(printReport(summary, flags.brief || flags.fullOutputFilename !== undefined))
        if (flags.fullOutputFilename !== undefined)
          await writeNamed(io.cwd, flags.fullOutputFilename, `${JSON.stringify(summary, null, 2)}\n`)
      } finally {
        await butler.close()
      }
    })

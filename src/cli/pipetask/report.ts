import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { TaskRegistry, loadQuantumGraph, reportRun, type RunReport, type TaskReport } from '#pipeline'
import type { CommandIo } from './io.ts'
import { collect } from './pipeline-options.ts'
import { padTable } from './table.ts'
import { includeModule } from './task-modules.ts'

interface ReportFlags {
  readonly fullOutputFilename?: string
  readonly logs: boolean
  readonly brief: boolean
  readonly taskModule: readonly string[]
}

/** `pipetask report`: how the run of a graph ended. */
export const makeReport = (io: CommandIo): Command =>
  new Command('report')
    .description('tell how the runs of saved graphs ended')
    .argument('<repo>', 'data repository')
    .argument('<qgraphs...>', 'saved graphs')
    .option('--full-output-filename <file>', 'write everything as JSON instead of listing failures')
    .option('--logs', 'look for error messages in the logs of failures', true)
    .option('--no-logs', 'do not read logs')
    .option('--brief', 'print counts only', false)
    .option('--force-v2', 'accepted; there is only this report')
    .option('--task-module <file>', 'an ES module exporting further tasks (repeatable)', collect, [])
    .action(async (repository: string, files: readonly string[], flags: ReportFlags) => {
      const { openNodeButler } = await import('#platform/node')
      const { taskRegistry } = await import('#tasks')
      const tasks = new TaskRegistry().include(taskRegistry)
      if (io.tasks) tasks.include(io.tasks)
      for (const file of flags.taskModule) await includeModule(tasks, resolve(io.cwd, file))
      const butler = await openNodeButler(resolve(io.cwd, repository))
      try {
        const reports: RunReport[] = []
        for (const file of files) {
          const bytes = new Uint8Array(await readFile(resolve(io.cwd, file)))
          reports.push(
            await reportRun(butler, await loadQuantumGraph(file, bytes, tasks, butler), flags.logs),
          )
        }
        for (const report of reports) io.out(printReport(report, flags))
        if (flags.fullOutputFilename !== undefined)
          await writeFile(resolve(io.cwd, flags.fullOutputFilename), `${JSON.stringify(reports, null, 2)}\n`)
      } finally {
        await butler.close()
      }
    })

const CODES = `Caveat codes:
+: some of the foreseen outputs are missing
*: all foreseen outputs are missing (but for log and metadata)
A: there was nothing to do once the inputs were seen; a new graph would not have the quantum
D: the data are too bad to be processed
U: an input was incomplete because something failed before
P: the task failed after writing some outputs
N: the task found no work`

function printReport({ tasks, datasets }: RunReport, { brief, fullOutputFilename }: ReportFlags): string {
  const right = 'right' as const
  const taskRows = tasks.map(({ label, counts, caveats, expected }) => {
    const { unknown, successful, blocked, failed, wonky } = counts
    const total = unknown + successful + blocked + failed + wonky
    return [label, unknown, successful, caveatCell(caveats), blocked, failed, wonky, total, expected].map(
      String,
    )
  })
  const taskHead = [
    'Task',
    'Unknown',
    'Successful',
    'Caveats',
    'Blocked',
    'Failed',
    'Wonky',
    'TOTAL',
    'EXPECTED',
  ]
  const datasetRows = datasets.map((d) =>
    [d.name, d.visible, 0, d.predictedOnly, d.unsuccessful, d.cursed, d.expected, d.expected].map(String),
  )
  const datasetHead = [
    'Dataset',
    'Visible',
    'Shadowed',
    'Predicted Only',
    'Unsuccessful',
    'Cursed',
    'TOTAL',
    'EXPECTED',
  ]
  const parts = [
    padTable(
      taskHead,
      taskRows,
      taskHead.map(() => right),
    ),
    CODES,
    padTable(
      datasetHead,
      datasetRows,
      datasetHead.map(() => right),
    ),
    ...(brief || fullOutputFilename !== undefined
      ? []
      : tasks.filter((t) => t.failures.length > 0).map(failuresTable)),
  ]
  return `${parts.join('\n\n')}\n\n`
}

function caveatCell(caveats: Readonly<Record<string, number>>): string {
  const entries = Object.entries(caveats)
  if (entries.length > 1) return '(multiple)'
  return entries.map(([code, n]) => `${code}(${n})`).join('')
}

const failuresTable = ({ label, failures }: TaskReport): string =>
  `${label} errors:\n${padTable(
    ['Data ID', 'Message'],
    failures.map(({ dataId, message }) => [dataId, message]),
  )}`

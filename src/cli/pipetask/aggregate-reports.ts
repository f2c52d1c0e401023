import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { FirstlightError } from '#core'
import { addReports, type ReportSummary } from '#pipeline'
import type { CommandIo } from './io.ts'
import { printReport } from './print-report.ts'

interface AggregateFlags {
  readonly fullOutputFilename?: string
  readonly brief: boolean
}

/** `pipetask aggregate-reports`: add up reports of parts of one run. */
export const makeAggregateReports = (io: CommandIo): Command =>
  new Command('aggregate-reports')
    .description('add up reports of parts of one run')
    .argument('<filenames...>', 'JSON files that `pipetask report --full-output-filename` wrote')
    .option('--full-output-filename <file>', 'write the sum as JSON; failures are not listed then')
    .option('--brief', 'print counts only', false)
    .action(async (files: readonly string[], flags: AggregateFlags) => {
      const reports: ReportSummary[] = []
      for (const file of files) reports.push(await readReport(resolve(io.cwd, file)))
      const sum = addReports(reports)
      io.out(printReport(sum, flags.brief || flags.fullOutputFilename !== undefined))
      if (flags.fullOutputFilename !== undefined)
        await writeFile(resolve(io.cwd, flags.fullOutputFilename), `${JSON.stringify(sum, null, 2)}\n`)
    })

async function readReport(file: string): Promise<ReportSummary> {
  const wrong = (cause: unknown): Error =>
    new FirstlightError('cli/bad-report', `${file} is no report of pipetask.`, {
      hint: 'Make one with: pipetask report REPO GRAPH --force-v2 --full-output-filename FILE.json',
      cause,
    })
  let report: unknown
  try {
    report = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw wrong(error)
  }
  const { tasks, datasets } = (report ?? {}) as Partial<ReportSummary>
  if (typeof tasks !== 'object' || typeof datasets !== 'object') throw wrong(undefined)
  return { tasks, datasets }
}

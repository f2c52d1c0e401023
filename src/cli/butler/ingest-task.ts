import { type Command, Option } from 'commander'
import { ArgumentError } from '#butler'
import { choice, collect, TRANSFER_MODES } from '../shared/options.ts'

/** Options of the commands that read raw headers. */
export interface IngestTaskOptions {
  readonly failFast: boolean
  readonly config: readonly string[]
  readonly ingestTask: string
}

const INGEST_TASK = 'lsst.obs.base.RawIngestTask'

export function addIngestTask(command: Command): Command {
  // Every header is read, in this process.
  return command
    .option('--fail-fast', 'stop at the first bad file and take nothing', false)
    .option(
      '-c, --config <key=value>',
      'failFast=… or transfer=…, as the options of these names',
      collect,
      [],
    )
    .option('--ingest-task <class>', 'the only one here', INGEST_TASK)
    .addOption(new Option('-j, --processes <n>', 'has no effect').hideHelp())
}

/** What the options say, with the task's config over it. */
export function ingestTaskConfig(options: IngestTaskOptions): {
  readonly failFast: boolean
  readonly transfer?: (typeof TRANSFER_MODES)[number]
} {
  if (options.ingestTask !== INGEST_TASK)
    throw new ArgumentError(`There is no task '${options.ingestTask}' here, only ${INGEST_TASK}.`)
  let { failFast } = options
  let transfer: (typeof TRANSFER_MODES)[number] | undefined
  for (const line of options.config) {
    const [, key, value = ''] = /^(\w+)=(.*)$/.exec(line) ?? []
    if (key === 'failFast' && /^(true|false)$/i.test(value)) failFast = value.toLowerCase() === 'true'
    else if (key === 'transfer') transfer = choice(TRANSFER_MODES)(value)
    else throw new ArgumentError(`'${line}' is no config of ${INGEST_TASK}: it has failFast and transfer.`)
  }
  return { failFast, ...(transfer !== undefined && { transfer }) }
}

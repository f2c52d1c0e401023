import { type Command, Option } from 'commander'
import { FirstlightError } from '#core'
import type { CommandContext } from './context.ts'
import { transferFromGraph } from './transfer-from-graph.ts'

interface Options {
  readonly output?: string
  readonly registerDatasetTypes: boolean
  readonly updateOutputChain: boolean
  readonly dryRun: boolean
}

/** Options that tune how the anchor does it: there is nothing to tune here. */
const WITHOUT_EFFECT = [
  '-j, --processes <n>',
  '--incomplete',
  '--complete',
  '--interactive-status',
  '--no-interactive-status',
  '--log-status-interval <seconds>',
  '--worker-log-dir <folder>',
  '--worker-log-level <level>',
  '--zstd-level <n>',
  '--zstd-dict-size <n>',
  '--zstd-dict-n-inputs <n>',
  '--mock-storage-classes',
  '--no-mock-storage-classes',
] as const

export function define(command: Command, context: () => CommandContext): void {
  command
    .argument('<graph>', 'saved graph that `pipetask run-qbb` is running or has run')
    .argument('<repo>', 'repository that holds the files')
    .option('--register-dataset-types', 'register dataset types that the repository lacks', true)
    .option('--no-register-dataset-types', 'refuse dataset types that the repository lacks')
    .option('--update-output-chain', "put the run at the head of the graph's output chain", true)
    .option('--no-update-output-chain', 'leave the output chain as it is')
    .option('--dry-run', 'only say how many datasets there are', false)
    .addOption(new Option('-o, --output <file>', 'refused: no provenance graphs are written').hideHelp())
    .addOption(new Option('--promise-ingest-graph', 'refused, as --output').hideHelp())
    .addOption(new Option('--no-promise-ingest-graph', 'nothing is promised anyway').hideHelp())
  for (const flags of WITHOUT_EFFECT) command.addOption(new Option(flags, 'has no effect').hideHelp())
  command.action(
    async (file: string, repo: string, options: Options & { readonly promiseIngestGraph?: boolean }) => {
      if (options.output !== undefined || options.promiseIngestGraph === true) throw noProvenanceGraph()
      const { io } = context()
      const { found } = await transferFromGraph(context(), file, repo, options)
      io.out(
        `Number of datasets ingested: ${found.length}.\nRun 'pipetask report ${repo} ${file}' for what became of each quantum.\n`,
      )
    },
  )
}

/** Metadata and logs stay datasets of their own, so there is no second file to gather them in. */
export const noProvenanceGraph = (): FirstlightError =>
  new FirstlightError('cli/unsupported', 'Provenance graphs are neither written nor read here.', {
    hint: 'Metadata and logs are ingested as datasets; `pipetask report` tells what became of every quantum.',
  })

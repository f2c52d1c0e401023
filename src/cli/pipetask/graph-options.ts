import { type Command, Option } from 'commander'
import { FirstlightError } from '#core'
import type { GraphOptions } from '#pipeline'
import { readNamedText } from '../shared/place.ts'
import type { CommandIo } from './io.ts'
import { parseFailure } from './mock-failure.ts'
import { readDataIds } from './data-id-table.ts'
import { collect, collectList } from './pipeline-options.ts'

/** Options that say which data, where from and where to. */
export interface GraphFlags {
  readonly butlerConfig: string
  readonly input?: readonly string[]
  readonly output?: string
  readonly outputRun?: string
  readonly dataQuery?: string
  readonly dataIdTable: readonly string[]
  readonly extendRun: boolean
  readonly replaceRun: boolean
  readonly pruneReplaced?: 'unstore' | 'purge'
  readonly rebase: boolean
  readonly qgraph?: string
  readonly qgraphId?: string
  readonly qgraphNodeId?: readonly string[]
  readonly qgraphDatastoreRecords: boolean
  readonly mock: boolean
  readonly mockFailure: readonly string[]
  readonly unmockedDatasetTypes?: readonly string[]
  readonly saveQgraph?: string
  readonly qgraphDot?: string
  readonly qgraphMermaid?: string
  readonly skipExisting: boolean
  readonly skipExistingIn?: readonly string[]
  readonly retainedDatasetTypes?: string
  readonly pruneUnanchoredQuanta?: string
  readonly clobberOutputs: boolean
  readonly datasetQueryConstraint: string
  readonly summary?: string
}

/** Add the graph options. */
export const addGraphOptions = (command: Command): Command =>
  command
    .option('-b, --butler-config <repo>', 'data repository (required)')
    .option('-i, --input <collections>', 'input collections, separated by commas', collectList)
    .option('-o, --output <chain>', 'output chain: its first child becomes the new run')
    .option('--output-run <run>', 'name of the output run; otherwise CHAIN/time stamp')
    .option('-d, --data-query <expression>', "which data: instrument='HSC' AND visit=903344")
    .option(
      '--data-id-table <file>',
      'CSV file of data IDs of which one must match (repeatable)',
      collect,
      [],
    )
    .option('--extend-run', 'add to the existing run; skips what is done', false)
    .option('--replace-run', 'take the previous run out of the chain', false)
    .addOption(
      new Option('--prune-replaced <how>', 'with --replace-run: delete its files, or all of it').choices([
        'unstore',
        'purge',
      ]),
    )
    .option('--rebase', 'change the inputs of an existing chain to those given', false)
    .option('-g, --qgraph <file>', 'run a saved graph')
    .option('--qgraph-id <id>', 'refuse a saved graph with another id')
    .option('--qgraph-node-id <uuids>', 'only these quanta of a saved graph', collectList)
    .option(
      '--qgraph-datastore-records',
      'note in the graph where the files of its inputs are, for run-qbb',
      false,
    )
    .option('-q, --save-qgraph <file>', 'save the graph: .qg as the Python pipetask, or .fgraph, smaller')
    .option('--qgraph-dot <file>', 'write a GraphViz drawing of the quanta')
    .option('--qgraph-mermaid <file>', 'write a Mermaid drawing of the quanta')
    .option('--skip-existing', 'leave out quanta that are done in the output run', false)
    .option(
      '--skip-existing-in <collections>',
      'leave out quanta that are done in these collections',
      collectList,
    )
    .option(
      '--retained-dataset-types <file>',
      'with --skip-existing-in: YAML list of the dataset types (globs) that were kept; others are made again where needed',
    )
    .option(
      '--prune-unanchored-quanta <source:anchor>',
      'leave out quanta of one task that lead to none of another, and all that depends on them',
    )
    .option('--clobber-outputs', 'with --extend-run: replace leftovers of quanta that failed', false)
    .option(
      '--dataset-query-constraint <types>',
      'existing inputs that limit the data: all, off, or their names',
      'all',
    )
    .option('--mock', 'replace every task by one that only notes what it would read and make', false)
    .option(
      '--mock-failure <label:exception:where>',
      'with --mock: fail so for these data IDs; a fourth part, `:3GB`, only with less memory (repeatable)',
      (text: string, before: readonly string[]) => {
        parseFailure(text)
        return collect(text, before)
      },
      [],
    )
    .option('--unmocked-dataset-types <names>', 'with --mock: inputs that stay real', collectList)
    .option('--summary <file>', 'write counts as JSON')

/** The flags as the engine takes them. */
export async function graphOptions(flags: GraphFlags, io: CommandIo): Promise<GraphOptions> {
  const user = io.env('USER') ?? io.env('LOGNAME')
  const tables = await Promise.all(flags.dataIdTable.map((file) => readDataIds(io.cwd, file)))
  const { retainedDatasetTypes: retained, pruneUnanchoredQuanta: unanchored } = flags
  return {
    ...(retained !== undefined && { retainedDatasetTypes: await readPatterns(io.cwd, retained) }),
    ...(unanchored !== undefined && { pruneUnanchoredQuanta: twoLabels(unanchored) }),
    ...(flags.input && { input: flags.input }),
    ...(flags.output !== undefined && { output: flags.output }),
    ...(flags.outputRun !== undefined && { outputRun: flags.outputRun }),
    ...(flags.dataQuery !== undefined && { where: flags.dataQuery }),
    ...(tables.length > 0 && { dataIdTables: tables }),
    ...(flags.pruneReplaced && { pruneReplaced: flags.pruneReplaced }),
    ...(flags.skipExistingIn && { skipExistingIn: flags.skipExistingIn }),
    extendRun: flags.extendRun,
    replaceRun: flags.replaceRun,
    rebase: flags.rebase,
    skipExisting: flags.skipExisting,
    clobberOutputs: flags.clobberOutputs,
    datasetQueryConstraint: flags.datasetQueryConstraint,
    ...(user !== undefined && { user }),
    command: io.commandLine,
    notes: {
      butler_argument: flags.butlerConfig,
      extend_run: flags.extendRun,
      skip_existing: flags.skipExisting,
      skip_existing_in: flags.skipExistingIn ?? [],
    },
  }
}

/** A YAML file that is a list of globs. */
async function readPatterns(folder: string, file: string): Promise<readonly string[]> {
  const { parse } = await import('yaml')
  const list: unknown = parse(await readNamedText(folder, file))
  if (Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string'))
    return list as readonly string[]
  throw new FirstlightError('cli/bad-list', `${file} is no list of dataset types.`, {
    hint: 'Write one name or glob a line, each after a dash: - calexp',
  })
}

function twoLabels(text: string): readonly [string, string] {
  const [source = '', anchor = '', ...more] = text.split(':')
  if (source !== '' && anchor !== '' && more.length === 0) return [source, anchor]
  throw new FirstlightError('cli/bad-labels', `'${text}' does not name two tasks.`, {
    hint: 'Write --prune-unanchored-quanta SOURCE:ANCHOR with two labels of the pipeline.',
  })
}

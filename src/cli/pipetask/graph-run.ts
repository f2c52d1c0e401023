import type { Butler } from '#butler'
import { type Context, FirstlightError } from '#core'
import {
  emptyGraph,
  type QuantumGraph,
  type RunCollections,
  type TaskRegistry,
  prepareRun,
  quantumGraphParts,
  resolveCollections,
  withStoredFiles,
} from '#pipeline'
import { needFolder, writeNamed } from '../shared/place.ts'
import type { CommandIo } from './io.ts'
import { savePipelineFiles } from './build.ts'
import { drawQuanta, drawQuantaMermaid } from './draw-quanta.ts'
import { type GraphFlags, graphOptions } from './graph-options.ts'
import type { PipelineOptions } from './pipeline-options.ts'
import { allTasks, pipelineSource } from './pipeline-source.ts'
import { openGraphFile } from './graph-files.ts'
import { makePipelineHost } from './host.ts'
import { mocked } from './mock.ts'
import { isGraphItem, type ShowItem, showPipeline } from './show.ts'
import { summaryOf } from './summary.ts'
import { countsLine, countsTable, showGraph } from './show-graph.ts'

/** A graph that a command line asked for, with the tasks it needs. */
export interface CommandGraph {
  readonly graph: QuantumGraph
  readonly reasons: readonly string[]
  readonly tasks: TaskRegistry
  /** Settled when it comes to running. */
  readonly collections: () => Promise<RunCollections>
}

/** What a pipeline alone can show is shown, and no graph built. */
export async function showsPipelineOnly(
  flags: GraphFlags & PipelineOptions,
  items: readonly ShowItem[],
  butler: Butler,
  io: CommandIo,
): Promise<boolean> {
  if (items.length === 0 || items.some(isGraphItem) || flags.qgraph !== undefined) return false
  const source = await pipelineSource(flags, io, makePipelineHost(io), butler, flags.dataQuery)
  await savePipelineFiles(flags, source, io)
  await showPipeline(items, source, flags.selectTasks !== undefined, io.out)
  io.err('No graph was built and nothing run: --show was given, and what it asks for has been shown.\n')
  return true
}

/** A graph may take hours: what it is written to must be there before. */
async function checkFolders(flags: GraphFlags, io: CommandIo): Promise<void> {
  const { saveQgraph, qgraphDot, qgraphMermaid, summary } = flags
  for (const file of [saveQgraph, qgraphDot, qgraphMermaid, summary])
    if (file !== undefined) await needFolder(io.cwd, file)
}

/** Build or load the graph of a command line, save and show it; an empty one is an error. */
export async function commandGraph(
  flags: GraphFlags & PipelineOptions,
  items: readonly ShowItem[],
  butler: Butler,
  io: CommandIo,
  context: Context,
): Promise<CommandGraph> {
  await checkFolders(flags, io)
  const made =
    flags.qgraph === undefined
      ? await built(flags, items, butler, io, context)
      : await loaded(flags, flags.qgraph, butler, io)
  const { graph, reasons } = made
  const log = context.log.child('ctrl.mpexec.cmdLineFwk')
  log.info(graph.size === 0 ? countsLine(graph) : `${countsLine(graph)}\n${countsTable(graph)}`)
  if (graph.size === 0) throw emptyGraph(reasons)
  await saveGraphFiles(flags, made, butler, io)
  await showGraph(items.filter(isGraphItem), graph, butler, io.out)
  return made
}

async function built(
  flags: GraphFlags & PipelineOptions,
  items: readonly ShowItem[],
  butler: Butler,
  io: CommandIo,
  context: Context,
): Promise<CommandGraph> {
  const source = await pipelineSource(flags, io, makePipelineHost(io), butler, flags.dataQuery)
  await savePipelineFiles(flags, source, io)
  await showPipeline(
    items.filter((i) => !isGraphItem(i)),
    source,
    flags.selectTasks !== undefined,
    io.out,
  )
  const pipeline = flags.mock ? await mocked(await source.graph(), flags, butler) : await source.graph()
  const prepared = await prepareRun(butler, pipeline, await graphOptions(flags, io), context)
  const { graph, reasons, collections } = prepared
  return { graph, reasons, tasks: source.tasks, collections: () => Promise.resolve(collections) }
}

async function loaded(
  flags: GraphFlags & PipelineOptions,
  file: string,
  butler: Butler,
  io: CommandIo,
): Promise<CommandGraph> {
  if (flags.pipeline !== undefined || flags.edits.length > 0)
    throw new FirstlightError('cli/bad-option', 'A graph that is read from a file has its pipeline in it.', {
      hint: 'Leave -p, -t, -c, -C, --delete and --instrument out, or build the graph again without -g.',
    })
  const tasks = await allTasks(flags.taskModule, io)
  const graph = await openGraphFile(file, flags, tasks, butler, io)
  return { graph, tasks, reasons: [], collections: () => collectionsOf(graph, flags, butler, io) }
}

/** Where a loaded graph writes: its own run and chain; a new chain gets the inputs that are given, or none. */
async function collectionsOf(
  graph: QuantumGraph,
  flags: GraphFlags,
  butler: Butler,
  io: CommandIo,
): Promise<RunCollections> {
  const { output, outputRun, input, ...rest } = await graphOptions(flags, io)
  const chain = output ?? (outputRun === undefined ? graph.header.output : undefined)
  const collections = await resolveCollections(
    butler,
    {
      ...rest,
      ...(input && { input }),
      inputsAreKnown: true,
      ...(chain !== undefined && { output: chain }),
      outputRun: outputRun ?? graph.header.run,
    },
    Date.now(),
  )
  if (collections.run === graph.header.run) return collections
  throw new FirstlightError(
    'cli/wrong-run',
    `The graph writes to run ${graph.header.run}, and the options say ${collections.run}.`,
    { hint: 'Leave --output-run out, or build the graph again.' },
  )
}

async function saveGraphFiles(
  flags: GraphFlags,
  { graph: made }: CommandGraph,
  butler: Butler,
  io: CommandIo,
): Promise<void> {
  const { saveQgraph, qgraphDot, qgraphMermaid, summary } = flags
  const graph = flags.qgraphDatastoreRecords ? await withStoredFiles(made, butler) : made
  if (saveQgraph !== undefined) await writeNamed(io.cwd, saveQgraph, quantumGraphParts(saveQgraph, graph))
  if (qgraphDot !== undefined) await writeNamed(io.cwd, qgraphDot, drawQuanta(graph))
  if (qgraphMermaid !== undefined) await writeNamed(io.cwd, qgraphMermaid, drawQuantaMermaid(graph))
  if (summary !== undefined) await writeNamed(io.cwd, summary, summaryOf(graph, io))
}

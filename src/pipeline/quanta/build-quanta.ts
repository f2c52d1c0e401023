import { type Butler, DataCoordinate, type DataId, type DatasetType, DimensionCodes } from '#butler'
import { type Context, isFirstlightError, type Logger } from '#core'
import {
  type DatasetTypeNode,
  overallInputs,
  PACKAGES,
  type PipelineGraph,
  type TaskNode,
} from '../graph/pipeline-graph.ts'
import { missingInitInput, pipelineError } from '../errors.ts'
import { CoordinateTables } from './coordinates.ts'
import { DatasetNodes } from './datasets.ts'
import { makeIdSource } from './ids.ts'
import { independentPieces } from './pieces.ts'
import { RecordTables } from './record-tables.ts'
import { checkRetained } from './retained.ts'
import { type GraphHeader, QuantumGraph, type TaskQuanta } from './quantum-graph.ts'
import type { DataQuery } from './rows.ts'
import { type BuildState, makeSkeleton } from './skeleton.ts'
import { anchored, requireLabels } from './unanchored.ts'
import { walkTasks } from './walk.ts'

export interface QuantumGraphOptions {
  readonly butler: Butler
  readonly pipeline: PipelineGraph
  /** Collections searched for inputs, flattened, in order; what governor they all have (the instrument) need not be said. */
  readonly inputs: readonly string[]
  readonly output?: string
  readonly run: string
  /** The output run exists and is added to. */
  readonly extendRun?: boolean
  readonly where?: string
  readonly dataId?: DataId
  readonly dataIdTables?: readonly (readonly DataId[])[]
  readonly skipExistingIn?: readonly string[]
  /** Globs of the dataset types that runs in `skipExistingIn` kept: what they did not keep and is needed is made again. */
  readonly retainedTypes?: readonly string[]
  /** Labels of two tasks: quanta of the first that lead to none of the second are left out, with all that depends on them. */
  readonly pruneUnanchored?: readonly [source: string, anchor: string]
  readonly clobberOutputs?: boolean
  readonly constraint?: 'all' | 'off' | readonly string[]
  readonly user?: string
  /** The command line, and further notes for the header. */
  readonly command?: string
  readonly notes?: Readonly<Record<string, unknown>>
  /** Milliseconds since 1970, for ids and the header. */
  readonly time: number
}

/** A graph, and when it is empty, why. */
export interface BuiltGraph {
  readonly graph: QuantumGraph
  readonly reasons: readonly string[]
}

/**
 * All quanta that a pipeline has for some data: one registry query for each independent set of tasks, joins in memory, one
 * query a dataset type for what exists.
 */
export async function buildQuantumGraph(options: QuantumGraphOptions, context: Context): Promise<BuiltGraph> {
  const { pipeline, inputs, clobberOutputs = false, skipExistingIn = [] } = options
  const log = context.log.child('quantumGraph')
  const butler = await options.butler.clone({ collections: inputs })
  const state = await makeState({ ...options, butler })
  checkConstraint(options.constraint ?? 'all', pipeline)
  const retained = options.retainedTypes
  if (retained) checkRetained(retained, skipExistingIn, typeNames(pipeline), log)
  if (options.pruneUnanchored) requireLabels(pipeline, options.pruneUnanchored)
  const bar = context.progress.start('Building quantum graph', pipeline.tasks.length, 'tasks')
  const tasks: TaskQuanta[] = []
  let first = 0
  for (const piece of independentPieces(pipeline)) {
    context.signal.throwIfAborted()
    const before = state.reasons.length
    const skeleton = await makeSkeleton(piece, state)
    if (skeleton.length === 0 && state.reasons.length === before)
      state.reasons.push(...(await whyNoRows(piece, state)))
    const run = options.extendRun === true ? options.run : undefined
    const skipIn = await present(butler, skipExistingIn)
    const walked = await walkTasks(
      skeleton,
      state,
      { run, skipIn, clobber: clobberOutputs, ...(retained && { retained }) },
      { log, signal: context.signal },
    )
    for (const quanta of walked) {
      tasks.push({ ...quanta, first })
      first += quanta.coordinates.length
      bar.advance(1, quanta.node.label)
    }
  }
  bar.end()
  await addInitDatasets(pipeline, state)
  // Files of graphs name every type of the pipeline, also those of tasks without quanta.
  for (const name of typeNames(pipeline)) state.nodesOf(name)
  for (const table of state.tables.all) await state.records.loadGroup(butler, table.group, table)
  const header: GraphHeader = {
    id: crypto.randomUUID(),
    inputs,
    output: options.output,
    run: options.run,
    user: options.user ?? '',
    time: options.time,
    where: options.where,
    command: options.command,
    quantumIds: makeIdSource(options.time),
    datasetIds: makeIdSource(options.time),
    notes: options.notes ?? {},
  }
  const whole = new QuantumGraph(header, pipeline, inPipelineOrder(tasks, pipeline), state.datasets, {
    recordTables: state.records,
  })
  const graph = options.pruneUnanchored ? keepAnchored(whole, options.pruneUnanchored, log) : whole
  if (graph.size === 0) sayWhy(state.reasons, log)
  return { graph, reasons: state.reasons }
}

function keepAnchored(
  graph: QuantumGraph,
  [source, anchor]: readonly [string, string],
  log: Logger,
): QuantumGraph {
  const kept = anchored(graph, source, anchor)
  if (kept.size === graph.size) return graph
  log.info(`Left out ${graph.size - kept.size} quanta: ${source} leads to no ${anchor} there.`)
  return graph.subset(kept)
}

/** All dataset types that a run of the pipeline may read or write. */
const typeNames = (pipeline: PipelineGraph): readonly string[] => [
  ...pipeline.datasetTypes.keys(),
  ...pipeline.tasks.flatMap((node) => taskTypes(node).map((type) => type.name)),
]

/** Pieces are walked one after the other; numbers of quanta follow the pipeline's order. */
function inPipelineOrder(tasks: readonly TaskQuanta[], pipeline: PipelineGraph): readonly TaskQuanta[] {
  let first = 0
  return pipeline.tasks.flatMap((node) => {
    const found = tasks.find((t) => t.node === node)
    if (found === undefined || found.coordinates.length === 0) return []
    const moved = { ...found, first }
    first += found.coordinates.length
    return [moved]
  })
}

async function makeState(options: QuantumGraphOptions): Promise<BuildState> {
  const { butler, pipeline } = options
  const registered = new Map((await butler.registry.queryDatasetTypes()).map((type) => [type.name, type]))
  const types = new Map<string, DatasetType>()
  for (const node of pipeline.datasetTypes.values())
    types.set(node.name, registered.get(node.name) ?? plannedType(node))
  for (const node of pipeline.tasks)
    for (const type of taskTypes(node)) types.set(type.name, registered.get(type.name) ?? type)
  const codes = new DimensionCodes()
  const records = new RecordTables(codes)
  const tables = new CoordinateTables(codes, records)
  const datasets = new Map<string, DatasetNodes>()
  const outside = new Set(overallInputs(pipeline).map((type) => type.name))
  const typeOf = (name: string): DatasetType => {
    const type = types.get(name)
    if (type === undefined) throw new RangeError(`dataset type ${name}`)
    return type
  }
  const { constraint = 'all' } = options
  const deferred = deferredTypes(pipeline)
  const dataId = await governors(options)
  const query: DataQuery = {
    ...(options.where !== undefined && options.where.trim() !== '' && { where: options.where }),
    ...(Object.keys(dataId).length > 0 && { dataId }),
    ...(options.dataIdTables && { dataIdTables: options.dataIdTables }),
  }
  return {
    butler,
    inputs: options.inputs,
    query,
    tables,
    records,
    datasets,
    reasons: [],
    typeOf,
    nodesOf(name) {
      const known = datasets.get(name)
      if (known !== undefined) return known
      const type = typeOf(name)
      const made = new DatasetNodes(type, tables.of(type.dimensions))
      datasets.set(name, made)
      return made
    },
    isOverallInput: (name) => outside.has(name),
    limitsData: (name) =>
      constraint === 'all' ? !deferred.has(name) : constraint !== 'off' && constraint.includes(name),
    isRegistered: (name) => registered.has(name),
  }
}

/** Types that one reader anywhere in the pipeline defers limit nobody's data, as in the Rubin middleware. */
const deferredTypes = ({ tasks }: PipelineGraph): ReadonlySet<string> =>
  new Set(
    tasks.flatMap(({ inputs }) =>
      inputs.filter((edge) => edge.deferGraphConstraint).map((edge) => edge.datasetType),
    ),
  )

function plannedType({ name, dimensions, storageClass, isCalibration }: DatasetTypeNode): DatasetType {
  if (storageClass !== undefined) return { name, dimensions, storageClass, isCalibration }
  throw pipelineError(
    'missing-dataset-type',
    `Dataset type '${name}' does not exist in the repository, and the pipeline uses only a component of it.`,
    {
      hint: `Make ${name} first, or register it.`,
      data: { datasetType: name },
    },
  )
}

/** Dataset types that every task has besides its connections. */
export const taskTypes = (node: TaskNode): readonly DatasetType[] => {
  const { dimensions } = node
  const of = (name: string, storageClass: string): DatasetType => ({
    name,
    dimensions,
    storageClass,
    isCalibration: false,
  })
  return [
    of(node.metadataName, 'TaskMetadata'),
    ...(node.logName === undefined ? [] : [of(node.logName, 'ButlerLogRecords')]),
    { ...of(node.configName, 'Config'), dimensions: dimensions.universe.empty },
  ]
}

/** The pipeline's instrument limits the data, and-ed with what the user asks for. */
async function governors({ butler, pipeline, dataId = {} }: QuantumGraphOptions): Promise<DataId> {
  const { instrument } = pipeline
  if (instrument === undefined) return dataId
  const records = await butler.queryDimensionRecords('instrument', { limit: null, explain: false })
  const simple = instrument.split('.').pop()
  const found =
    records.find((r) => r.get('class_name') === instrument) ??
    records.find((r) => String(r.get('class_name')).split('.').pop() === simple)
  if (found !== undefined) return { instrument: found.id, ...dataId }
  throw pipelineError(
    'unknown-instrument',
    `The pipeline is for ${instrument}, which is not registered in the repository.`,
    {
      hint: `Register it with: butler register-instrument ${butler.root} ${instrument}`,
      data: { instrument },
    },
  )
}

function checkConstraint(
  constraint: NonNullable<QuantumGraphOptions['constraint']>,
  pipeline: PipelineGraph,
): void {
  if (typeof constraint === 'string') return
  const known = overallInputs(pipeline).filter((t) => !t.isPrerequisite)
  const unknown = constraint.filter((name) => !known.some((t) => t.name === name))
  if (unknown.length > 0)
    throw pipelineError(
      'bad-constraint',
      `--dataset-query-constraint names ${unknown.join(', ')}, which the pipeline does not read.`,
      {
        hint: `It may be all, off, or some of ${known.map((t) => t.name).join(', ')}.`,
      },
    )
}

const present = async (butler: Butler, names: readonly string[]): Promise<readonly string[]> => {
  const known = new Set(await butler.collections.query('*', { includeChains: true }))
  return names.filter((name) => known.has(name))
}

/** Configs, schemas and package versions: one dataset each, without data ID. */
async function addInitDatasets(pipeline: PipelineGraph, state: BuildState): Promise<void> {
  const empty = pipeline.universe.empty
  const packages: DatasetType = {
    name: PACKAGES,
    dimensions: empty,
    storageClass: 'Packages',
    isCalibration: false,
  }
  const table = state.tables.of(empty)
  const whole = table.add(new DataCoordinate(empty, {}, true))
  state.datasets.set(PACKAGES, new DatasetNodes(packages, table))
  state.nodesOf(PACKAGES).at(whole)
  for (const node of pipeline.tasks)
    for (const name of [node.configName, ...node.initOutputs.map((e) => e.datasetType)])
      state.nodesOf(name).at(whole)
  const read = pipeline.tasks.flatMap((node) => node.initInputs.map((edge) => ({ node, edge })))
  for (const { node, edge } of read) {
    const name = edge.datasetType
    if (state.datasets.has(name)) continue
    const found = state.isRegistered(name)
      ? await state.butler.findDataset(name, {}, { collections: state.inputs })
      : undefined
    if (found === undefined) throw missingInitInput(node.label, name, state.inputs.join(', '))
    state.nodesOf(name).addRef(found)
  }
}

/** Ask the registry again, this time for its reasons. */
async function whyNoRows(piece: readonly TaskNode[], state: BuildState): Promise<readonly string[]> {
  const names = new Set(piece.flatMap((node) => node.dimensions.names))
  try {
    await state.butler.queryDataIds([...names], {
      ...(state.query.where !== undefined && { where: state.query.where }),
      ...(state.query.dataId && { dataId: state.query.dataId }),
      limit: 1,
      explain: true,
    })
  } catch (error) {
    if (!isFirstlightError(error) || error.code !== 'butler/empty-result') throw error
    const { reasons } = error.data as { reasons: readonly string[] }
    if (reasons.length > 0) return reasons
  }
  const where = state.query.where ?? 'the pipeline'
  return [`No data ID of ${piece.map((n) => n.label).join(', ')} fits: ${where}.`]
}

function sayWhy(reasons: readonly string[], log: Logger): void {
  log.error('The quantum graph is empty.')
  for (const reason of reasons) log.error(reason)
}

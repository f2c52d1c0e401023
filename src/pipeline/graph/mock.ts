import { type DatasetRef, type DatasetType, parseExpression } from '#butler'
import {
  AlgorithmError,
  AnnotatedPartialOutputsError,
  InvalidQuantumError,
  NoWorkFound,
  pipelineError,
  RepeatableQuantumError,
  UnprocessableDataError,
  UpstreamFailureNoWorkFound,
} from '../errors.ts'
import type { QuantumIo } from '../pipeline-task.ts'
import type { QuantumContext } from '../task.ts'
import { assembleGraph } from './assemble.ts'
import { matchesDataId } from './match-data-id.ts'
import type { Edge, PipelineGraph, TaskNode } from './pipeline-graph.ts'

/** What a mock is made to do: plain data that crosses processes. */
export interface MockSpec {
  /** Input dataset types that are left as they are. */
  readonly unmocked: readonly string[]
  readonly failure?: MockFailure
}

export interface MockFailure {
  /** Class name of the exception, e.g. `lsst.pipe.base.NoWorkFound`; '' for a plain error. */
  readonly exception: string
  /** Data IDs that fail. */
  readonly where: string
  /** Fail only when the quantum may use less memory than this. */
  readonly memoryMb?: number
}

const PREFIX = '_mock_'

/** The label that a mock's was made from. */
export const originalLabel = (label: string): string => label.slice(PREFIX.length)

/**
 * A pipeline whose tasks only note what they read and make: same graph, no work. Labels and dataset types get the prefix
 * `_mock_`, so that nothing real is touched.
 */
export function mockPipeline(
  graph: PipelineGraph,
  unmocked: readonly string[],
  failures: ReadonlyMap<string, MockFailure>,
  repositoryType: (name: string) => DatasetType | undefined,
): PipelineGraph {
  for (const [label, { where }] of failures) {
    if (!graph.tasks.some((t) => t.label === label))
      throw pipelineError(
        'bad-mock',
        `--mock-failure names task '${label}', which the pipeline does not have.`,
        {
          hint: `Its labels are ${graph.tasks.map((t) => t.label).join(', ')}.`,
        },
      )
    parseExpression(where)
  }
  const tasks = graph.tasks.map((node) => {
    const failure = failures.get(node.label)
    return mockNode(node, { unmocked, ...(failure && { failure }) })
  })
  return assembleGraph({ ...graph, tasks, subsets: new Map(), steps: [] }, repositoryType)
}

/** One task as a mock. */
export function mockNode(node: TaskNode, mock: MockSpec): TaskNode {
  const isKept = (edge: Edge): boolean => mock.unmocked.includes(edge.datasetType)
  const renamed = (edge: Edge): Edge => ({
    ...edge,
    datasetType: PREFIX + edge.datasetType,
    component: undefined,
    storageClass: 'StructuredDataDict',
  })
  const read = (edges: readonly Edge[]): readonly Edge[] => edges.map((e) => (isKept(e) ? e : renamed(e)))
  const made = (edges: readonly Edge[]): readonly Edge[] =>
    edges.map((edge) => {
      if (!isKept(edge)) return renamed(edge)
      throw pipelineError(
        'bad-mock',
        `Unmocked dataset type '${edge.datasetType}' cannot be used as an output.`,
        {
          hint: 'Only what the pipeline reads and does not make can stay unmocked.',
        },
      )
    })
  const label = PREFIX + node.label
  return {
    ...node,
    label,
    mock,
    inputs: read(node.inputs),
    prerequisites: read(node.prerequisites),
    outputs: made(node.outputs),
    initInputs: read(node.initInputs),
    initOutputs: made(node.initOutputs),
    logName: node.logName === undefined ? undefined : PREFIX + node.logName,
    metadataName: PREFIX + node.metadataName,
    configName: PREFIX + node.configName,
    task: {
      ...node.task,
      init: () => Object.fromEntries(node.initOutputs.map((e) => [e.connection, { mock: e.datasetType }])),
      runQuantum: (io, context) => runMock(io, context, mock),
    },
  }
}

interface MockDataset {
  readonly dataset_id: string
  readonly dataset_type: string
  readonly data_id: DatasetRef['dataId']
  readonly run: string
  readonly quantum?: unknown
  readonly output_connection_name?: string
}

async function runMock(io: QuantumIo, context: QuantumContext, { failure }: MockSpec): Promise<void> {
  const { label, dataId, log } = context
  log.info(`Mocking execution of task '${label}'.`)
  if (failure !== undefined && fails(failure, context)) throw exceptionOf(failure, label)
  const inputs: Record<string, unknown[]> = {}
  for (const [connection, refs] of Object.entries(io.inputs)) {
    inputs[connection] = []
    for (const ref of refs) inputs[connection].push(await describe(io, ref))
  }
  const quantum = { task_label: label, data_id: dataId, inputs }
  for (const [connection, refs] of Object.entries(io.outputs))
    for (const ref of refs)
      await io.put({ ...about(ref), quantum, output_connection_name: connection } satisfies MockDataset, ref)
}

const about = (ref: DatasetRef): MockDataset => ({
  dataset_id: ref.id,
  dataset_type: ref.datasetType.name,
  data_id: ref.dataId,
  run: ref.run,
})

/** A mock is read, to see that it can be; what is behind it is left out. */
async function describe(io: QuantumIo, ref: DatasetRef): Promise<MockDataset> {
  if (!ref.datasetType.name.startsWith(PREFIX)) return about(ref)
  const { quantum: _deeper, ...own } = await io.get<MockDataset>(ref)
  return own
}

const fails = ({ where, memoryMb }: MockFailure, { dataId, resources }: QuantumContext): boolean =>
  matchesDataId(where, dataId) &&
  (memoryMb === undefined || (resources.memoryMb !== undefined && resources.memoryMb < memoryMb))

function exceptionOf({ exception }: MockFailure, label: string): Error {
  const message = `Simulated failure of task '${label}'`
  switch (exception.split('.').at(-1)) {
    case 'NoWorkFound':
      return new NoWorkFound(message)
    case 'UpstreamFailureNoWorkFound':
      return new UpstreamFailureNoWorkFound(message)
    case 'UnprocessableDataError':
      return new UnprocessableDataError(message)
    case 'AlgorithmError':
      return new AlgorithmError(message)
    case 'AnnotatedPartialOutputsError':
      return new AnnotatedPartialOutputsError(message)
    case 'RepeatableQuantumError':
      return new RepeatableQuantumError(message)
    case 'InvalidQuantumError':
      return new InvalidQuantumError(message)
    default:
      return Object.assign(new Error(message), { name: exception === '' ? 'ValueError' : exception })
  }
}

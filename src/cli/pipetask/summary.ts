import { type QuantumGraph, type QuantumResult, TIMED_OUT } from '#pipeline'
import type { CommandIo } from './io.ts'

/** Counts of a graph in the anchor's JSON shape. */
export const graphSummary = (graph: QuantumGraph, io: CommandIo): unknown => ({
  cmdLine: io.commandLine,
  // As Python prints it, in microseconds.
  creationUTC: new Date(graph.header.time).toISOString().replace('T', ' ').replace('Z', '000'),
  inputCollection: graph.header.inputs,
  outputCollection: graph.header.output ?? null,
  outputRun: graph.header.run,
  qgraphTaskSummaries: Object.fromEntries(
    graph.tasks.map(({ node, coordinates, inputs, outputs }) => [
      node.label,
      {
        taskLabel: node.label,
        numQuanta: coordinates.length,
        numInputs: Object.fromEntries(
          [...node.inputs, ...node.prerequisites].map((e, i) => [
            e.datasetType,
            inputs[i]?.items.length ?? 0,
          ]),
        ),
        numOutputs: {
          ...Object.fromEntries(node.outputs.map((e, i) => [e.datasetType, outputs[i]?.items.length ?? 0])),
          [node.metadataName]: coordinates.length,
          ...(node.logName !== undefined && { [node.logName]: coordinates.length }),
        },
      },
    ]),
  ),
})

export const summaryOf = (graph: QuantumGraph, io: CommandIo): string =>
  `${JSON.stringify({ qgraphSummary: graphSummary(graph, io) }, null, 2)}\n`

const STATUS = {
  done: 'success',
  skipped: 'success',
  failed: 'failure',
  blocked: 'skipped',
  cancelled: 'skipped',
  pending: 'skipped',
} as const

const isTimeout = ({ state, error }: QuantumResult): boolean =>
  state === 'failed' && error?.name === TIMED_OUT

/** What the anchor raises at the end of a run in which quanta failed, or did nothing but take too long. */
const RAISED = {
  failure: {
    className: 'lsst.pipe.base.mp_graph_executor.MPGraphExecutorError',
    message: 'One or more tasks failed during execution.',
  },
  timeout: {
    className: 'lsst.pipe.base.mp_graph_executor.MPTimeoutError',
    message: 'One or more tasks timed out during execution.',
  },
} as const

/** How a run ended that has an exit code. */
function unsuccessful(quanta: readonly QuantumResult[]): keyof typeof RAISED {
  const failed = quanta.filter(({ state }) => state === 'failed')
  return failed.length > 0 && failed.every(isTimeout) ? 'timeout' : 'failure'
}

/** How the quanta of a run ended, in the anchor's JSON shape, whose reader takes no further fields. */
export function executionSummary(
  graph: QuantumGraph,
  result: { readonly quanta: readonly QuantumResult[]; readonly exitCode: number },
  io: CommandIo,
): string {
  const required = new Map(graph.tasks.map(({ node }) => [node.label, node.dimensions.required]))
  const quantaReports = result.quanta.map((quantum) => ({
    quantumId: quantum.id,
    taskLabel: quantum.label,
    dataId: Object.fromEntries(
      required.get(quantum.label)?.map((name) => [name, quantum.dataId[name]]) ?? [],
    ),
    status: isTimeout(quantum) ? 'timeout' : STATUS[quantum.state],
    ...(quantum.error && {
      exceptionInfo: { className: quantum.error.name, message: quantum.error.message },
    }),
  }))
  const status = result.exitCode === 0 ? 'success' : unsuccessful(result.quanta)
  return `${JSON.stringify(
    {
      qgraphSummary: graphSummary(graph, io),
      status,
      cmdLine: io.words ?? [io.commandLine],
      exitCode: result.exitCode,
      ...(status !== 'success' && { exceptionInfo: RAISED[status] }),
      quantaReports,
    },
    null,
    2,
  )}\n`
}

import type { QuantumGraph, QuantumResult } from '#pipeline'
import type { CommandIo } from './io.ts'

/** Counts of a graph in the anchor's JSON shape. */
export const graphSummary = (graph: QuantumGraph, io: CommandIo): unknown => ({
  cmdLine: io.commandLine,
  creationUTC: new Date(graph.header.time).toISOString(),
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

/** How the quanta of a run ended, in the anchor's JSON shape. */
export function executionSummary(
  graph: QuantumGraph,
  result: { readonly quanta: readonly QuantumResult[]; readonly exitCode: number },
  io: CommandIo,
): string {
  const quantaReports = result.quanta.map(({ id, label, dataId, state, error, elapsedSec }) => ({
    quantumId: id,
    taskLabel: label,
    dataId,
    status: STATUS[state],
    ...(elapsedSec !== undefined && { elapsedSec }),
    exceptionInfo: error === undefined ? null : { className: error.name, message: error.message },
  }))
  return `${JSON.stringify(
    {
      qgraphSummary: graphSummary(graph, io),
      status: result.exitCode === 0 ? 'success' : 'failure',
      cmdLine: io.commandLine,
      exitCode: result.exitCode,
      quantaReports,
    },
    null,
    2,
  )}\n`
}

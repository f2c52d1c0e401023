/**
 * pipeline: from declared tasks to datasets. Nouns: Task and PipelineTask, connection, pipeline (YAML), pipeline graph,
 * quantum, quantum graph, executor, run. It knows the butler but no instrument, no astronomy, no process and no screen: files,
 * workers and versions are given to it. The ideas are the Rubin stack's pipe_base and ctrl_mpexec.
 */
export {
  type Connection,
  type ConnectionKind,
  type Connections,
  initInput,
  initOutput,
  input,
  output,
  prerequisiteInput,
  type ValuesOf,
} from './connections.ts'
export { type StorageClassTypes, type TypeTag, valueType } from './storage-types.ts'
export {
  defineTask,
  type QuantumContext,
  type QuantumResources,
  type Task,
  type TaskContext,
} from './task.ts'
export {
  type ConnectionEditor,
  definePipelineTask,
  type PipelineTask,
  type PipelineTaskDefinition,
  type QuantaAdjuster,
  type QuantumIo,
  type RefsByConnection,
} from './pipeline-task.ts'
export { TaskRegistry } from './task-registry.ts'
export { TaskMetadata, type MetadataScalar, type MetadataValue, type StoredMetadata } from './metadata.ts'
export * from './errors.ts'
export {
  type DatasetReport,
  type QuantumStatus,
  type ReportOptions,
  reportRun,
  type RunReport,
  type TaskReport,
} from './report.ts'
export { addReports, type ReportSummary, summarizeReport, type TaskSummaryJson } from './report-summary.ts'
export type { RunEvent, RunListener, TaskSummary } from './events.ts'
export { TimeLeft } from './time-left.ts'
export type { PipelineHost } from './host.ts'
export { editPipeline, type PipelineEdit } from './definition/edits.ts'
export { loadPipeline, parsePipeline, type SelectRange, splitPipelineUri } from './definition/load.ts'
export { emptyPipeline, type Pipeline, type Subset } from './definition/pipeline.ts'
export { printPipeline } from './definition/print.ts'
export { keepTasks } from './definition/subset.ts'
export { buildPipelineGraph, type BuildGraphOptions } from './graph/build-graph.ts'
export { withInstrumentOfData } from './graph/instrument.ts'
export { type MockFailure, mockPipeline } from './graph/mock.ts'
export { selectFragment } from './graph/fragment.ts'
export { selectTasks } from './graph/select.ts'
export {
  type DatasetTypeNode,
  type Edge,
  overallInputs,
  type PipelineGraph,
  type TaskNode,
  taskPredecessors,
} from './graph/pipeline-graph.ts'
export { type Drawing, drawGraph, drawTasks } from './graph/drawing.ts'
export { drawText } from './graph/draw-text.ts'
export { drawDot } from './graph/draw-dot.ts'
export { drawMermaid } from './graph/draw-mermaid.ts'
export { buildQuantumGraph, type BuiltGraph, type QuantumGraphOptions } from './quanta/build-quanta.ts'
export {
  type GraphExtras,
  type GraphHeader,
  type Quantum,
  QuantumGraph,
  type StoredFile,
} from './quanta/quantum-graph.ts'
export {
  loadGraphDatasets,
  loadQuantumGraph,
  quantumGraphParts,
  saveQuantumGraph,
} from './quanta/files/graph-file.ts'
export { inputsOfQuanta, outputsOfQuanta, transferableOutputs, transferableRef } from './quanta/outputs.ts'
export { withStoredFiles } from './quanta/stored-files.ts'
export { makeIdSource } from './quanta/ids.ts'
export { caveatCode } from './execute/caveats.ts'
export { type RunCollections, resolveCollections } from './execute/collections.ts'
export type { ExecutionOptions, QuantumExecutor, QuantumHooks } from './execute/executor.ts'
export { inProcessExecutor } from './execute/in-process.ts'
export {
  registerDatasetTypes,
  registerPipelineTypes,
  writeInitOutputs,
} from './execute/init-outputs.ts'
export { butlerStore, type QuantumStore, quantumBackedStore } from './execute/store.ts'
export type { QuantumJob, QuantumOutcome } from './execute/job.ts'
export type { ProcessFacts, ProcessUsage } from './execute/timer.ts'
export { type QuantumEnvironment, QuantumRunner } from './execute/run-quantum.ts'
export { makeWireReader, wireJob, type WireReader, workerSetup } from './execute/wire.ts'
export type { FromWorker, ToWorker, WireJob, WorkerSetup } from './execute/worker-messages.ts'
export {
  type ErrorRecord,
  errorRecord,
  type QuantumResult,
  TIMED_OUT,
  WORKER_LOST,
} from './execute/outcome.ts'
export { type GraphResult, runQuantumGraph } from './execute/run-graph.ts'
export {
  executeQuantumBacked,
  type QuantumBackedOptions,
  writeQuantumBackedInit,
} from './execute/quantum-backed.ts'
export {
  emptyGraph,
  type ExecuteOptions,
  executeRun,
  type GraphOptions,
  type PreparedRun,
  prepareRun,
  runPipeline,
  type RunPipelineOptions,
  type RunResult,
} from './run-pipeline.ts'
export { type OpenedPipeline, openPipeline, type PipelineChoice } from './open-pipeline.ts'

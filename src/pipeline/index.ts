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
export { defineTask, type QuantumContext, type Task, type TaskContext } from './task.ts'
export {
  type ConnectionEditor,
  definePipelineTask,
  type PipelineTask,
  type PipelineTaskDefinition,
  type QuantumIo,
  type RefsByConnection,
} from './pipeline-task.ts'
export { TaskRegistry } from './task-registry.ts'
export { TaskMetadata, type MetadataScalar, type MetadataValue, type StoredMetadata } from './metadata.ts'
export * from './errors.ts'
export type { RunEvent, RunListener, TaskSummary } from './events.ts'
export type { PipelineHost } from './host.ts'
export {
  type PipelineEdit,
  type QuantumResult,
  runPipeline,
  type RunPipelineOptions,
  type RunResult,
} from './run-pipeline.ts'

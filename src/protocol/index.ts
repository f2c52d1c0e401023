/**
 * protocol: what kernel and workbench say to each other about our objects, and nothing else: MIME types with versions,
 * display payloads, and the messages of the data comm through which a view fetches pixels and table rows as binary
 * buffers and changes configs. Payloads in the notebook stay small (statistics, a PNG preview); the bulk travels on the comm, on demand.
 * Types, parsers, empty counts and where the boxes of a pipeline stand: no transport, no rendering, no astronomy. Foreign front ends show the HTML and PNG beside.
 */
export { MIME } from './mime.ts'
export type { ExposureDisplay, LinearWcs, MaskPlaneDisplay, PlaneName } from './exposure.ts'
export type { TableColumnDisplay, TableDisplay } from './table.ts'
export { timeText } from './time-text.ts'
export {
  dimensionsText,
  noQuanta,
  type PipelineDisplay,
  type PipelineTaskDisplay,
  type QuantumState,
} from './pipeline.ts'
export { BAR_STATES, layoutTasks, type PlacedTask, TASK_BOX, type TaskLayout } from './task-layout.ts'
export type { RecordDisplay, RecordFact, RecordNode } from './record.ts'
export type {
  ConfigAnswer,
  ConfigDisplay,
  ConfigEdit,
  ConfigFieldDisplay,
  ConfigHistoryEntry,
  ConfigPartDisplay,
} from './config.ts'
export { DATA_COMM_TARGET, type DataReply, type DataRequest, parseDataRequest } from './data-comm.ts'

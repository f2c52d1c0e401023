/**
 * tasks: the pipeline tasks. Each joins algorithms (#algo) with a config, connections and a log; one folder or
 * `*.task.ts` file a task. It knows instruments only through what datasets carry, and no command line. Names of tasks,
 * connections, config fields and log lines are those of the Rubin stack's ip_isr, pipe_tasks, meas_algorithms and afw.
 */
export { taskRegistry } from './registry.ts'
export { IsrConfig, type IsrInputs, runIsr } from './isr/index.ts'
export {
  type CalibrationFrames,
  combineFrames,
  makeMasters,
  type Masters,
  reduceFrame,
} from './reduce/index.ts'
export { standardPipelines } from './pipelines.ts'
export * from './characterize/index.ts'
export * from './calibrate/index.ts'
export * from './warp/index.ts'
export { standaloneContext } from './standalone.ts'
export { instrumentName, instrumentOverrides } from './instrument-configs.ts'
export { type FrameResult, measureFrame } from './measure-frame.ts'
export { DEFAULT_MEASURE_FRAME, type MeasureFrameOptions } from './measure/options.ts'
export { type Frame, readFrame, type ReadFrameOptions } from './measure/read-frame.ts'
export { formatSummary, type FrameSummary } from './measure/summary.ts'
export { writeFrameResults } from './measure/write-results.ts'

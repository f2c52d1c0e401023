export { CrosstalkConfig, FringeConfig, IsrConfig, OverscanConfig } from './config.ts'
export type { IsrInputs } from './inputs.ts'
export { IsrTask } from './isr.task.ts'
export { runIsr } from './run-isr.ts'

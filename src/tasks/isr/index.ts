export { IsrConfig } from './config.ts'
export type { IsrInputs } from './inputs.ts'
export { runIsr } from './run-isr.ts'

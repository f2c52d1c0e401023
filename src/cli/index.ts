/**
 * cli: the commands `butler`, `pipetask` and `firstlight`. Each runs in this process with an input-output record of its own, so that
 * tests and notebooks can call it; only the small files beside this one touch the real process.
 */
export { runPipetask } from './pipetask/main.ts'
export type { CommandIo } from './pipetask/io.ts'
export { runButler } from './butler/main.ts'

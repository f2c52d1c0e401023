export { MakeWarpConfig } from './config.ts'
export { makeWarp, type WarpInput, type WarpTarget } from './make-warp.ts'
export { MakeWarpTask } from './make-warp.task.ts'

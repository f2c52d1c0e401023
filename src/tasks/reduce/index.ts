export { combineFrames } from './combine.ts'
export { type CalibrationFrames, makeMasters, type Masters, reduceFrame } from './reduce-frame.ts'

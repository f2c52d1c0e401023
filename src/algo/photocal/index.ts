/** algo/photocal: what a count is worth, from stars of known brightness. */
export { DEFAULT_ZERO_POINT, fitZeroPoint, type ZeroPoint, type ZeroPointOptions } from './zero-point.ts'

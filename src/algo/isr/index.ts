/**
 * algo/isr: the steps of instrument signature removal as pure steps on masked images, one file a step. The task strings
 * them together in the order of ip_isr; nothing here knows configs, datasets or headers.
 */
export { assembleCcd } from './assemble.ts'
export {
  addCorrection,
  brighterFatterCorrection,
  type BrighterFatterKernel,
  type BrighterFatterResult,
} from './brighter-fatter.ts'
export { subtractCrosstalk } from './crosstalk.ts'
export { fillBadPixels, maskBorder, maskBoxes, maskNans } from './defects.ts'
export { divideByFlat, fillVariance, subtractFrame } from './frames.ts'
export { linearize } from './linearize.ts'
export { fitOverscan, type OverscanFitType } from './overscan.ts'
export { growPlane, maskSaturation, widenSaturationTrails } from './saturation.ts'
export { measureSky, medianOfUnmasked } from './sky.ts'

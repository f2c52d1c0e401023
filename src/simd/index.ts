/**
 * simd: pixel kernels. Each is a plain synchronous function on ordinary typed arrays; inside, bands of rows are copied to
 * the memory of one WebAssembly module (AssemblyScript with explicit v128, `assembly/`), and every kernel has a twin in
 * plain TypeScript (`reference/`) that gives the same bits unless its doc says otherwise. Without WebAssembly SIMD, or
 * after `useReferenceKernels(true)`, the twins run. It knows shapes and strides, but no image classes, masks by name or
 * units. One module instance lives in each worker. (The Rubin stack's counterpart is the C++ of afw and meas_base.)
 */
export { useReferenceKernels, usingReferenceKernels } from './runtime.ts'
export type { CubicRows, IsrRows, PixelStore, Shape, SpanThreshold, WeightMatrix } from './types.ts'
export { convolveSeparable } from './convolve.ts'
export { correlate2d } from './correlate.ts'
export { cellStatistics, type CellOptions, type CellStatistics } from './cells.ts'
export { cubicRows, combineRows } from './upsample.ts'
export { findSpans } from './spans.ts'
export { isrRows, addScaled, divideFlat } from './isr.ts'
export { arrayStore } from './reference/pixel-store.ts'
export type { CircleSums } from './circle-sums.ts'
export { makePixelStore } from './pixel-store.ts'
export { adaptiveMoments, type AdaptiveMoments, type AdaptiveOptions } from './adaptive-moments.ts'
export { dot } from './dot.ts'
export { sharpPixels } from './sharp.ts'
export { swapBytes } from './swap.ts'

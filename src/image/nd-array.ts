import { imageError } from './errors.ts'

export type NdArrayData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/** A plain array of any rank, row-major: brighter-fatter kernels, curves, cubes. */
export interface NdArray {
  /** Slowest axis first. */
  readonly shape: readonly number[]
  readonly data: NdArrayData
}

/** @throws FirstlightError 'image/bad-shape' when the count of values is not that of the shape */
export function ndArray(shape: readonly number[], data: NdArrayData): NdArray {
  const size = shape.reduce((n, s) => n * s, 1)
  if (size !== data.length)
    throw imageError(
      'bad-shape',
      `An array of shape ${shape.join(' × ')} has ${size} values, not ${data.length}.`,
    )
  return { shape, data }
}

/** An array of numbers with a shape, row-major (C order): what storage class NumpyArray holds. */
export interface NdArray {
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array | Int32Array | Int16Array | Uint8Array | Uint16Array
}

import { fromBase64 } from '#core'
import { KERNELS_BASE64 } from './generated/kernels.ts'

/** The functions of the module; every argument is a number, pointers are byte offsets into the memory. */
export interface KernelExports {
  convolveRows(...a: number[]): void
  convolveColumns(...a: number[]): void
  gatherCell(...a: number[]): number
  histogram(...a: number[]): void
  clippedSums(...a: number[]): void
  cubicRows(...a: number[]): void
  combineRows(...a: number[]): void
  findSpans(...a: number[]): number
  isrRow(...a: number[]): void
  addScaled(...a: number[]): void
  divideFlat(...a: number[]): void
  dot(...a: number[]): number
  correlateRows(...a: number[]): void
  sharpInRow(...a: number[]): number
  circleSums(...a: number[]): void
  momentSums(...a: number[]): void
  swap16(...a: number[]): void
  swap32(...a: number[]): void
  swap64(...a: number[]): void
}

/** One module over one memory. */
export interface KernelInstance {
  readonly run: KernelExports
  readonly memory: WebAssembly.Memory
}

const PAGE = 65536
/** Bytes below are left to the module's static data. */
export const ARENA_BASE = 16384

let compiled: WebAssembly.Module | undefined
let shared: KernelInstance | undefined
let supported = true
let forced = false

/** Run the plain-TypeScript twins (true) or the WebAssembly kernels (false). For tests and for comparing speed. */
export function useReferenceKernels(on: boolean): void {
  forced = on
}

export const usingReferenceKernels = (): boolean => forced || kernels() === undefined

/** The worker's instance, or undefined when the twins are to run. */
export function kernels(): KernelInstance | undefined {
  if (forced || !supported) return undefined
  try {
    shared ??= makeInstance(ARENA_BASE)
  } catch {
    supported = false
  }
  return shared
}

/** A new instance on a memory of its own that holds `bytes`. */
export function makeInstance(bytes: number): KernelInstance {
  compiled ??= new WebAssembly.Module(fromBase64(KERNELS_BASE64))
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) })
  const abort = () => {
    throw new Error('Broken invariant: a pixel kernel aborted')
  }
  const instance = new WebAssembly.Instance(compiled, { env: { memory, abort } })
  return { run: instance.exports as unknown as KernelExports, memory }
}

/**
 * Lay out scratch areas of the given byte sizes in the instance's memory, each 16-aligned, growing it as needed.
 * Contents are left over from earlier calls; views made before may be detached.
 */
export function layout({ memory }: KernelInstance, sizes: readonly number[]): number[] {
  let at = ARENA_BASE
  const offsets = sizes.map((size) => {
    const here = at
    at += (size + 31) & ~15
    return here
  })
  const missing = at - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE))
  return offsets
}

export const f32 = ({ memory }: KernelInstance, offset: number, length: number): Float32Array =>
  new Float32Array(memory.buffer, offset, length)

export const f64 = ({ memory }: KernelInstance, offset: number, length: number): Float64Array =>
  new Float64Array(memory.buffer, offset, length)

export const i32 = ({ memory }: KernelInstance, offset: number, length: number): Int32Array =>
  new Int32Array(memory.buffer, offset, length)

export const align = (n: number, to: number): number => Math.ceil(n / to) * to

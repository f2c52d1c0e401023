import { kernels, layout } from './runtime.ts'
import { swapBytes as reference } from './reference/swap.ts'

const CHUNK = 1 << 20

/** Reverse the byte order of every 2-, 4- or 8-byte element in place; bytes beyond the last whole element stay. */
export function swapBytes(bytes: Uint8Array, elementSize: 2 | 4 | 8): void {
  const instance = kernels()
  const length = bytes.length - (bytes.length % elementSize)
  if (instance === undefined || length < 256) {
    reference(bytes, elementSize)
    return
  }
  const [p = 0] = layout(instance, [CHUNK])
  const { run } = instance
  const swap = elementSize === 2 ? run.swap16 : elementSize === 4 ? run.swap32 : run.swap64
  const scratch = new Uint8Array(instance.memory.buffer, p, CHUNK)
  for (let at = 0; at < length; at += CHUNK) {
    const n = Math.min(CHUNK, length - at)
    scratch.set(bytes.subarray(at, at + n))
    swap(p, n)
    bytes.set(scratch.subarray(0, n), at)
  }
}

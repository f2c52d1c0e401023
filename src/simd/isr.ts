import type { IsrRows } from './types.ts'
import { align, f32, i32, kernels, type KernelInstance, layout } from './runtime.ts'
import * as reference from './reference/isr.ts'
import type { Shape } from './types.ts'

/**
 * i = raw − overscan − bias; v = max(i, 0)/gain + readNoise² + biasVariance; with a flat f: i ← i/f, v ← v/f² + i²·v_f/f²
 * (the new i). All in Float32. Writes all three outputs; parts left out are not applied.
 */
export function isrRows(
  input: IsrRows,
  shape: Shape,
  out: { readonly image: Float32Array; readonly variance: Float32Array; readonly mask: Int32Array },
): void {
  const instance = kernels()
  if (instance === undefined) {
    reference.isrRows(input, shape, out)
    return
  }
  const { width, height } = shape
  const n = align(width, 4)
  const planes = [input.bias, input.biasVariance, input.flat, input.flatVariance]
  const sizes = [2 * n, ...planes.map(() => 4 * n), 4 * n, 4 * n, 4 * n]
  const [pr = 0, p0 = 0, p1 = 0, p2 = 0, p3 = 0, pi = 0, pv = 0, pm = 0] = layout(instance, sizes)
  const at = [p0, p1, p2, p3]
  const raw = new Uint16Array(instance.memory.buffer, pr, width)
  const inputs = planes.map((plane, k) => plane && { plane, row: f32(instance, at[k]!, width) })
  const pointers = planes.map((plane, k) => (plane === undefined ? 0 : at[k]!))
  const image = f32(instance, pi, width)
  const variance = f32(instance, pv, width)
  const mask = i32(instance, pm, width)
  const [bias = 0, biasVariance = 0, flat = 0, flatVariance = 0] = pointers
  const readVariance = input.readNoise * input.readNoise
  for (let y = 0; y < height; y++) {
    const from = y * width
    raw.set(input.raw.subarray(from, from + width))
    for (const each of inputs) each?.row.set(each.plane.subarray(from, from + width))
    // biome-ignore format: the argument list of the kernel
    instance.run.isrRow(pr, n, input.overscan[y]!, bias, biasVariance, flat, flatVariance, 1 / input.gain, readVariance,
      input.saturation, input.suspect, input.satBit, input.suspectBit, pi, pv, pm)
    out.image.set(image, from)
    out.variance.set(variance, from)
    out.mask.set(mask, from)
  }
}

const CHUNK = 1 << 16

/** a ← a + scale·b, Float32, in place (dark subtraction with scale −t, variance with t²). */
export function addScaled(a: Float32Array, b: Float32Array, scale: number): void {
  const instance = kernels()
  if (instance === undefined) {
    reference.addScaled(a, b, scale)
    return
  }
  const [pa = 0, pb = 0] = layout(instance, [4 * CHUNK, 4 * CHUNK])
  inChunks(instance, [a, b], [pa, pb], [a], (n) => instance.run.addScaled(pa, pb, n, scale))
}

/** image ← image/f; variance ← variance/f² + image²·flatVariance/f² (the new image); in place, Float32. */
export function divideFlat(
  image: Float32Array,
  variance: Float32Array,
  flat: Float32Array,
  flatVariance?: Float32Array,
): void {
  const instance = kernels()
  if (instance === undefined) {
    reference.divideFlat(image, variance, flat, flatVariance)
    return
  }
  const [pi = 0, pv = 0, pf = 0, pfv = 0] = layout(instance, Array<number>(4).fill(4 * CHUNK))
  const arrays = flatVariance ? [image, variance, flat, flatVariance] : [image, variance, flat]
  inChunks(instance, arrays, [pi, pv, pf, pfv], [image, variance], (n) =>
    instance.run.divideFlat(pi, pv, pf, flatVariance ? pfv : 0, n),
  )
}

/** Copy chunks of `arrays` to their pointers, run, and copy back the first arrays that are in `results`. */
function inChunks(
  instance: KernelInstance,
  arrays: readonly Float32Array[],
  pointers: readonly number[],
  results: readonly Float32Array[],
  run: (paddedLength: number) => void,
): void {
  const views = arrays.map((_, k) => f32(instance, pointers[k]!, CHUNK))
  const length = arrays[0]!.length
  for (let from = 0; from < length; from += CHUNK) {
    const n = Math.min(CHUNK, length - from)
    arrays.forEach((array, k) => views[k]!.set(array.subarray(from, from + n)))
    run(align(n, 4))
    results.forEach((array, k) => array.set(views[k]!.subarray(0, n), from))
  }
}

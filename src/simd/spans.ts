import type { SpanThreshold } from './types.ts'
import { align, f32, i32, kernels, layout } from './runtime.ts'
import { findSpans as reference } from './reference/spans.ts'
import type { Shape } from './types.ts'

const BAND = 128

/**
 * Runs of pixels at or above a threshold, in row-major order: Int32Array of (y, x0, x1) with x1 inclusive.
 * NaN is below every threshold.
 */
export function findSpans(image: Float32Array, shape: Shape, options: SpanThreshold): Int32Array {
  const instance = kernels()
  if (instance === undefined) return reference(image, shape, options)
  const { width, height } = shape
  const { threshold, variance, polarity } = options
  const stride = align(width, 16)
  const capacity = BAND * (stride / 2)
  const bytes = 4 * stride * BAND
  const [pi = 0, pv = 0, po = 0] = layout(instance, [bytes, variance ? bytes : 0, 12 * capacity])
  const pixels = f32(instance, pi, stride * BAND).fill(Number.NaN)
  const variances = variance && f32(instance, pv, stride * BAND).fill(Number.NaN)
  const sign = polarity === 'negative' ? -1 : 1
  const parts: Int32Array[] = []
  for (let y = 0; y < height; y += BAND) {
    const rows = Math.min(BAND, height - y)
    copyRows(image, y, rows, width, pixels, stride)
    if (variance && variances) copyRows(variance, y, rows, width, variances, stride)
    const at = variance ? pv : 0
    const n = instance.run.findSpans(pi, at, 4 * stride, width, rows, y, threshold, sign, po, capacity)
    parts.push(i32(instance, po, 3 * n).slice())
  }
  return concatenate(parts)
}

function copyRows(
  src: Float32Array,
  y: number,
  rows: number,
  width: number,
  dst: Float32Array,
  stride: number,
): void {
  if (width === stride) {
    dst.set(src.subarray(y * width, (y + rows) * width))
    return
  }
  for (let r = 0; r < rows; r++) dst.set(src.subarray((y + r) * width, (y + r + 1) * width), r * stride)
}

function concatenate(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

import { Footprint, type Image, type Peak } from '#image'
import { findSpans } from '#simd'
import { connectSpans, spansOfGroups } from './connect.ts'

export interface ThresholdOptions {
  /** Pixel value; with `variance` number of sigmas. */
  readonly threshold: number
  readonly variance?: Image
  readonly polarity: 'positive' | 'negative'
  /** Keep only objects with a pixel at or above this many times the threshold. */
  readonly includeMultiplier: number
  readonly minPixels: number
  /** Pixels of the border where nothing is looked for. */
  readonly border: number
}

/**
 * 8-connected sets of pixels at or above a threshold, with their peaks, in order of their first pixel.
 * @see lsst::afw::detection::FootprintSet
 */
export function findFootprints(image: Image, options: ThresholdOptions): Footprint[] {
  const { threshold, variance, polarity, border, minPixels, includeMultiplier } = options
  const all = findSpans(image.data, image, {
    threshold,
    polarity,
    ...(variance && { variance: variance.data }),
  })
  const spans = border > 0 ? insideBorder(all, image, border) : all
  const { group, count } = connectSpans(spans)
  const sign = polarity === 'negative' ? -1 : 1
  const found: Footprint[] = []
  for (const own of spansOfGroups(spans, group, count)) {
    if (areaOf(own) < minPixels) continue
    if (includeMultiplier > 1 && !reaches(own, image, sign, threshold * includeMultiplier, variance)) continue
    found.push(new Footprint(toParent(own, image), findPeaks(own, image, sign)))
  }
  return found
}

function insideBorder(spans: Int32Array, { width, height }: Image, border: number): Int32Array {
  const kept = new Int32Array(spans.length)
  let n = 0
  for (let i = 0; i < spans.length; i += 3) {
    const y = spans[i]!
    const x0 = Math.max(spans[i + 1]!, border)
    const x1 = Math.min(spans[i + 2]!, width - 1 - border)
    if (y < border || y >= height - border || x1 < x0) continue
    kept[n] = y
    kept[n + 1] = x0
    kept[n + 2] = x1
    n += 3
  }
  return kept.subarray(0, n)
}

function areaOf(spans: Int32Array): number {
  let area = 0
  for (let i = 0; i < spans.length; i += 3) area += spans[i + 2]! - spans[i + 1]! + 1
  return area
}

function reaches(spans: Int32Array, image: Image, sign: number, level: number, variance?: Image): boolean {
  for (let i = 0; i < spans.length; i += 3) {
    const row = spans[i]! * image.width
    for (let x = spans[i + 1]!; x <= spans[i + 2]!; x++) {
      const limit = variance ? level * Math.sqrt(variance.data[row + x]!) : level
      if (sign * image.data[row + x]! >= limit) return true
    }
  }
  return false
}

function toParent(spans: Int32Array, { x0, y0 }: Image): Int32Array {
  if (x0 === 0 && y0 === 0) return spans
  return spans.map((v, i) => v + (i % 3 === 0 ? y0 : x0))
}

/**
 * Pixels of the runs (array coordinates) that no pixel of the image's 8 around them exceeds, at least one pixel from the
 * edge of the image, brightest first; where there is none, the brightest pixel. `value` keeps the image's sign.
 */
function findPeaks(spans: Int32Array, image: Image, sign: number): Peak[] {
  const { width, height, data } = image
  const peaks: { x: number; y: number; value: number }[] = []
  let best = { x: spans[1]!, y: spans[0]!, value: -Infinity }
  for (let i = 0; i < spans.length; i += 3) {
    const y = spans[i]!
    const row = y * width
    for (let x = spans[i + 1]!; x <= spans[i + 2]!; x++) {
      const v = sign * data[row + x]!
      if (v > best.value) best = { x, y, value: v }
      if (y === 0 || x === 0 || y === height - 1 || x === width - 1) continue
      if (isMaximum(data, row + x, width, sign, v)) peaks.push({ x, y, value: v })
    }
  }
  if (peaks.length === 0) peaks.push(best)
  peaks.sort((a, b) => b.value - a.value)
  return peaks.map(({ x, y, value }, id) => {
    const [ix, iy] = [x + image.x0, y + image.y0]
    return { id: id + 1, ix, iy, x: ix, y: iy, value: sign * value }
  })
}

function isMaximum(data: Float32Array, i: number, width: number, sign: number, v: number): boolean {
  return !(
    sign * data[i - 1]! > v ||
    sign * data[i + 1]! > v ||
    sign * data[i - width]! > v ||
    sign * data[i + width]! > v ||
    sign * data[i - width - 1]! > v ||
    sign * data[i - width + 1]! > v ||
    sign * data[i + width - 1]! > v ||
    sign * data[i + width + 1]! > v
  )
}

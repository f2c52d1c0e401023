import { FirstlightError } from '#core'
import { Exposure, Image, Mask, MaskedImage } from '#image'
import { clippedStats } from '#math'

/**
 * The clipped mean of frames of one shape, pixel by pixel; one frame is taken as it is. Variance is that of the mean; a
 * plane is set where most frames carry it. With up to ten frames clipping starts from median and quartiles, so that one
 * outlier cannot hide itself by widening the spread.
 */
export function combineFrames(frames: readonly Exposure[], kind: string): Exposure {
  const [first] = frames
  if (first === undefined)
    throw new FirstlightError('reduce/no-frames', `There is no ${kind} frame to combine.`)
  if (frames.length === 1) return first
  for (const frame of frames)
    if (frame.image.width !== first.image.width || frame.image.height !== first.image.height)
      throw new FirstlightError(
        'reduce/shape-mismatch',
        `The ${kind} frames differ in size: ${first.image.width}×${first.image.height} and ${frame.image.width}×${frame.image.height}.`,
      )
  const image = Image.ofBox(first.bbox)
  const variance = Image.ofBox(first.bbox)
  const mask = Mask.ofBox(first.bbox, { planes: first.mask.planes })
  const values = new Float64Array(frames.length)
  for (let i = 0; i < image.data.length; i++) {
    let n = 0
    let sum = 0
    for (const frame of frames) {
      if (!Number.isFinite(frame.image.data[i]!)) continue
      values[n++] = frame.image.data[i]!
      sum += frame.variance.data[i]!
    }
    image.data[i] = n === 0 ? Number.NaN : clippedStats(values.subarray(0, n), { nSigma: 3, nIter: 3 }).mean
    variance.data[i] = n === 0 ? Number.NaN : sum / (n * n)
    mask.data[i] = frames.reduce((all, frame) => all & frame.mask.data[i]!, -1)
  }
  return first.withPixels(new MaskedImage(image, mask, variance))
}

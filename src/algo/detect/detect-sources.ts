import { type Background, type Footprint, Image, MaskedImage } from '#image'
import { type BackgroundOptions, fitBackground, subtractBackground } from '../background/fit-background.ts'
import { sampleStatistics } from '../background/sample-statistics.ts'
import { algoError } from '../errors.ts'
import { findFootprints } from './find-footprints.ts'
import { growFootprints } from './grow.ts'
import { setMaskBorder, setMaskFromFootprints } from './set-mask.ts'
import { smooth, type Smoothed } from './smooth.ts'

export interface DetectionOptions {
  /** σ of the Gaussian the image is smoothed with, px: that of the PSF. */
  readonly sigma: number
  /**
   * Of the smoothed image: `stdev`, times its clipped stdev; `pixel_stdev`, times the root of each pixel's variance;
   * `value`, its pixel values.
   */
  readonly thresholdType: 'stdev' | 'pixel_stdev' | 'value'
  readonly threshold: number
  /** Only objects with a pixel at this many thresholds are kept. */
  readonly includeThresholdMultiplier: number
  readonly polarity: 'positive' | 'negative' | 'both'
  readonly minPixels: number
  /** Objects grow by int(nSigmaToGrow·σ + 0.5) pixels. */
  readonly nSigmaToGrow: number
  readonly isotropicGrow: boolean
  /** Fit and subtract the background again with the objects masked. */
  readonly reEstimateBackground: boolean
  readonly background: Partial<BackgroundOptions>
  /** Search up to the border, where smoothing sees zeros beyond it, instead of marking it EDGE. */
  readonly searchBorder: boolean
  /** Pixels with any of these do not enter the noise of a `stdev` threshold. */
  readonly statisticsPlanes: readonly string[]
}

export const DEFAULT_DETECTION: Omit<DetectionOptions, 'sigma'> = {
  thresholdType: 'stdev',
  threshold: 5,
  includeThresholdMultiplier: 1,
  polarity: 'positive',
  minPixels: 1,
  nSigmaToGrow: 2.4,
  isotropicGrow: true,
  reEstimateBackground: true,
  background: {},
  searchBorder: false,
  statisticsPlanes: ['BAD', 'SAT', 'EDGE', 'NO_DATA'],
}

export interface Detections {
  readonly positive: readonly Footprint[]
  readonly negative: readonly Footprint[]
  /** What the objects are cut from: the smoothed image. */
  readonly smoothed: Image
  /** Threshold in the smoothed image's unit; for pixel_stdev the number of sigmas. */
  readonly threshold: number
  /** The model that was subtracted after detection, when it was asked for. */
  readonly background: Background | undefined
}

/**
 * Find objects on a background-subtracted image. Sets DETECTED (and EDGE; DETECTED_NEGATIVE when asked for) in its mask,
 * and with `reEstimateBackground` subtracts the background again.
 * @throws FirstlightError 'algo/no-good-pixels', 'algo/constant-image'
 * @see lsst.meas.algorithms.SourceDetectionTask
 */
export function detectSources(
  maskedImage: MaskedImage,
  options: Partial<DetectionOptions> & Pick<DetectionOptions, 'sigma'>,
): Detections {
  const o: DetectionOptions = { ...DEFAULT_DETECTION, ...options }
  const { mask, bbox } = maskedImage
  mask.clearPlanes('DETECTED', 'DETECTED_NEGATIVE')
  const withVariance = o.thresholdType === 'pixel_stdev'
  const smoothed = smooth(withoutNans(maskedImage, withVariance), o.sigma, withVariance)
  const border = o.searchBorder ? 0 : smoothed.reach
  if (border > 0) setMaskBorder(mask, border, 'EDGE')
  const threshold = thresholdOf(o, smoothed, maskedImage)
  const search = (polarity: 'positive' | 'negative') => {
    const raw = findFootprints(smoothed.image, {
      threshold,
      ...(o.thresholdType === 'pixel_stdev' && smoothed.variance && { variance: smoothed.variance }),
      polarity,
      includeMultiplier: o.includeThresholdMultiplier,
      minPixels: o.minPixels,
      border,
    })
    return growFootprints(raw, Math.floor(o.nSigmaToGrow * o.sigma + 0.5), o.isotropicGrow, bbox)
  }
  const both = o.polarity === 'both' || o.reEstimateBackground
  const positive = o.polarity !== 'negative' || both ? search('positive') : []
  const negative = o.polarity !== 'positive' || both ? search('negative') : []
  setMaskFromFootprints(mask, positive, 'DETECTED')
  setMaskFromFootprints(mask, negative, 'DETECTED_NEGATIVE')
  let background: Background | undefined
  if (o.reEstimateBackground) {
    background = fitBackground(maskedImage, o.background).background
    subtractBackground(maskedImage, background)
  }
  if (o.polarity === 'positive' && negative.length > 0) mask.clearPlanes('DETECTED_NEGATIVE')
  if (o.polarity === 'negative' && positive.length > 0) mask.clearPlanes('DETECTED')
  return {
    positive: o.polarity === 'negative' ? [] : positive,
    negative: o.polarity === 'positive' ? [] : negative,
    smoothed: smoothed.image,
    threshold,
    background,
  }
}

/** Smoothing would spread a NaN over the kernel: replace non-finite pixels (in a copy) by 0, the background. */
function withoutNans(maskedImage: MaskedImage, withVariance: boolean): MaskedImage {
  const { image, variance, mask } = maskedImage
  const cleaned = (plane: Image) =>
    allFinite(plane.data)
      ? plane
      : Image.ofBox(
          plane.bbox,
          plane.data.map((v) => (Number.isFinite(v) ? v : 0)),
        )
  return new MaskedImage(cleaned(image), mask, withVariance ? cleaned(variance) : variance)
}

/** 0·v is NaN for what is not finite, and NaN stays in a sum; four sums run side by side. */
function allFinite(data: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0]
  let i = 0
  for (; i + 4 <= data.length; i += 4) {
    a += 0 * data[i]!
    b += 0 * data[i + 1]!
    c += 0 * data[i + 2]!
    d += 0 * data[i + 3]!
  }
  for (; i < data.length; i++) a += 0 * data[i]!
  return a + b + c + d === 0
}

function thresholdOf(o: DetectionOptions, smoothed: Smoothed, { mask, image }: MaskedImage): number {
  if (!(o.threshold > 0))
    throw algoError('bad-threshold', `The detection threshold must be positive; it is ${o.threshold}.`)
  switch (o.thresholdType) {
    case 'value':
    case 'pixel_stdev':
      return o.threshold
    case 'stdev': {
      const { stdev, count } = sampleStatistics(smoothed.image.data, image, mask, o.statisticsPlanes)
      if (count === 0)
        throw algoError('no-good-pixels', 'There is no good pixel to measure the noise from.', {
          hint: `Pixels with ${o.statisticsPlanes.join(', ')} are left out.`,
        })
      if (!(stdev > 0))
        throw algoError(
          'constant-image',
          'All good pixels have the same value: there is no noise to set a threshold by.',
          {
            hint: 'Is this a science image? A flat, bias or blank frame cannot be searched.',
          },
        )
      return o.threshold * stdev
    }
  }
}

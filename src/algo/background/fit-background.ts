import { Background, type BackgroundSpline, cellEdges, Image, MaskedImage } from '#image'
import { cellStatistics } from '#simd'
import { algoError } from '../errors.ts'
import { planeBits } from '../plane-bits.ts'

export interface BackgroundOptions {
  /** Nominal side of a cell, px. */
  readonly binSize: number
  readonly statistic: 'MEANCLIP' | 'MEDIAN'
  /** Pixels with any of these are left out. */
  readonly ignoredPlanes: readonly string[]
  readonly interpolation: BackgroundSpline
  /** Fit a Chebyshev series of this order to the cells; undefined: the spline through them. */
  readonly approxOrder: number | undefined
  /** Weigh the cells of the fit by their variance. */
  readonly weighting: boolean
}

/** Values of lsst.meas.algorithms.SubtractBackgroundConfig as characterizeImage uses them. */
export const DEFAULT_BACKGROUND: BackgroundOptions = {
  binSize: 128,
  statistic: 'MEANCLIP',
  ignoredPlanes: ['BAD', 'EDGE', 'DETECTED', 'DETECTED_NEGATIVE', 'NO_DATA'],
  interpolation: 'AKIMA_SPLINE',
  approxOrder: 6,
  weighting: true,
}

const CLIP = { nSigma: 3, nIter: 3 }
/** Variance of a median over that of a mean, Gaussian samples. */
const MEDIAN_VARIANCE = Math.PI / 2

/**
 * Model the background from clipped statistics of cells. The image is not changed.
 * @returns the model and the order of the fit, which is lowered where the grid has too few cells
 * @throws FirstlightError 'algo/no-good-pixels'
 * @see lsst.meas.algorithms.SubtractBackgroundTask
 */
export function fitBackground(
  maskedImage: MaskedImage,
  options: Partial<BackgroundOptions> = {},
): { readonly background: Background; readonly approxOrder: number | undefined } {
  const { binSize, statistic, ignoredPlanes, interpolation, approxOrder, weighting } = {
    ...DEFAULT_BACKGROUND,
    ...options,
  }
  const { bbox, mask } = maskedImage
  const nx = Math.floor(bbox.width / binSize) + 1
  const ny = Math.floor(bbox.height / binSize) + 1
  const cells = cellStatistics(
    maskedImage.image.data,
    mask.data,
    bbox,
    cellEdges(bbox.width, nx),
    cellEdges(bbox.height, ny),
    { ...CLIP, bad: planeBits(mask, ignoredPlanes) },
  )
  const value = statistic === 'MEDIAN' ? cells.median : cells.mean
  const factor = statistic === 'MEDIAN' ? MEDIAN_VARIANCE : 1
  const stats = new MaskedImage(
    new Image(nx, ny, { data: Float32Array.from(value) }),
    undefined,
    new Image(nx, ny, {
      data: Float32Array.from(cells.stdev, (s, i) => (factor * s * s) / Math.max(1, cells.count[i]!)),
    }),
  )
  const valid = value.reduce((n, v) => n + (Number.isFinite(v) ? 1 : 0), 0)
  if (valid === 0)
    throw algoError('no-good-pixels', 'There is no good pixel to measure a background from.', {
      hint: `Pixels with ${ignoredPlanes.join(', ')} and non-finite ones are left out.`,
    })
  const order = approxOrder === undefined ? undefined : reducedOrder(approxOrder, nx, ny, valid)
  const background = new Background(bbox, stats, {
    interpolation,
    undersample: 'REDUCE_INTERP_ORDER',
    ...(order !== undefined && { approximation: { orderX: order, orderY: order, weighting } }),
  })
  return { background, approxOrder: order }
}

/** Largest order up to `wanted` that the grid and its good cells support. */
function reducedOrder(wanted: number, nx: number, ny: number, valid: number): number {
  let order = Math.max(0, Math.min(wanted, Math.min(nx, ny) - 1))
  while (order > 0 && ((order + 1) * (order + 2)) / 2 > valid) order--
  return order
}

/** image ← image − model. Gives the model's surface. */
export function subtractBackground({ image }: MaskedImage, background: Background): Image {
  const surface = background.image()
  const { data } = image
  const model = surface.data
  for (let i = 0; i < data.length; i++) data[i]! -= model[i]!
  return surface
}

import { algoError, fitBackground, sampleStatistics, subtractBackground } from '#algo'
import { Background, BackgroundList, type Exposure, Image, Mask, MaskedImage } from '#image'
import { cellStatistics } from '#simd'
import { cellEdges } from '#image'
import type { MeasureFrameOptions } from './options.ts'

/** A frame ready for detection: pixels without background, every bad pixel masked, variance everywhere. */
export interface PreparedFrame {
  readonly exposure: Exposure
  readonly backgrounds: BackgroundList
  /** Median sky level and its noise a pixel, counts. */
  readonly sky: number
  readonly skySigma: number
}

/** Noise of blank pixels and not of stars' rims enters the sky noise: cells as SExtractor's default at least. */
const SMALLEST_CELL = 32
const LARGEST_CELL = 128

/**
 * Copy the exposure, mask what cannot be used, subtract a first background and make the variance where there is none:
 * sky noise measured cell by cell, and the sources' own by the gain.
 * @throws FirstlightError 'algo/no-good-pixels', 'algo/constant-image'
 */
export function prepareFrame(input: Exposure, options: MeasureFrameOptions): PreparedFrame {
  const exposure = input.clone()
  const { maskedImage } = exposure
  maskUnusable(maskedImage, options.saturation)
  checkUsable(maskedImage)
  const binSize = cellSize(maskedImage, options)
  const first = fitBackground(maskedImage, backgroundOptions(binSize))
  const surface = subtractBackground(maskedImage, first.background)
  fillBad(maskedImage)
  const sky = sampleStatistics(surface.data, surface).median
  if (options.relativeVariance || !hasVariance(maskedImage.variance))
    fillVariance(maskedImage, binSize, options)
  const noise = sampleStatistics(maskedImage.image.data, maskedImage, maskedImage.mask, [
    'NO_DATA',
    'BAD',
    'SAT',
  ])
  return { exposure, backgrounds: new BackgroundList([first.background]), sky, skySigma: noise.stdev }
}

/** A spline through clipped means, as flexible as the cells. */
export const backgroundOptions = (binSize: number) => ({
  binSize,
  interpolation: 'AKIMA_SPLINE' as const,
  ignoredPlanes: ['BAD', 'SAT', 'NO_DATA', 'DETECTED', 'DETECTED_NEGATIVE'],
  approxOrder: undefined,
})

export const cellSize = ({ width, height }: MaskedImage, { binSize }: MeasureFrameOptions): number =>
  binSize ?? Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, Math.floor(Math.min(width, height) / 4)))

function maskUnusable({ image, mask }: MaskedImage, saturation: number | undefined): void {
  const noData = mask.mask('NO_DATA')
  const saturated = mask.mask('SAT')
  for (let i = 0; i < image.data.length; i++) {
    const v = image.data[i]!
    if (!Number.isFinite(v)) mask.data[i]! |= noData
    else if (saturation !== undefined && v >= saturation) mask.data[i]! |= saturated
  }
}

function checkUsable({ image, mask }: MaskedImage): void {
  const { count, stdev, median } = sampleStatistics(image.data, image, mask, ['NO_DATA', 'BAD'])
  if (count === 0)
    throw algoError(
      'no-good-pixels',
      `None of the ${image.width} × ${image.height} pixels can be used: all are masked or not finite.`,
      {
        hint: 'Check the image with a viewer, and the mask or weight given.',
      },
    )
  if (!(stdev > 0) && isConstant(image.data))
    throw algoError('constant-image', `All pixels have the value ${median}: there is nothing to measure.`, {
      hint: 'Is this the right HDU? Choose another with --hdu.',
    })
}

const isConstant = (data: Float32Array): boolean => {
  const first = data.find(Number.isFinite)
  return data.every((v) => v === first || !Number.isFinite(v))
}

/** Pixels without data become background: they are masked, and zeros do not spread. */
export function fillBad({ image, mask }: MaskedImage): void {
  const bad = mask.mask('NO_DATA')
  for (let i = 0; i < image.data.length; i++) if ((mask.data[i]! & bad) !== 0) image.data[i] = 0
}

const hasVariance = (variance: Image): boolean => variance.data.some((v) => v > 0)

/** Sky noise cell by cell, or in the proportions of the relative variance there is; and the sources' own noise. */
function fillVariance(
  { image, mask, variance }: MaskedImage,
  binSize: number,
  { gain = 0, relativeVariance }: MeasureFrameOptions,
): void {
  const noise = noiseSurface(new MaskedImage(image, mask), binSize).data.map((s) => s * s)
  const perCount = gain > 0 ? 1 / gain : 0
  const relative = relativeVariance
    ? sampleStatistics(noise, image).median /
      sampleStatistics(variance.data, image, mask, ['NO_DATA', 'BAD']).median
    : undefined
  for (let i = 0; i < variance.data.length; i++) {
    const known = relative !== undefined && variance.data[i]! > 0
    const sky = known ? relative * variance.data[i]! : noise[i]!
    variance.data[i] = sky + Math.max(0, image.data[i]!) * perCount
  }
}

/** Clipped stdev of each cell as a smooth surface. */
export function noiseSurface(maskedImage: MaskedImage, binSize: number): Image {
  const { image, mask, bbox } = maskedImage
  const [nx, ny] = [Math.floor(bbox.width / binSize) + 1, Math.floor(bbox.height / binSize) + 1]
  const bad = mask.mask('NO_DATA', 'BAD', 'SAT', 'DETECTED')
  const edges = [cellEdges(bbox.width, nx), cellEdges(bbox.height, ny)] as const
  const { stdev } = cellStatistics(image.data, mask.data, bbox, ...edges, { nSigma: 3, nIter: 3, bad })
  const overall = sampleStatistics(image.data, image, mask, ['NO_DATA', 'BAD', 'SAT']).stdev
  const values = Float32Array.from(stdev, (s) => (s > 0 ? s : Number.NaN))
  if (!values.some(Number.isFinite)) return Image.ofBox(bbox).fill(overall)
  const grid = new MaskedImage(new Image(nx, ny, { data: values }), new Mask(nx, ny))
  const surface = new Background(bbox, grid, {
    interpolation: 'LINEAR',
    undersample: 'REDUCE_INTERP_ORDER',
  }).image()
  const floor = 0.1 * overall
  for (let i = 0; i < surface.data.length; i++) surface.data[i] = Math.max(floor, surface.data[i]!)
  return surface
}

import { FirstlightError } from '#core'
import { type FitsFile, type Header, type Hdu, readFloatImage, readImage } from '#fits'
import { readExposureFits } from '#formats'
import { Exposure, Image, Mask, MaskedImage } from '#image'
import { hasSkyWcs, type SkyWcs, wcsFromHeader } from '#wcs'

export interface ReadFrameOptions {
  /** HDU by index or EXTNAME; the first with two-dimensional pixels when not given. */
  readonly hdu?: string | number
  /** Relative inverse variance; pixels of weight 0 are not used. */
  readonly weight?: FitsFile
  /** Pixels that are not 0 are not used. */
  readonly mask?: FitsFile
}

export interface Frame {
  readonly exposure: Exposure
  /** From the header, where it is there: electrons a count, and counts of saturation. */
  readonly gain?: number
  readonly saturation?: number
  /** The variance is that of a weight map: proportions only. */
  readonly relativeVariance: boolean
  /** What was assumed or could not be used, one sentence each. */
  readonly notes: readonly string[]
}

/** EGAIN first: amateur cameras write their gain setting, of arbitrary unit, as GAIN beside it. */
const GAIN_CARDS = ['EGAIN', 'GAIN', 'CCDGAIN', 'GAIN_EFF']
const SATURATION_CARDS = ['SATURATE', 'SATLEVEL', 'SATURAT', 'SATUR', 'MAXLIN']

/**
 * Any FITS image as an exposure: its first image HDU (or the one asked for), WCS, gain and saturation from the header.
 * Files of our own layout (IMAGE, MASK, VARIANCE) are read whole, with mask, variance and PSF.
 * @throws FirstlightError 'measure/no-image', 'measure/shape-mismatch', and those of #fits
 */
export async function readFrame(file: FitsFile, options: ReadFrameOptions = {}): Promise<Frame> {
  const notes: string[] = []
  const hdu = chooseHdu(file, options.hdu)
  const header = mergedHeader(file, hdu)
  let exposure =
    isExposureFile(file) && options.hdu === undefined
      ? await readExposureFits(file.source)
      : await plainExposure(hdu, header, notes)
  if (options.weight) exposure = await withWeight(exposure, options.weight)
  if (options.mask) exposure = await withMask(exposure, options.mask)
  const gain = firstNumber(header, GAIN_CARDS)
  const saturation = firstNumber(header, SATURATION_CARDS)
  return {
    exposure,
    ...(gain !== undefined && gain > 0 && { gain }),
    ...(saturation !== undefined && saturation > 0 && { saturation }),
    relativeVariance: options.weight !== undefined,
    notes,
  }
}

function isPlane(hdu: Hdu): boolean {
  const image = hdu.kind === 'primary' || hdu.kind === 'image' || hdu.kind === 'compressed-image'
  const sides = hdu.shape.filter((n) => n !== 1)
  return image && hdu.shape.length >= 2 && sides.length === 2
}

function chooseHdu(file: FitsFile, wanted: string | number | undefined): Hdu {
  const list = file.hdus.map((h) => `${h.index} ${h.name || h.kind} [${h.shape.join(' × ')}]`).join(', ')
  if (wanted !== undefined) {
    const hdu = file.hdu(wanted)
    if (isPlane(hdu)) return hdu
    throw new FirstlightError('measure/no-image', `${hdu.where} holds no two-dimensional image.`, {
      hint: `HDUs of the file: ${list}.`,
    })
  }
  const found = file.hdus.find(isPlane)
  if (found !== undefined) return found
  throw new FirstlightError('measure/no-image', `${file.name}: no HDU holds a two-dimensional image.`, {
    hint: `HDUs of the file: ${list}.`,
  })
}

/** The primary's cards and over them those of the HDU with the pixels. */
function mergedHeader(file: FitsFile, hdu: Hdu): Header {
  if (hdu.index === 0) return hdu.header
  const merged = file.hdu(0).header.copy(hdu.where)
  for (const card of hdu.header.cards) merged.setCard(card)
  return merged
}

const isExposureFile = (file: FitsFile): boolean =>
  ['IMAGE', 'MASK', 'VARIANCE'].every((name) => file.findHdu(name) !== undefined)

async function plainExposure(hdu: Hdu, header: Header, notes: string[]): Promise<Exposure> {
  const { width, height, data } = await readFloatImage(hdu)
  const image = new Image(width, height, { data: data.slice() })
  const wcs = skyWcs(hdu, header, notes)
  const unit = header.get('BUNIT')
  return new Exposure(new MaskedImage(image), {
    ...(wcs && { wcs }),
    ...(typeof unit === 'string' && unit.trim() !== '' && { unit: unit.trim() }),
    metadata: header.copy(),
  })
}

function skyWcs(hdu: Hdu, header: Header, notes: string[]): SkyWcs | undefined {
  const from = [hdu.header, header].find((h) => hasSkyWcs(h))
  if (from === undefined) {
    notes.push('no WCS in the header: the catalog has no sky positions')
    return undefined
  }
  try {
    return wcsFromHeader(from)
  } catch (error) {
    notes.push(`the WCS cannot be used (${error instanceof Error ? error.message : String(error)})`)
    return undefined
  }
}

function firstNumber(header: Header, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const value = Number(header.get(key) ?? Number.NaN)
    if (Number.isFinite(value)) return value
  }
  return undefined
}

/** Variance of the relative shape 1/weight, scaled later: here 1/weight itself, normalised to median 1. */
async function withWeight(exposure: Exposure, file: FitsFile): Promise<Exposure> {
  const { data } = await planeOf(file, exposure, 'weight')
  const { image } = exposure.maskedImage
  const mask = exposure.mask.clone()
  const noData = mask.mask('NO_DATA')
  const variance = Image.ofBox(image.bbox)
  let [sum, n] = [0, 0]
  for (let i = 0; i < data.length; i++)
    if (data[i]! > 0) {
      sum += 1 / data[i]!
      n++
    }
  if (n === 0) throw new FirstlightError('measure/no-weight', `${file.name}: no pixel has a positive weight.`)
  for (let i = 0; i < data.length; i++) {
    const good = data[i]! > 0 && Number.isFinite(data[i])
    variance.data[i] = good ? 1 / data[i]! / (sum / n) : 0
    if (!good) mask.data[i]! |= noData
  }
  return exposure.withPixels(new MaskedImage(image, mask, variance))
}

async function withMask(exposure: Exposure, file: FitsFile): Promise<Exposure> {
  const { data } = await planeOf(file, exposure, 'mask')
  const mask = exposure.mask.clone()
  const bad = mask.mask('BAD')
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) mask.data[i]! |= bad
  return exposure.withPixels(new MaskedImage(exposure.image, mask, exposure.variance))
}

async function planeOf(file: FitsFile, exposure: Exposure, what: string) {
  const plane = await readImage(chooseHdu(file, undefined))
  const { width, height } = exposure.image
  if (plane.width !== width || plane.height !== height)
    throw new FirstlightError(
      'measure/shape-mismatch',
      `The ${what} ${file.name} has ${plane.width} × ${plane.height} pixels, the image ${width} × ${height}.`,
    )
  return { data: Float64Array.from(plane.data as ArrayLike<number>) }
}

import { type FitsFile, type Header, readFloatImage } from '#fits'
import type { Box2I } from '#geom'
import { Exposure, Image, Mask, MaskedImage } from '#image'
import { clippedStats, percentile } from '#math'
import { hasSkyWcs, shiftWcs, type SkyWcs, wcsFromHeader } from '#wcs'
import { type CardReader, readCards } from '../header-reading.ts'
import { rawHeader, rawPixels } from '../read-raw.ts'
import { detectorOfOutputs, type OutputProperties } from './detector.ts'
import { genericFilter, genericVisitInfo } from './visit-info.ts'
import { type OutputSections, outputSections } from './sections.ts'

/** What the caller knows better than the header. */
export interface GenericFrameOptions {
  /** e⁻/ADU. */
  readonly gain?: number
  /** e⁻. */
  readonly readNoise?: number
  /** ADU. */
  readonly saturation?: number
}

/** Read noise in e⁻ when nothing tells it: of the order of today's CMOS and good CCD cameras. */
const ASSUMED_READ_NOISE = 5

/**
 * Any FITS image as a raw frame: ADU in float pixels, a detector with one output or several side by side from the section cards,
 * gain, read noise and saturation from the usual cards, else from the pixels, else assumed. What was assumed stands in
 * COMMENT cards of the metadata. The WCS, where there is one, is in pixels of the trimmed frame.
 */
export async function readGenericFrame(
  file: FitsFile,
  where: string = file.name,
  options: GenericFrameOptions = {},
): Promise<Exposure> {
  const header = rawHeader(file)
  const cards = readCards(header, where)
  const { width, height, data } = await readFloatImage(rawPixels(file))
  const image = new Image(width, height, { data })
  const sections = outputSections(width, height, {
    bias: cards.text('BIASSEC'),
    data: cards.text('DATASEC'),
    trim: cards.text('TRIMSEC'),
  })
  const notes: string[] = []
  const properties = sections.map((s) => outputProperties(cards, image, s, options, notes))
  const detector = detectorOfOutputs(
    cards.text('DETECTOR', 'CCDNAME', 'CCDID', 'INSTRUME') ?? 'frame',
    sections,
    properties,
  )
  const metadata = header.copy()
  for (const note of new Set(notes)) metadata.comment(`firstlight: ${note}`)
  const wcs = trimmedWcs(header, sections[0]!.light, notes)
  const filter = genericFilter(header)
  return new Exposure(new MaskedImage(image, new Mask(width, height), new Image(width, height)), {
    detector,
    visitInfo: genericVisitInfo(header, where),
    ...(filter && { filter }),
    ...(wcs && { wcs }),
    unit: 'adu',
    metadata,
  })
}

function outputProperties(
  cards: CardReader,
  image: Image,
  { light, overscan }: OutputSections,
  options: GenericFrameOptions,
  notes: string[],
): OutputProperties {
  const say = (text: string): void => {
    notes.push(text)
  }
  const gain = options.gain ?? positive(cards.number('EGAIN', 'GAIN', 'CCDGAIN', 'GAIN_EFF')) ?? 1
  if (
    options.gain === undefined &&
    positive(cards.number('EGAIN', 'GAIN', 'CCDGAIN', 'GAIN_EFF')) === undefined
  )
    say('no gain in the header, 1 e-/ADU assumed')
  const written = writtenReadNoise(cards, gain)
  const readNoise = options.readNoise ?? written ?? gain * noiseOf(image, overscan)
  if (Number.isNaN(readNoise)) say(`no read noise in the header, ${ASSUMED_READ_NOISE} e- assumed`)
  const level =
    options.saturation ?? positive(cards.number('SATURATE', 'SATLEVEL', 'SATURATA', 'MAXLIN', 'DATAMAX'))
  const saturation = level ?? ceiling(image, light, cards)
  if (level === undefined && !Number.isNaN(saturation))
    say(`no saturation level in the header, ${saturation} ADU taken from the pixels`)
  return { gain, readNoise: Number.isNaN(readNoise) ? ASSUMED_READ_NOISE : readNoise, saturation }
}

/** Electrons, unless the card's comment says ADU (phoSim). */
function writtenReadNoise(cards: CardReader, gain: number): number | undefined {
  const key = ['RDNOISE', 'READNOIS', 'READNOISE', 'RON', 'ENOISE'].find((k) => cards.header.has(k))
  const value = key === undefined ? undefined : positive(cards.number(key))
  if (key === undefined || value === undefined) return undefined
  return /\badu\b/i.test(cards.header.card(key)?.comment ?? '') ? value * gain : value
}

const positive = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 ? value : undefined

/** Clipped scatter of the overscan, ADU; NaN without one. */
const noiseOf = (image: Image, overscan: Box2I): number =>
  overscan.area < 100
    ? Number.NaN
    : clippedStats(image.subimage(overscan).data, { nSigma: 3, nIter: 3 }).stdev

/** Pixels that share the maximum, far above the rest, are at the end of the converter; a 16-bit frame ends at 65535. */
function ceiling(image: Image, light: Box2I, cards: CardReader): number {
  const { data } = image.subimage(light)
  let [max, shared] = [Number.NEGATIVE_INFINITY, 0]
  for (const v of data)
    if (v > max) {
      max = v
      shared = 1
    } else if (v === max) shared++
  const [median, high] = [percentile(data, 50), percentile(data, 84)]
  if (shared >= 10 && max > median + 20 * Math.max(1, high - median)) return max
  const unsigned16 = cards.number('BITPIX') === 16 && cards.number('BZERO') === 32768
  return unsigned16 ? 65535 : Number.NaN
}

function trimmedWcs(header: Header, light: Box2I, notes: string[]): SkyWcs | undefined {
  if (!hasSkyWcs(header)) return undefined
  const wcs = wcsFromHeader(header)
  notes.push(...wcs.notes)
  return light.x0 === 0 && light.y0 === 0 ? wcs : shiftWcs(wcs, -light.x0, -light.y0)
}

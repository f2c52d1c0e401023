import { type Card, type CardLike, fitsParts, Header, type HduData, primaryHdu, writeFits } from '#fits'
import type { Exposure, Image, Mask, MaskedImage } from '#image'
import { writeDetector } from './detector-table.ts'
import {
  writeApCorrMap,
  writeFilter,
  writePhotoCalib,
  writePolygon,
  writeSummaryStats,
  writeVisitInfo,
} from './parts.ts'
import { type Compression, floatHdu, maskHdu } from './pixel-hdus.ts'
import { writePsf } from './psf-table.ts'

export interface WriteExposureOptions {
  readonly compression?: Compression
  /** Of the lossy packing: steps a σ of the noise, 16 by default. Fewer make smaller files and add σ²/(12·level²). */
  readonly quantizeLevel?: number
}

/** Marks our layout in the primary header. */
export const LAYOUT_CARD = 'FLLAYOUT'

/**
 * The exposure as FITS: a primary with the metadata, IMAGE, MASK (MP_ cards), VARIANCE with the standard WCS in each, then
 * one binary table for each part that is known. The pieces of the file, so that big planes are not copied once more.
 */
export function exposureFitsParts(
  exposure: Exposure,
  options: WriteExposureOptions = {},
): readonly Uint8Array[] {
  const { compression = 'mask', quantizeLevel } = options
  const { image, mask, variance, wcs, unit } = exposure
  return fitsParts([
    primaryHdu(primaryCards(exposure)),
    floatHdu({ name: 'IMAGE', image, wcs, unit, compression, quantizeLevel }),
    maskHdu(mask, compression, wcs),
    floatHdu({
      name: 'VARIANCE',
      image: variance,
      wcs,
      unit: unit === undefined ? undefined : `${unit}**2`,
      compression,
      quantizeLevel,
    }),
    ...tables(exposure),
  ])
}

/**
 * Cards as FITS can hold them. Capture programs write names in Latin letters with accents: those lose them (é → e), other characters
 * become `?`, and a keyword that is not ASCII makes its card a comment.
 */
function inAscii(card: Card): readonly CardLike[] {
  const { key, value, comment } = card
  if (!NOT_ASCII.test(key + (typeof value === 'string' ? value : '') + (comment ?? ''))) return [card]
  const { literal: _spelling, raw: _record, ...plain } = card
  if (NOT_ASCII.test(key) || card.raw !== undefined)
    return [
      [
        'COMMENT',
        folded(card.raw ?? `${key} = ${typeof value === 'object' ? '' : String(value)} / ${comment ?? ''}`),
      ],
    ]
  return [
    {
      ...plain,
      value: typeof value === 'string' ? folded(value) : value,
      ...(comment !== undefined && { comment: folded(comment) }),
    },
  ]
}

const NOT_ASCII = /[^\x20-\x7e\n]/
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^\x20-\x7e\n]/g, '?')

/** Keywords of FITS WCS papers I and II and of SIP, for the image axes and without alternates. */
const WCS_CARD =
  /^(WCSAXES|WCSNAME|EQUINOX|RADESYS|LONPOLE|LATPOLE|C(TYPE|RVAL|RPIX|UNIT|DELT|ROTA)[12]|(CD|PC|PV)[12]_\d+|(A|B|AP|BP)_(ORDER|DMAX|\d_\d))$/

/** `exposureFitsParts` as one array. */
export function writeExposureFits(
  exposure: Exposure,
  options: WriteExposureOptions = {},
): Uint8Array<ArrayBuffer> {
  const parts = exposureFitsParts(exposure, options)
  const whole = new Uint8Array(parts.reduce((n, p) => n + p.byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}

/** The metadata; the raw's own rough WCS gives way to the exposure's, which is in IMAGE. */
function primaryCards(exposure: Exposure): Header {
  const header = new Header(exposure.metadata.cards.flatMap(inAscii), exposure.metadata.where)
  if (exposure.wcs !== undefined) header.deleteWhere((key) => WCS_CARD.test(key))
  return header.set(LAYOUT_CARD, 'exposure 1', 'layout of this file')
}

function tables(exposure: Exposure): readonly HduData[] {
  const { visitInfo, detector, filter, photoCalib, psf, apCorrMap, validPolygon, summaryStats } = exposure
  return [
    ...(visitInfo ? [writeVisitInfo(visitInfo)] : []),
    ...(detector ? [writeDetector(detector)] : []),
    ...(filter ? [writeFilter(filter)] : []),
    ...(photoCalib ? [writePhotoCalib(photoCalib)] : []),
    ...(psf ? writePsf(psf) : []),
    ...(apCorrMap ? [writeApCorrMap(apCorrMap)] : []),
    ...(validPolygon ? [writePolygon(validPolygon)] : []),
    ...(summaryStats ? [writeSummaryStats(summaryStats)] : []),
  ]
}

/** A masked image alone, in the same layout. */
export function writeMaskedImageFits(
  pixels: MaskedImage,
  options: WriteExposureOptions = {},
): Uint8Array<ArrayBuffer> {
  const { compression = 'mask' } = options
  return writeFits([
    primaryHdu(new Header([[LAYOUT_CARD, 'exposure 1', 'layout of this file']])),
    floatHdu({ name: 'IMAGE', image: pixels.image, compression }),
    maskHdu(pixels.mask, compression),
    floatHdu({ name: 'VARIANCE', image: pixels.variance, compression }),
  ])
}

export const writeImageFits = (image: Image): Uint8Array<ArrayBuffer> =>
  writeFits([floatHdu({ name: 'IMAGE', image, compression: 'none' })])

export const writeMaskFits = (mask: Mask): Uint8Array<ArrayBuffer> => writeFits([maskHdu(mask, 'none')])

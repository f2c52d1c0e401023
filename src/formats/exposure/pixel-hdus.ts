import { type CompressionType, floatCard, Header, type HduData, imageHdu, type QuantizeOptions } from '#fits'
import type { Image, Mask } from '#image'
import type { SkyWcs } from '#wcs'

/**
 * How pixels are packed. `mask` (default): only the mask, which shrinks to a few per cent, by RICE_1. `lossless`: floats by
 * GZIP_2 as well (slow). `lossy`: floats quantized to 1/16 of their noise with subtractive dither, RICE_1. `none`.
 */
export type Compression = 'none' | 'mask' | 'lossless' | 'lossy'

interface Packing {
  readonly compress?: CompressionType
  readonly quantize?: QuantizeOptions
}

/** Steps of a quantized plane a σ of its noise, when nobody says. */
const QUANTIZE_LEVEL = 16

function packingOf(compression: Compression, quantizeLevel: number = QUANTIZE_LEVEL): Packing {
  switch (compression) {
    case 'lossless':
      return { compress: 'GZIP_2' }
    case 'lossy':
      return { compress: 'RICE_1', quantize: { level: quantizeLevel, dither: 2, seed: 1 } }
    case 'mask':
    case 'none':
      return {}
  }
}

/** Cards of the exact reference pixel; CRPIX loses a bit of it by the shift to pixels from 1. */
const EXACT = ['FLCRPX1', 'FLCRPX2'] as const

/** The sky WCS in the pixels of this array, and the position of its first pixel as afw writes it: WCS 'A' and LTV. */
export function frameCards({ x0, y0 }: { readonly x0: number; readonly y0: number }, wcs?: SkyWcs): Header {
  const header = new Header()
  if (wcs) {
    header.appendAll(wcs.toFitsCards({ x0, y0 }))
    header.append(floatCard(EXACT[0], wcs.pixelOrigin.x, '[pixel] CRPIX1 in the PARENT frame, from 0'))
    header.append(floatCard(EXACT[1], wcs.pixelOrigin.y, '[pixel] CRPIX2 in the PARENT frame, from 0'))
  }
  return header.appendAll([
    ['CTYPE1A', 'LINEAR', 'PARENT frame: x of the first pixel'],
    ['CTYPE2A', 'LINEAR', 'PARENT frame: y of the first pixel'],
    floatCard('CRPIX1A', 1),
    floatCard('CRPIX2A', 1),
    floatCard('CRVAL1A', x0),
    floatCard('CRVAL2A', y0),
    floatCard('CD1_1A', 1),
    floatCard('CD2_2A', 1),
    ['CUNIT1A', 'pixel'],
    ['CUNIT2A', 'pixel'],
    floatCard('LTV1', -x0),
    floatCard('LTV2', -y0),
  ])
}

export interface FloatPlane {
  readonly name: 'IMAGE' | 'VARIANCE'
  readonly image: Image
  readonly wcs?: SkyWcs | undefined
  readonly unit?: string | undefined
  readonly compression: Compression
  /** Of the lossy packing: steps a σ of the noise. */
  readonly quantizeLevel?: number | undefined
}

export const floatHdu = ({ name, image, wcs, unit, compression, quantizeLevel }: FloatPlane): HduData =>
  imageHdu({
    data: image.data,
    width: image.width,
    height: image.height,
    name,
    header: frameCards(image, wcs),
    ...(unit !== undefined && { unit }),
    ...packingOf(compression, quantizeLevel),
  })

export function maskHdu(mask: Mask, compression: Compression, wcs?: SkyWcs): HduData {
  const header = frameCards(mask, wcs)
  for (const name of mask.planes.names) header.append([`MP_${name}`, mask.bit(name)])
  return imageHdu({
    data: mask.data,
    width: mask.width,
    height: mask.height,
    name: 'MASK',
    header,
    ...(compression !== 'none' && { compress: 'RICE_1' }),
  })
}

/** The exact reference pixel, when it agrees with the one of the cards. */
export function exactOrigin(header: Header, rounded: { readonly x: number; readonly y: number }) {
  const [x, y] = [header.getNumber(EXACT[0]), header.getNumber(EXACT[1])]
  const near = x !== undefined && y !== undefined && Math.hypot(x - rounded.x, y - rounded.y) < 1e-6
  return near ? { x, y } : rounded
}

import { FirstlightError } from '#core'
import { type FitsFile, Header, type Hdu, readFloatImage } from '#fits'
import { Exposure, Image, Mask, MaskedImage } from '#image'
import type { Camera } from './camera.ts'
import { WrongInstrumentError } from './errors.ts'
import { cardText } from './header-reading.ts'
import type { Instrument } from './instrument.ts'
import type { ObservationInfo } from './observation-info.ts'
import { toVisitInfo } from './visit-info.ts'

/** The primary cards and, over them, those of the HDU with the pixels: how a raw's header is read. */
export function rawHeader(file: FitsFile): Header {
  const pixels = rawPixels(file)
  const primary = file.hdu(0)
  if (pixels.index === 0) return primary.header
  const merged = primary.header.copy(pixels.where)
  for (const card of pixels.header.cards) merged.setCard(card)
  return merged
}

/** The first HDU with two-dimensional pixels. @throws 'obs/no-pixels' */
export function rawPixels(file: FitsFile): Hdu {
  const found = file.hdus.find(
    (hdu) => hdu.kind !== 'bintable' && hdu.kind !== 'table' && hdu.shape.length === 2,
  )
  if (found === undefined)
    throw new FirstlightError('obs/no-pixels', `${file.name}: no HDU holds a two-dimensional image.`)
  return found
}

export interface RawOptions {
  /** How the frame lies in the file compared with the amplifiers' raw boxes. */
  readonly flip: (detector: number) => { readonly x: boolean; readonly y: boolean }
}

/** Pixels as float32 in the orientation of the camera's raw boxes, with everything the header tells. */
export async function readCameraRaw(
  instrument: Instrument,
  file: FitsFile,
  where: string,
  { flip }: RawOptions,
): Promise<Exposure> {
  const header = rawHeader(file)
  if (!instrument.accepts(header)) throw new WrongInstrumentError(where, instrument.name, describe(header))
  const info = instrument.translateHeader(header, where)
  const { width, height, data } = await readFloatImage(rawPixels(file))
  const pixels = Float32Array.from(data)
  const { x, y } = flip(info.detectorNum)
  if (x) flipColumns(pixels, width)
  if (y) flipRows(pixels, width, height)
  const maskedImage = new MaskedImage(
    new Image(width, height, { data: pixels }),
    new Mask(width, height),
    new Image(width, height),
  )
  const wcs = rawWcs(instrument.camera, info)
  return new Exposure(maskedImage, {
    detector: instrument.camera.detector(info.detectorNum),
    visitInfo: toVisitInfo(info, instrument.observatory),
    filter: filterLabel(instrument, info),
    ...(wcs && { wcs }),
    unit: 'adu',
    metadata: header.copy(),
  })
}

/** The instrument and telescope a header names, for messages. */
export function describe(header: Header): string {
  const names = ['INSTRUME', 'TELESCOP']
    .map((key) => cardText(header.get(key))?.trim())
    .filter((text) => text)
  return names.length > 0 ? names.join(' / ') : 'an instrument its header does not name'
}

/** The WCS that boresight and camera give, in pixels of the assembled chip; undefined off the sky. */
export const rawWcs = (camera: Camera, info: ObservationInfo) =>
  info.trackingRadec && info.boresightRotation
    ? camera.wcs(info.detectorNum, { boresight: info.trackingRadec, rotation: info.boresightRotation })
    : undefined

const filterLabel = (instrument: Instrument, { physicalFilter }: ObservationInfo) => {
  const band = instrument.filters.find((f) => f.name === physicalFilter)?.band
  return { physical: physicalFilter, ...(band !== undefined && { band }) }
}

export function flipColumns(
  data: { reverse(): unknown; length: number; subarray(a: number, b: number): { reverse(): unknown } },
  width: number,
): void {
  for (let row = 0; row < data.length; row += width) data.subarray(row, row + width).reverse()
}

export function flipRows(data: Float32Array | Uint16Array, width: number, height: number): void {
  const hold = data.slice(0, width)
  for (let y = 0; y < height >> 1; y++) {
    const [low, high] = [y * width, (height - 1 - y) * width]
    hold.set(data.subarray(low, low + width))
    data.copyWithin(low, high, high + width)
    data.set(hold, high)
  }
}

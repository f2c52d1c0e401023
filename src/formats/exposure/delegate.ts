import type { Delegate } from '#butler'
import { type CardLike, Header } from '#fits'
import { Exposure, type ExposureInfo, type Image, Mask, MaskedImage } from '#image'
import { badValue } from '../errors.ts'

/** Parts of an exposure that are objects of their own, by the component's name; pixels, metadata and id stand apart. */
const OBJECTS = [
  'wcs',
  'psf',
  'photoCalib',
  'visitInfo',
  'detector',
  'filter',
  'apCorrMap',
  'validPolygon',
  'summaryStats',
] as const

/** Exposures in parts: pixels, header and everything that is known about them, each in a file of its own. */
export const exposureDelegate: Delegate = {
  disassemble(value) {
    if (!(value instanceof Exposure)) throw badValue('exposure', 'an Exposure', value)
    const { image, mask, variance, visitInfo, unit, metadata } = value
    const known = OBJECTS.filter((name) => value[name] !== undefined).map(
      (name) => [name, value[name]] as const,
    )
    const id = visitInfo?.id ?? visitInfo?.exposureId
    return {
      image,
      mask,
      variance,
      metadata: propertiesOf(unit === undefined ? metadata : new Header(metadata.cards).set('BUNIT', unit)),
      ...(id !== undefined && { id }),
      ...Object.fromEntries(known),
    }
  },
  assemble(parts) {
    const { image, mask, variance, metadata } = parts as Partial<Record<string, unknown>>
    const pixels = image as Image
    const header = headerOf((metadata ?? {}) as Properties)
    const unit = header.getString('BUNIT')
    if (unit !== undefined) header.deleteWhere((key) => key === 'BUNIT')
    const info = Object.fromEntries(
      OBJECTS.filter((name) => parts[name] !== undefined).map((n) => [n, parts[n]]),
    )
    return new Exposure(
      new MaskedImage(
        pixels,
        (mask as Mask | undefined) ?? Mask.ofBox(pixels.bbox),
        (variance as Image | undefined) ?? blank(pixels),
      ),
      { ...info, metadata: header, ...(unit !== undefined && { unit }) } as ExposureInfo,
    )
  },
  derived(component) {
    const compute = BOXES[component]
    return compute && { from: 'image', compute: (part) => compute(part as Image) }
  },
}

const BOXES: Readonly<Record<string, (image: Image) => unknown>> = {
  bbox: (image) => image.bbox,
  dimensions: ({ width, height }) => ({ width, height }),
  xy0: ({ x0, y0 }) => ({ x: x0, y: y0 }),
}

const blank = (like: Image): Image => (like.constructor as typeof Image).ofBox(like.bbox)

type Value = string | number | bigint | boolean | null
type Properties = Readonly<Record<string, Value | readonly Value[]>>

/** A header as plain properties; keys that are there several times hold lists. Comments of cards are not kept. */
function propertiesOf(header: Header): Properties {
  const out: Record<string, Value | Value[]> = {}
  for (const { key } of header.cards) {
    if (key === '' || out[key] !== undefined) continue
    const all = header.all(key) as Value[]
    out[key] = all.length === 1 ? all[0]! : all
  }
  return out
}

const headerOf = (properties: Properties): Header =>
  new Header(
    Object.entries(properties).flatMap(([key, value]) =>
      (Array.isArray(value) ? value : [value]).map((one): CardLike => [key, one as string]),
    ),
  )

import { toBase64 } from '#core'
import { Exposure, Image, Mask, MaskedImage, maskColor, percentileLimits, previewPng, zscale } from '#image'
import { type ExposureDisplay, MIME, type MaskPlaneDisplay, type PlaneName } from '#protocol'
import type { DisplayData } from '../protocol/threads.ts'
import { zeroPointText } from './facts.ts'
import { linearWcs } from './linear-wcs.ts'
import { shownObjects } from './objects.ts'
import { escapeHtml, numberText } from './text.ts'

/** Pixels looked at for display limits and the median. */
const SAMPLE = 200_000
const SIGMA_TO_FWHM = 2.3548

/** Exposures, masked images, images and masks: a line of text, a PNG, our view. */
export function showExposure(value: unknown): Promise<DisplayData> | undefined {
  const exposure = asExposure(value)
  return exposure === undefined ? undefined : Promise.resolve(makeDisplay(exposure, value as object))
}

function asExposure(value: unknown): Exposure | undefined {
  if (value instanceof Exposure) return value
  if (value instanceof MaskedImage) return new Exposure(value)
  if (value instanceof Image) return new Exposure(new MaskedImage(value))
  if (value instanceof Mask) return new Exposure(new MaskedImage(Image.ofBox(value.bbox), value))
  return undefined
}

function makeDisplay(exposure: Exposure, shown: object): DisplayData {
  const { image, mask, bbox } = exposure
  const planes = planesOf(shown)
  const limits = limitsOf(image)
  const masks = countPlanes(mask)
  const preview = previewPng(image, {
    limits: limits.zscale,
    ...(planes.includes('mask') && { mask, planes: visible(masks) }),
  })
  const png = toBase64(preview)
  const wcs = exposure.wcs === undefined ? undefined : linearWcs(exposure.wcs, bbox)
  const facts = factsOf(exposure)
  const display: ExposureDisplay = {
    objectId: shownObjects.keep(exposure, 12 * image.data.length),
    title: titleOf(exposure, shown),
    width: image.width,
    height: image.height,
    x0: image.x0,
    y0: image.y0,
    unit: exposure.unit ?? 'adu',
    planes,
    mask: planes.includes('mask') ? masks : [],
    ...(wcs !== undefined && { wcs }),
    limits: { zscale: limits.zscale, p995: limits.p995 },
    facts,
    preview: png,
  }
  return {
    data: {
      'text/plain': textOf(display, limits.median),
      'text/html': htmlOf(display, png),
      'image/png': png,
      [MIME.exposure]: display,
    },
    metadata: {},
  }
}

function planesOf(shown: object): readonly PlaneName[] {
  if (shown instanceof Image) return ['image']
  if (shown instanceof Mask) return ['mask']
  return ['image', 'mask', 'variance']
}

function titleOf({ visitInfo, detector, filter }: Exposure, shown: object): string {
  const id = visitInfo?.id ?? visitInfo?.exposureId
  const parts = [
    visitInfo?.instrument,
    id === undefined ? undefined : `visit ${id}`,
    detector === undefined ? undefined : `detector ${detector.id} (${detector.name})`,
    filter?.physical ?? filter?.band,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? shown.constructor.name : parts.join(' ')
}

function limitsOf({ data, width }: Image) {
  const step = Math.max(1, Math.floor(data.length / SAMPLE))
  const sample =
    step === 1
      ? data
      : Float32Array.from({ length: Math.floor(data.length / step) }, (_, i) => data[i * step] ?? 0)
  const [median] = percentileLimits(sample, 50, 50)
  return { zscale: zscale(data, width), p995: percentileLimits(sample, 0.25, 99.75), median }
}

/** Pixels of each plane, in one pass. */
function countPlanes({ data, planes }: Mask): readonly MaskPlaneDisplay[] {
  const counts = new Uint32Array(32)
  for (let i = 0; i < data.length; i++)
    for (let bits = data[i] ?? 0; bits !== 0; bits &= bits - 1) {
      const bit = 31 - Math.clz32(bits & -bits)
      counts[bit] = (counts[bit] ?? 0) + 1
    }
  return planes.names.map((name) => {
    const bit = planes.bit(name)
    return { name, bit, color: maskColor(name, bit), count: counts[bit] ?? 0 }
  })
}

const visible = (masks: readonly MaskPlaneDisplay[]): string[] =>
  masks.filter(({ count }) => count > 0).map(({ name }) => name)

function factsOf(exposure: Exposure): readonly (readonly [string, string])[] {
  const { visitInfo, detector, filter, wcs, psf, bbox, photoCalib } = exposure
  const facts: [string, string][] = []
  const add = (label: string, value: string | number | bigint | undefined, unit = '') => {
    if (value === undefined) return
    facts.push([label, `${typeof value === 'number' ? numberText(value, 4) : String(value)}${unit}`])
  }
  add('instrument', visitInfo?.instrument)
  add('visit', visitInfo?.id ?? visitInfo?.exposureId)
  add('object', visitInfo?.object)
  add('detector', detector === undefined ? undefined : `${detector.id} ${detector.name}`)
  add('filter', filter?.physical ?? filter?.band)
  add('exposure time', visitInfo?.exposureTime, ' s')
  add('date', visitInfo?.date?.toIso('utc', 3).replace('T', ' '), ' UTC')
  add('airmass', visitInfo?.airmass)
  const scale = wcs?.pixelScaleAt(bbox.center.x, bbox.center.y).arcseconds
  add('pixel scale', scale, '″')
  const sigma = psf?.sigmaAt()
  if (sigma !== undefined) {
    const onSky = scale === undefined ? '' : ` (${numberText(sigma * SIGMA_TO_FWHM * scale, 3)}″)`
    add('PSF FWHM', sigma * SIGMA_TO_FWHM, ` px${onSky}`)
  }
  add('zero point', photoCalib && zeroPointText(photoCalib))
  return facts
}

function textOf(
  { title, width, height, x0, y0, unit, planes, mask, facts, wcs }: ExposureDisplay,
  median: number,
): string {
  const masked = mask.filter(({ count }) => count > 0).map(({ name, count }) => `${name} ${count}`)
  const level = planes.includes('image') ? `, median ${numberText(median)} ${unit}` : ''
  const lines = [
    `${title}: ${width} × ${height} px from (${x0}, ${y0})${level}`,
    ...(wcs === undefined
      ? []
      : [
          `  RA ${wcs.crval[0].toFixed(5)}° Dec ${wcs.crval[1].toFixed(5)}° at pixel (${wcs.crpix.map((p) => p.toFixed(1)).join(', ')})`,
        ]),
    ...(masked.length === 0 ? [] : [`  mask: ${masked.join(', ')}`]),
    ...(facts.length === 0 ? [] : [`  ${facts.map(([label, value]) => `${label} ${value}`).join(', ')}`]),
  ]
  return lines.join('\n')
}

function htmlOf({ title, width, height, unit, facts }: ExposureDisplay, png: string): string {
  const rows = facts.map(
    ([label, value]) =>
      `<tr><th style="text-align:left">${escapeHtml(label)}</th><td style="text-align:left">${escapeHtml(value)}</td></tr>`,
  )
  return `<figure style="margin:0"><img alt="${escapeHtml(title)}" src="data:image/png;base64,${png}"/><figcaption>${escapeHtml(title)}: ${width} × ${height} px, ${escapeHtml(unit)}</figcaption></figure><table>${rows.join('')}</table>`
}

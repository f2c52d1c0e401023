import { toBase64 } from '#core'
import type { Box2I } from '#geom'
import { type Image, type PhotoCalib, previewPng } from '#image'
import type { RecordFact } from '#protocol'

/** Longest side of a small picture, CSS pixels. */
const PICTURE = 220

/** A line of a record, where there is a value. */
export const fact = (label: string, value: string | undefined, doc?: string): RecordFact[] =>
  value === undefined ? [] : [{ label, value, ...(doc !== undefined && { doc }) }]

export const boxText = ({ width, height, x0, y0 }: Box2I): string =>
  `${width} × ${height} from (${x0}, ${y0})`

export const zeroPointText = ({ fluxMag0 }: PhotoCalib): string =>
  `${(2.5 * Math.log10(fluxMag0)).toFixed(4)} mag (AB, of one count)`

/** A picture of a plane, as large as fits; small planes are drawn in whole multiples of their pixels. */
export function pictureOf(image: Image, alt: string, stretch: 'linear' | 'asinh' = 'linear') {
  const longest = Math.max(image.width, image.height)
  const scale = longest > PICTURE ? PICTURE / longest : Math.floor(PICTURE / longest)
  return {
    png: toBase64(previewPng(image, { stretch })),
    width: Math.max(1, Math.round(image.width * scale)),
    height: Math.max(1, Math.round(image.height * scale)),
    alt,
  }
}

/** Lowest and highest value. */
export function rangeOf(data: ArrayLike<number>): { readonly low: number; readonly high: number } {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    if (value < low) low = value
    if (value > high) high = value
  }
  return { low, high }
}

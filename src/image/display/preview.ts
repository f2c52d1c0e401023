import type { Image } from '../image.ts'
import type { Mask } from '../mask.ts'
import { maskColor, rgbOf } from './mask-colors.ts'
import { encodePng } from './png.ts'
import { makeStretch, type Stretch } from './stretch.ts'
import { zscale } from './zscale.ts'

export interface PreviewOptions {
  /** Longest side of the picture, px; larger images are averaged down. 512 by default. */
  readonly maxSize?: number
  readonly stretch?: Stretch
  /** Image units; zscale by default. */
  readonly limits?: readonly [number, number]
  /** Planes of this mask are laid over the image. */
  readonly mask?: Mask
  /** Which planes; all of the mask by default. */
  readonly planes?: readonly string[]
  /** Weight of the mask colours, 0 … 1. */
  readonly opacity?: number
}

/** A PNG of an image as astronomers look at it: first row at the bottom, zscale, asinh; mask planes in colour. */
export function previewPng(image: Image, options: PreviewOptions = {}): Uint8Array<ArrayBuffer> {
  const { maxSize = 512, stretch = 'asinh', mask, opacity = 0.45 } = options
  const limits = options.limits ?? zscale(image.data, image.width)
  const step = Math.max(1, Math.ceil(Math.max(image.width, image.height) / maxSize))
  const [width, height] = [
    Math.max(1, Math.ceil(image.width / step)),
    Math.max(1, Math.ceil(image.height / step)),
  ]
  const grey = greyLevels(image, step, width, height, makeStretch(stretch, limits))
  if (mask === undefined) return encodePng(width, height, grey)
  const colors = (options.planes ?? mask.planes.names).map((name) => {
    const bit = mask.bit(name)
    return { bits: 1 << bit, rgb: rgbOf(maskColor(name, bit)) }
  })
  return encodePng(width, height, overlay(grey, mask, step, width, height, colors, opacity))
}

/** Means of step × step blocks, finite pixels only, rows from the top. */
function greyLevels(
  { data, width: w, height: h }: Image,
  step: number,
  width: number,
  height: number,
  stretch: (v: number) => number,
): Uint8Array {
  const grey = new Uint8Array(width * height)
  for (let j = 0; j < height; j++)
    for (let i = 0; i < width; i++) {
      let [sum, n] = [0, 0]
      for (let y = j * step; y < Math.min(h, (j + 1) * step); y++)
        for (let x = i * step; x < Math.min(w, (i + 1) * step); x++) {
          const v = data[y * w + x]!
          if (v - v === 0) {
            sum += v
            n++
          }
        }
      grey[(height - 1 - j) * width + i] = Math.round(255 * stretch(n === 0 ? Number.NaN : sum / n))
    }
  return grey
}

function overlay(
  grey: Uint8Array,
  mask: Mask,
  step: number,
  width: number,
  height: number,
  colors: readonly { readonly bits: number; readonly rgb: readonly [number, number, number] }[],
  opacity: number,
): Uint8Array {
  const rgb = new Uint8Array(3 * width * height)
  for (let j = 0; j < height; j++)
    for (let i = 0; i < width; i++) {
      let bits = 0
      for (let y = j * step; y < Math.min(mask.height, (j + 1) * step); y++)
        for (let x = i * step; x < Math.min(mask.width, (i + 1) * step); x++)
          bits |= mask.data[y * mask.width + x]!
      const at = (height - 1 - j) * width + i
      const pixel: [number, number, number] = [grey[at]!, grey[at]!, grey[at]!]
      for (const color of colors)
        if ((bits & color.bits) !== 0)
          for (let c = 0; c < 3; c++) pixel[c] = pixel[c]! * (1 - opacity) + color.rgb[c]! * opacity
      rgb.set(pixel.map(Math.round), 3 * at)
    }
  return rgb
}

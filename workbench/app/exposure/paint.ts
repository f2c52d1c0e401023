import { type ColourMap, colourTable, NAN_COLOUR, type Rgb } from './colour-maps.ts'
import type { Pyramid } from './pyramid.ts'
import { colourIndex, type Transfer } from './stretch.ts'
import { type Size, toImage, type View } from './view.ts'

/** Everything a picture depends on besides the pixels and the view. */
export interface Look {
  readonly transfer: Transfer
  readonly map: ColourMap
  readonly inverted: boolean
  /** Bits of the mask planes that are shown. */
  readonly shownPlanes: number
  /** Colour of each bit. */
  readonly planeColours: ReadonlyMap<number, Rgb>
  readonly maskOpacity: number
}

/** Draws an image into a canvas; one implementation on WebGL2, one in plain code. */
export interface Painter {
  readonly kind: 'webgl2' | 'software'
  paint(canvas: HTMLCanvasElement, pyramid: Pyramid, view: View, look: Look): void
  /** Free what is held for these pixels. */
  forget(pyramid: Pyramid): void
}

/**
 * The picture as RGBA rows, top row first: the reference of the shader, and the fallback where a browser has no WebGL2.
 * Canvas outside of the image stays transparent.
 */
export function paintPixels(
  pyramid: Pyramid,
  view: View,
  look: Look,
  size: Size,
): Uint8ClampedArray<ArrayBuffer> {
  const k = pyramid.levelFor(view.zoom)
  const { width, height, image, mask } = pyramid.level(k)
  const base = pyramid.base
  const colours = colourTable(look.map, look.inverted)
  const out = new Uint8ClampedArray(4 * size.width * size.height)
  for (let sy = 0; sy < size.height; sy++) {
    for (let sx = 0; sx < size.width; sx++) {
      const [x, y] = toImage(view, size, sx + 0.5, sy + 0.5)
      if (x < -0.5 || y < -0.5 || x >= base.width - 0.5 || y >= base.height - 0.5) continue
      const column = Math.min(width - 1, Math.floor((x + 0.5) / 2 ** k))
      const row = Math.min(height - 1, Math.floor((y + 0.5) / 2 ** k))
      const index = colourIndex(image[row * width + column]!, look.transfer)
      const set = (mask?.[row * width + column] ?? 0) & look.shownPlanes
      const pixel = masked(index < 0 ? NAN_COLOUR : rgbAt(colours, index), set, look)
      out.set([...pixel, 255], 4 * (sy * size.width + sx))
    }
  }
  return out
}

const rgbAt = (table: Uint8Array, i: number): Rgb => [table[4 * i]!, table[4 * i + 1]!, table[4 * i + 2]!]

/** The lowest bit that is set gives the colour: mixtures of two planes' colours look like a third plane's. */
function masked(base: Rgb, set: number, { planeColours, maskOpacity }: Look): Rgb {
  if (set === 0) return base
  const colour = planeColours.get(31 - Math.clz32(set & -set)) ?? WHITE
  return base.map((value, c) => value + (colour[c]! - value) * maskOpacity) as unknown as Rgb
}

const WHITE: Rgb = [255, 255, 255]

/** For browsers without WebGL2. */
export const softwarePainter: Painter = {
  kind: 'software',
  paint(canvas, pyramid, view, look) {
    const data = paintPixels(pyramid, view, look, canvas)
    canvas.getContext('2d')?.putImageData(new ImageData(data, canvas.width, canvas.height), 0, 0)
  },
  forget() {},
}

import { Box2I } from '#geom'
import { type MaskedImage, MaskedImage as Pixels } from '#image'
import type { SkyWcs } from '#wcs'
import { planeBits } from '../plane-bits.ts'
import { lanczosTable } from './lanczos-table.ts'
import { PositionGrid } from './position-grid.ts'
import { resampleRow } from './resample.ts'

export interface WarpOptions {
  /** Of the Lanczos kernel. */
  readonly order: number
  /** Pixels between exactly computed positions. */
  readonly interpLength: number
  /** Planes that a pixel gets when any pixel under the kernel has them. */
  readonly growFullMask: readonly string[]
}

/** Of lsst::afw::math::WarpingControl as lsst.afw.math.WarperConfig sets it. */
export const DEFAULT_WARP: WarpOptions = { order: 3, interpLength: 10, growFullMask: ['EDGE'] }

export interface WarpResult {
  readonly pixels: MaskedImage
  /** Pixels that the input filled. */
  readonly filled: number
}

/**
 * Resample an image to another WCS, keeping the flux of sources: pixel values are scaled by the ratio of the pixel areas.
 * Where the kernel does not lie wholly on the input, pixels are NaN with infinite variance and NO_DATA.
 * @param to WCS of the output, whose pixels are `box`
 * @see lsst::afw::math::warpExposure; Lanczos 3 or 5, normalised to sum 1 at each pixel
 */
export function warpImage(
  input: MaskedImage,
  from: SkyWcs,
  box: Box2I,
  to: SkyWcs,
  options: Partial<WarpOptions> = {},
): WarpResult {
  const o = { ...DEFAULT_WARP, ...options }
  const out = blank(box)
  out.mask.planes = input.mask.planes
  const bit = out.mask.addPlane('NO_DATA')
  const noData = 1 << bit
  out.mask.data.fill(noData)
  const part = overlap(input.bbox, from, box, to)
  if (part.isEmpty) return { pixels: out, filled: 0 }
  const grid = new PositionGrid(part, to, from, o.interpLength)
  const table = lanczosTable(o.order)
  const spread = planeBits(input.mask, o.growFullMask)
  const positions = {
    x: new Float64Array(part.width),
    y: new Float64Array(part.width),
    area: new Float64Array(part.width),
  }
  const [source, target] = [planesOf(input), planesOf(out)]
  let filled = 0
  for (let y = part.y0; y <= part.y1; y++) {
    grid.row(y, input, positions)
    const start = (y - box.y0) * box.width + part.x0 - box.x0
    filled += resampleRow(source, positions, part.width, table, spread, target, start)
  }
  return { pixels: out, filled }
}

/** NaN, infinite variance. */
function blank(box: Box2I): MaskedImage {
  const pixels = Pixels.ofBox(box)
  pixels.image.fill(Number.NaN)
  pixels.variance.fill(Number.POSITIVE_INFINITY)
  return pixels
}

const planesOf = ({ image, mask, variance, width, height }: MaskedImage) => ({
  width,
  height,
  image: image.data,
  variance: variance.data,
  mask: mask.data,
})

/** Points along each side of the input that are followed to the output. */
const ALONG = 16

/** The part of `box` that the input may reach: what is around the images of points on its border. */
export function overlap(input: Box2I, from: SkyWcs, box: Box2I, to: SkyWcs): Box2I {
  const { xMin, xMax, yMin, yMax } = input.toBox2D()
  const [xs, ys]: [number[], number[]] = [[], []]
  for (let k = 0; k <= ALONG; k++) {
    const [x, y] = [xMin + ((xMax - xMin) * k) / ALONG, yMin + ((yMax - yMin) * k) / ALONG]
    xs.push(x, x, xMin, xMax)
    ys.push(yMin, yMax, y, y)
  }
  const sky = from.pixelToSkyArrays(xs, ys)
  const there = to.skyToPixelArrays(sky.ra, sky.dec)
  const known = (values: Float64Array) => values.filter((v) => Number.isFinite(v))
  const [us, vs] = [known(there.x), known(there.y)]
  if (us.length < xs.length || vs.length < xs.length) return box
  const around = Box2I.fromCorners(
    Math.floor(us.reduce((a, b) => Math.min(a, b))) - 1,
    Math.floor(vs.reduce((a, b) => Math.min(a, b))) - 1,
    Math.ceil(us.reduce((a, b) => Math.max(a, b))) + 1,
    Math.ceil(vs.reduce((a, b) => Math.max(a, b))) + 1,
  )
  return around.intersect(box)
}

import { Box2I, type AffineTransform } from '#geom'
import { lanczos } from '#math'
import { Image } from './image.ts'
import { normalized } from './psf-shift.ts'

/**
 * A PSF kernel as it looks after its image was warped: resampled by the linear part of the map at its place, Lanczos,
 * zero outside, on a box that holds all of it, sum 1.
 * @param map from the pixels of the kernel's image to those of the warped one
 * @see lsst::meas::algorithms::WarpedPsf
 */
export function warpKernel(kernel: Image, map: AffineTransform, order: number): Image {
  const back = map.invert()
  const reach = Math.max(-kernel.x0, -kernel.y0)
  const half = (scaleX: number, scaleY: number) => Math.ceil(reach * (Math.abs(scaleX) + Math.abs(scaleY)))
  const [halfX, halfY] = [half(map.xx, map.xy), half(map.yx, map.yy)]
  const box = new Box2I(-halfX, -halfY, 2 * halfX + 1, 2 * halfY + 1)
  const data = new Float32Array(box.area)
  const [wx, wy] = [new Float64Array(2 * order), new Float64Array(2 * order)]
  for (let v = -halfY, i = 0; v <= halfY; v++)
    for (let u = -halfX; u <= halfX; u++, i++) {
      const [x, y] = [back.xx * u + back.xy * v, back.yx * u + back.yy * v]
      data[i] = sampleAt(kernel, x, y, order, wx, wy)
    }
  return Image.ofBox(box, normalized(data))
}

/** Lanczos interpolation at (x, y), pixels outside being 0. */
function sampleAt(
  { data, width, height, x0, y0 }: Image,
  x: number,
  y: number,
  order: number,
  wx: Float64Array,
  wy: Float64Array,
): number {
  const [ix, iy] = [Math.floor(x) - order + 1, Math.floor(y) - order + 1]
  for (let k = 0; k < 2 * order; k++) {
    wx[k] = lanczos(ix + k - x, order)
    wy[k] = lanczos(iy + k - y, order)
  }
  let [sum, weight] = [0, 0]
  for (let j = 0; j < 2 * order; j++) {
    const row = iy + j - y0
    for (let i = 0; i < 2 * order; i++) {
      const w = wx[i]! * wy[j]!
      weight += w
      const column = ix + i - x0
      if (row >= 0 && row < height && column >= 0 && column < width) sum += w * data[row * width + column]!
    }
  }
  return sum / weight
}

import type { Point2D } from '#geom'
import { lanczos } from '#math'
import { Image } from './image.ts'

const ORDER = 5

/**
 * A kernel image (centred on (0, 0)) as the star at a position: moved to the position's pixel and shifted by the rest with
 * a separable Lanczos-5, on a box of the same size, sum 1.
 * @see lsst::afw::detection::Psf::recenterKernelImage
 */
export function starAt(kernel: Image, at: Point2D): Image {
  const [ix, iy] = [Math.floor(at.x + 0.5), Math.floor(at.y + 0.5)]
  const shifted = shiftImage(kernel, at.x - ix, at.y - iy)
  return new Image(kernel.width, kernel.height, {
    x0: kernel.x0 + ix,
    y0: kernel.y0 + iy,
    data: normalized(shifted),
  })
}

/** Move the light by (dx, dy), each within ±1 pixel; what would come from outside is 0. */
export function shiftImage({ width, height, data }: Image, dx: number, dy: number): Float32Array {
  const rows = shiftRows(data, width, height, dx)
  if (dy === 0) return rows
  return shiftColumns(rows, width, height, dy)
}

/** Divide by the sum, in place. */
export function normalized(data: Float32Array): Float32Array {
  let sum = 0
  for (const value of data) sum += value
  if (sum !== 0) for (let i = 0; i < data.length; i++) data[i]! /= sum
  return data
}

/** Weights of the inputs −5 … 5 around an output pixel, sum 1. */
function weights(shift: number): Float64Array {
  const w = Float64Array.from({ length: 2 * ORDER + 1 }, (_, k) => lanczos(k - ORDER + shift, ORDER))
  const sum = w.reduce((a, b) => a + b, 0)
  return w.map((v) => v / sum)
}

function shiftRows(src: Float32Array, width: number, height: number, shift: number): Float32Array {
  if (shift === 0) return src.slice()
  const w = weights(shift)
  const dst = new Float32Array(src.length)
  // Zeros on both sides of the row spare the inner loop its bounds.
  const padded = new Float64Array(width + 2 * ORDER)
  for (let y = 0; y < height; y++) {
    const row = y * width
    for (let x = 0; x < width; x++) padded[x + ORDER] = src[row + x]!
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let k = 0; k <= 2 * ORDER; k++) sum += w[k]! * padded[x + k]!
      dst[row + x] = sum
    }
  }
  return dst
}

function shiftColumns(src: Float32Array, width: number, height: number, shift: number): Float32Array {
  const w = weights(shift)
  const dst = new Float32Array(src.length)
  const sums = new Float64Array(width)
  for (let y = 0; y < height; y++) {
    sums.fill(0)
    const last = Math.min(height - 1, y + ORDER)
    for (let i = Math.max(0, y - ORDER); i <= last; i++) {
      const weight = w[i - y + ORDER]!
      const row = i * width
      for (let x = 0; x < width; x++) sums[x]! += weight * src[row + x]!
    }
    const row = y * width
    for (let x = 0; x < width; x++) dst[row + x] = sums[x]!
  }
  return dst
}

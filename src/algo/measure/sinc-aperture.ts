import { Image, shiftImage } from '#image'
import { Fft2d } from '#math'

/**
 * Weights that sum a band-limited image over a circle of radius `r`: the circle's transform r·J₁(2πrk)/k inside the
 * Nyquist square, brought back to pixels. Side 2·2^⌈log₂ 2r⌉ − 1, at least 15; the weights sum to πr².
 * @see Bickerton & Lupton 2013, MNRAS 431 1275
 */
export function sincCoefficients(r: number): Image {
  const cached = cache.get(r)
  if (cached !== undefined) return cached
  const side = Math.max(15, 2 * 2 ** Math.ceil(Math.log2(2 * r)) - 1)
  const half = (side - 1) / 2
  const re = new Float64Array(side * side)
  for (let j = 0; j <= half; j++)
    for (let i = 0; i <= half; i++) {
      const k = Math.hypot(i, j) / side
      const value = k === 0 ? Math.PI * r * r : (r * besselJ1(2 * Math.PI * r * k)) / k
      for (const y of [j, (side - j) % side]) for (const x of [i, (side - i) % side]) re[y * side + x] = value
    }
  const im = new Float64Array(side * side)
  new Fft2d(side, side).inverse(re, im)
  const data = new Float32Array(side * side)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) data[((y + half) % side) * side + ((x + half) % side)] = re[y * side + x]!
  const image = new Image(side, side, { x0: -half, y0: -half, data })
  cache.set(r, image)
  return image
}

const cache = new Map<number, Image>()

/** The weights for a circle about (dx, dy), each within half a pixel of the middle. */
export const sincCoefficientsAt = (r: number, dx: number, dy: number): Image => {
  const centred = sincCoefficients(r)
  return new Image(centred.width, centred.height, {
    x0: centred.x0,
    y0: centred.y0,
    data: shiftImage(centred, dx, dy),
  })
}

/** J₁(x) = 1/π ∫₀^π cos(τ − x sin τ) dτ by the trapezoid rule, exact to rounding for points > |x| + 20. */
function besselJ1(x: number): number {
  const n = Math.ceil(Math.abs(x)) + 24
  let sum = 0
  for (let k = 0; k < n; k++) {
    const t = ((k + 0.5) * Math.PI) / n
    sum += Math.cos(t - x * Math.sin(t))
  }
  return sum / n
}

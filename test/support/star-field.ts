import { Image, Mask, MaskedImage } from '#image'
import { erf, Random } from '#math'

export interface StarFieldOptions {
  readonly width?: number
  readonly height?: number
  readonly seed?: number
  /** Counts of each star and where; by default on a jittered grid. */
  readonly stars?: readonly Star[]
  /** Number of stars on the jittered grid, and the range of their fluxes (evenly in log). */
  readonly count?: number
  readonly fluxes?: readonly [number, number]
  /** σ of the Gaussian PSF along x and y, px, at a position. */
  readonly sigmaAt?: (x: number, y: number) => readonly [number, number]
  /** Sky level, counts; electrons a count; read noise, counts. */
  readonly sky?: number
  readonly gain?: number
  readonly readNoise?: number
  readonly noise?: boolean
  /** Take the sky off again. */
  readonly subtractSky?: boolean
  /** Added to the image before the noise. */
  readonly extra?: (x: number, y: number) => number
}

export interface Star {
  readonly x: number
  readonly y: number
  readonly flux: number
}

/** Stars of known flux on a flat sky with Poisson and read noise; pixels integrate the (separable) Gaussian exactly. */
export function aStarField(options: StarFieldOptions = {}): {
  maskedImage: MaskedImage
  stars: readonly Star[]
} {
  const { width = 512, height = 512, seed = 1, sky = 178, gain = 3.45, readNoise = 1.5 } = options
  const { sigmaAt = () => [1.76, 1.76] as const, noise = true, subtractSky = false, extra } = options
  const random = new Random(BigInt(seed))
  const stars = options.stars ?? gridOfStars(width, height, random, options)
  const image = new Image(width, height).fill(sky)
  for (const star of stars) paint(image, star, sigmaAt(star.x, star.y))
  const variance = new Image(width, height)
  for (let i = 0; i < image.data.length; i++) {
    const truth = image.data[i]! + (extra ? extra(i % width, Math.floor(i / width)) : 0)
    variance.data[i] = Math.max(truth, 0) / gain + readNoise * readNoise
    image.data[i] =
      truth + (noise ? Math.sqrt(variance.data[i]!) * random.normal() : 0) - (subtractSky ? sky : 0)
  }
  return { maskedImage: new MaskedImage(image, new Mask(width, height), variance), stars }
}

function gridOfStars(width: number, height: number, random: Random, options: StarFieldOptions): Star[] {
  const { count = 60, fluxes = [3000, 300000] } = options
  const columns = Math.ceil(Math.sqrt((count * width) / height))
  const rows = Math.ceil(count / columns)
  const [stepX, stepY] = [(width - 60) / columns, (height - 60) / rows]
  return Array.from({ length: count }, (_, k) => ({
    x: 30 + stepX * ((k % columns) + 0.5 + 0.3 * (random.uniform() - 0.5)),
    y: 30 + stepY * (Math.floor(k / columns) + 0.5 + 0.3 * (random.uniform() - 0.5)),
    flux: fluxes[0] * (fluxes[1] / fluxes[0]) ** random.uniform(),
  }))
}

function paint(image: Image, { x, y, flux }: Star, [sx, sy]: readonly [number, number]): void {
  const reach = Math.ceil(6 * Math.max(sx, sy))
  const share = (i: number, centre: number, sigma: number) =>
    0.5 * (erf((i + 0.5 - centre) / sigma / Math.SQRT2) - erf((i - 0.5 - centre) / sigma / Math.SQRT2))
  const [ix, iy] = [Math.round(x), Math.round(y)]
  for (let j = Math.max(0, iy - reach); j <= Math.min(image.height - 1, iy + reach); j++) {
    const row = flux * share(j, y, sy)
    for (let i = Math.max(0, ix - reach); i <= Math.min(image.width - 1, ix + reach); i++)
      image.data[j * image.width + i]! += row * share(i, x, sx)
  }
}

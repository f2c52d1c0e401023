import { type Angle, SpherePoint } from '#geom'
import { Random } from '#math'

/** A star: ICRS position at `SKY_EPOCH`, proper motion, AB magnitudes. */
export interface SimStar {
  readonly id: bigint
  readonly ra: number
  readonly dec: number
  /** mas a year, in the direction of RA (with cos δ) and Dec. */
  readonly pmRa: number
  readonly pmDec: number
  readonly mag: Magnitudes
}

export interface SimGalaxy {
  readonly id: bigint
  readonly ra: number
  readonly dec: number
  readonly mag: Magnitudes
  readonly halfLightArcsec: number
  readonly axisRatio: number
  /** Position angle of the major axis, east of north, radians. */
  readonly positionAngle: number
  readonly bulge: number
}

export type SimBand = 'g' | 'r' | 'i' | 'z' | 'y'
export type Magnitudes = Readonly<Record<SimBand, number>>

export const SIM_BANDS: readonly SimBand[] = ['g', 'r', 'i', 'z', 'y']

/** Julian year of the catalog positions. */
export const SKY_EPOCH = 2015.5

export interface SkyDensity {
  /** Stars an arcmin² brighter than r = 22. */
  readonly stars: number
  /** Galaxies an arcmin² brighter than r = 24.5. */
  readonly galaxies: number
}

export interface SkyPatch {
  readonly stars: readonly SimStar[]
  readonly galaxies: readonly SimGalaxy[]
}

/** Degrees of a cell in declination, and in right ascension at the equator. */
const CELL = 0.1
const CELLS_AROUND = 3600
const FAINTEST_STAR = 25
const BRIGHTEST_STAR = 13
const FAINTEST_GALAXY = 24.9
const BRIGHTEST_GALAXY = 17.5

/**
 * A sky without an edge: cells of a tenth of a degree are filled from streams of their own, so that any two frames that overlap
 * see the same objects, whatever else was simulated.
 */
export class Sky {
  readonly #random: Random
  readonly #density: SkyDensity
  readonly #cells = new Map<string, SkyPatch>()

  constructor(seed: string, density: SkyDensity) {
    this.#random = new Random(`${seed}/sky`)
    this.#density = density
  }

  /** Every object within `radius` of `centre`, in cell order; the cells' objects are complete only inside the circle. */
  within(centre: SpherePoint, radius: Angle): SkyPatch {
    const stars: SimStar[] = []
    const galaxies: SimGalaxy[] = []
    const near = (o: { ra: number; dec: number }) =>
      SpherePoint.fromRadians(o.ra, o.dec).separation(centre).radians <= radius.radians
    for (const cell of this.#cellsNear(centre, radius)) {
      for (const star of cell.stars) if (near(star)) stars.push(star)
      for (const galaxy of cell.galaxies) if (near(galaxy)) galaxies.push(galaxy)
    }
    return { stars, galaxies }
  }

  *#cellsNear(centre: SpherePoint, radius: Angle): Generator<SkyPatch> {
    const [ra, dec, r] = [centre.ra.degrees, centre.dec.degrees, radius.degrees]
    const widest = Math.cos((Math.min(89, Math.abs(dec) + r) * Math.PI) / 180)
    for (let j = Math.floor((dec - r) / CELL); j <= Math.floor((dec + r) / CELL); j++)
      for (let i = Math.floor((ra - r / widest) / CELL); i <= Math.floor((ra + r / widest) / CELL); i++)
        yield this.#cell(((i % CELLS_AROUND) + CELLS_AROUND) % CELLS_AROUND, j)
  }

  #cell(i: number, j: number): SkyPatch {
    const key = `${i},${j}`
    const known = this.#cells.get(key)
    if (known !== undefined) return known
    const made = this.#fill(i, j)
    this.#cells.set(key, made)
    return made
  }

  #fill(i: number, j: number): SkyPatch {
    const random = this.#random.fork(`${i},${j}`)
    const [ra0, dec0] = [i * CELL, j * CELL]
    const arcmin2 = (60 * CELL) ** 2 * Math.cos(((dec0 + CELL / 2) * Math.PI) / 180)
    const first = BigInt((j + 900) * CELLS_AROUND + i) * 100_000n
    const place = () => ({
      ra: ((ra0 + CELL * random.uniform()) * Math.PI) / 180,
      dec: ((dec0 + CELL * random.uniform()) * Math.PI) / 180,
    })
    const starCount = random.poisson(
      this.#density.stars * 10 ** (STAR_SLOPE * (FAINTEST_STAR - 22)) * arcmin2,
    )
    const stars = Array.from({ length: starCount }, (_, n) => makeStar(random, first + BigInt(n), place()))
    const galaxyCount = random.poisson(
      this.#density.galaxies * 10 ** (GALAXY_SLOPE * (FAINTEST_GALAXY - 24.5)) * arcmin2,
    )
    const galaxies = Array.from({ length: galaxyCount }, (_, n) =>
      makeGalaxy(random, first + 50_000n + BigInt(n), place()),
    )
    return { stars, galaxies }
  }
}

/** d log₁₀ N / d mag of the counts. */
const STAR_SLOPE = 0.25
const GALAXY_SLOPE = 0.4

interface Place {
  readonly ra: number
  readonly dec: number
}

function makeStar(random: Random, id: bigint, place: Place): SimStar {
  const r = magnitude(random, BRIGHTEST_STAR, FAINTEST_STAR, STAR_SLOPE)
  // The stellar locus by one colour: r−i follows temperature, the others go with it.
  const ri = Math.max(0.02, 0.12 + random.exponential(0.28))
  const gr = Math.min(1.35, 0.25 + 2.2 * ri) + random.normal(0, 0.03)
  const iz = 0.5 * ri + random.normal(0, 0.02)
  const zy = 0.25 * ri + random.normal(0, 0.02)
  const fast = random.uniform() < 0.02 ? 10 : 1
  return {
    id,
    ...place,
    pmRa: random.normal(2, 6 * fast),
    pmDec: random.normal(-4, 6 * fast),
    mag: { g: r + gr, r, i: r - ri, z: r - ri - iz, y: r - ri - iz - zy },
  }
}

function makeGalaxy(random: Random, id: bigint, place: Place): SimGalaxy {
  const r = magnitude(random, BRIGHTEST_GALAXY, FAINTEST_GALAXY, GALAXY_SLOPE)
  const gr = Math.max(0.1, random.normal(0.7, 0.3))
  const ri = Math.max(0.05, random.normal(0.4, 0.2))
  const iz = random.normal(0.25, 0.1)
  const size = 0.9 * 10 ** (-0.13 * (r - 21) + random.normal(0, 0.15))
  return {
    id,
    ...place,
    mag: { g: r + gr, r, i: r - ri, z: r - ri - iz, y: r - ri - 1.4 * iz },
    halfLightArcsec: Math.min(4, Math.max(0.12, size)),
    axisRatio: random.between(0.3, 1),
    positionAngle: random.between(0, Math.PI),
    bulge: random.uniform() < 0.25 ? random.between(0.5, 1) : random.between(0, 0.2),
  }
}

/** From counts that rise by `slope` dex a magnitude between two limits. */
function magnitude(random: Random, bright: number, faint: number, slope: number): number {
  const lowest = 10 ** (slope * (bright - faint))
  return faint + Math.log10(lowest + (1 - lowest) * random.uniform()) / slope
}

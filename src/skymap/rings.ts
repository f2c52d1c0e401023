import { Angle, SpherePoint, wrapRadians } from '#geom'
import {
  cellsConfig,
  checkConfig,
  type RingsSkyMapConfig,
  SKY_MAP_DEFAULTS,
  type SkyMapOptions,
} from './config.ts'
import { skyMapError } from './errors.ts'
import { hashSkyMap, searchAll, type SkyMap, type TractPatches } from './sky-map.ts'
import { TractCache } from './tract-cache.ts'
import { TractInfo } from './tract-info.ts'

const TWO_PI = 2 * Math.PI

/**
 * The whole sky in rings of declination, counted from the south, with a cap at each pole: the survey's map.
 * @see lsst.skymap.RingsSkyMap, version 1
 */
export class RingsSkyMap implements SkyMap {
  readonly kind = 'rings'
  readonly className = 'RingsSkyMap'
  readonly config: RingsSkyMapConfig
  readonly numTracts: number
  /** Width of a ring, radians; the two caps together count as one more ring. */
  readonly #ringSize: number
  /** Tracts of each ring. */
  readonly #counts: readonly number[]
  readonly #tracts: TractCache

  constructor(config: SkyMapOptions<RingsSkyMapConfig> & Pick<RingsSkyMapConfig, 'numRings'>) {
    this.config = { ...SKY_MAP_DEFAULTS, raStart: 0, ...config, cells: cellsConfig(config) }
    checkConfig(this.config)
    const { numRings } = this.config
    if (!(Number.isInteger(numRings) && numRings > 0))
      throw skyMapError('bad-config', `A rings sky map needs a positive number of rings; it is ${numRings}.`)
    this.#ringSize = Math.PI / (numRings + 1)
    this.#counts = Array.from({ length: numRings }, (_, i) => {
      const start = this.#ringSize * (i + 0.5) - Math.PI / 2
      const nearest = Math.min(Math.abs(start), Math.abs(start + this.#ringSize))
      return Math.trunc((TWO_PI * Math.cos(nearest)) / this.#ringSize) + 1
    })
    this.numTracts = this.#counts.reduce((n, c) => n + c, 2)
    const radius = new Angle(this.#ringSize / 2)
    this.#tracts = new TractCache(
      this.numTracts,
      (id) => new TractInfo(id, this.#center(id), { radius }, this.config),
    )
  }

  tract(id: number): TractInfo {
    return this.#tracts.get(id)
  }

  tracts(): IterableIterator<TractInfo> {
    return this.#tracts.all()
  }

  findTract({ ra, dec }: SpherePoint): TractInfo {
    const first = this.#ringSize / 2 - Math.PI / 2
    if (dec.radians < first) return this.tract(0)
    if (dec.radians > -first) return this.tract(this.numTracts - 1)
    const ring = Math.min(this.#counts.length - 1, Math.trunc((dec.radians - first) / this.#ringSize))
    const count = this.#counts[ring]!
    const start = Angle.fromDegrees(this.config.raStart).radians
    const number = Math.trunc(wrapRadians(ra.radians - start) / (TWO_PI / count) + 0.5) % count
    return this.tract(this.#firstOf(ring) + number)
  }

  /** Looks only at rings near the corners, as most of the thousands of tracts are far away. */
  findTractPatchList(coords: readonly SpherePoint[]): readonly TractPatches[] {
    return searchAll(this.#near(coords), coords)
  }

  sha1(): Promise<Uint8Array> {
    const own = new Uint8Array(12)
    const view = new DataView(own.buffer)
    view.setInt32(0, this.config.numRings, true)
    view.setFloat64(4, this.config.raStart, true)
    return hashSkyMap(this.className, this.config, own)
  }

  #firstOf(ring: number): number {
    return this.#counts.slice(0, ring).reduce((n, c) => n + c, 1)
  }

  #center(id: number): SpherePoint {
    if (id === 0) return SpherePoint.fromRadians(0, -Math.PI / 2)
    if (id === this.numTracts - 1) return SpherePoint.fromRadians(0, Math.PI / 2)
    let [ring, number] = [0, id - 1]
    while (number >= this.#counts[ring]!) number -= this.#counts[ring++]!
    const start = Angle.fromDegrees(this.config.raStart).radians
    const ra = wrapRadians((TWO_PI * number) / this.#counts[ring]! + start)
    return SpherePoint.fromRadians(ra, this.#ringSize * (ring + 1) - Math.PI / 2)
  }

  /** Tracts whose circumscribed square can reach one of the directions' circle. */
  *#near(coords: readonly SpherePoint[]): IterableIterator<TractInfo> {
    const first = coords[0]
    if (first === undefined) return
    const spread = Math.max(...coords.map((c) => first.separation(c).radians))
    const reach =
      spread + Math.SQRT2 * (this.#ringSize + Angle.fromDegrees(this.config.tractOverlap).radians) + 0.02
    for (let id = 0; id < this.numTracts; id++)
      if (this.#center(id).separation(first).radians <= reach) yield this.tract(id)
  }
}

import {
  healpixBoundary,
  healpixCenter,
  healpixIndex,
  healpixNestOfRing,
  healpixRingOfNest,
  SpherePoint,
  type Vector3,
} from '#geom'
import {
  cellsConfig,
  checkConfig,
  type HealpixSkyMapConfig,
  SKY_MAP_DEFAULTS,
  type SkyMapOptions,
  wrong,
} from './config.ts'
import { hashSkyMap, searchAll, type SkyMap, type TractPatches } from './sky-map.ts'
import { TractCache } from './tract-cache.ts'
import { TractInfo } from './tract-info.ts'

/** The stack takes the colatitude less 90° for the declination: its tracts are HEALPixels mirrored at the equator. */
const mirror = ([x, y, z]: Vector3): Vector3 => [x, y, -z]

/** A tract on each HEALPixel. The stack's own is deprecated since v28. @see lsst.skymap.HealpixSkyMap */
export class HealpixSkyMap implements SkyMap {
  readonly kind = 'healpix'
  readonly className = 'HealpixSkyMap'
  readonly config: HealpixSkyMapConfig
  readonly numTracts: number
  readonly #tracts: TractCache

  constructor(config: SkyMapOptions<HealpixSkyMapConfig> = {}) {
    // HEALPixels stand on a corner.
    this.config = {
      ...SKY_MAP_DEFAULTS,
      rotation: 45,
      log2NSide: 0,
      nest: false,
      ...config,
      cells: cellsConfig(config),
    }
    checkConfig(this.config)
    const { log2NSide, nest } = this.config
    if (!(Number.isInteger(log2NSide) && log2NSide >= 0 && log2NSide <= 12))
      throw wrong('log2NSide', 'a whole number from 0 to 12', log2NSide)
    if (typeof nest !== 'boolean') throw wrong('nest', 'true or false', nest)
    this.numTracts = 12 * 4 ** log2NSide
    this.#tracts = new TractCache(this.numTracts, (id) => this.#make(id))
  }

  tract(id: number): TractInfo {
    return this.#tracts.get(id)
  }

  tracts(): IterableIterator<TractInfo> {
    return this.#tracts.all()
  }

  /** The tract whose HEALPixel has the direction. */
  findTract(coord: SpherePoint): TractInfo {
    const { log2NSide, nest } = this.config
    const index = healpixIndex(log2NSide, mirror(coord.toVector()))
    return this.tract(nest ? index : healpixRingOfNest(log2NSide, index))
  }

  findTractPatchList(coords: readonly SpherePoint[]): readonly TractPatches[] {
    return searchAll(this.tracts(), coords)
  }

  sha1(): Promise<Uint8Array> {
    const own = new Uint8Array(5)
    new DataView(own.buffer).setInt32(0, this.config.log2NSide, true)
    own[4] = Number(this.config.nest)
    return hashSkyMap(this.className, this.config, own)
  }

  #make(id: number): TractInfo {
    const { log2NSide, nest } = this.config
    const index = nest ? id : healpixNestOfRing(log2NSide, id)
    const point = (v: Vector3): SpherePoint => SpherePoint.fromVector(mirror(v))
    const vertices = healpixBoundary(log2NSide, index).map(point)
    return new TractInfo(id, point(healpixCenter(log2NSide, index)), { vertices }, this.config)
  }
}

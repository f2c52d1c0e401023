import { dot, SpherePoint, type Vector3 } from '#geom'
import {
  cellsConfig,
  checkConfig,
  type DodecaSkyMapConfig,
  SKY_MAP_DEFAULTS,
  type SkyMapOptions,
  wrong,
} from './config.ts'
import { dodecahedron, type DodecahedronFace } from './dodecahedron.ts'
import { hashSkyMap, searchAll, type SkyMap, type TractPatches } from './sky-map.ts'
import { TractCache } from './tract-cache.ts'
import { TractInfo } from './tract-info.ts'

/** The whole sky in twelve tracts, the faces of a dodecahedron. @see lsst.skymap.DodecaSkyMap */
export class DodecaSkyMap implements SkyMap {
  readonly kind = 'dodeca'
  readonly className = 'DodecaSkyMap'
  readonly config: DodecaSkyMapConfig
  readonly numTracts = 12
  readonly #faces: readonly DodecahedronFace[]
  readonly #tracts: TractCache

  constructor(config: SkyMapOptions<DodecaSkyMapConfig> = {}) {
    this.config = {
      ...SKY_MAP_DEFAULTS,
      tractOverlap: 3.5,
      patchBorder: 250,
      pixelScale: 0.2,
      withTractsOnPoles: false,
      ...config,
      cells: cellsConfig(config),
    }
    checkConfig(this.config)
    const { withTractsOnPoles } = this.config
    if (typeof withTractsOnPoles !== 'boolean')
      throw wrong('withTractsOnPoles', 'true or false', withTractsOnPoles)
    this.#faces = dodecahedron(withTractsOnPoles)
    this.#tracts = new TractCache(this.numTracts, (id) => {
      const { center, vertices } = this.#faces[id]!
      const middle = point(center, 0)
      const corners = vertices.map((v) => point(v, middle.ra.radians))
      return new TractInfo(id, middle, { vertices: corners }, this.config)
    })
  }

  tract(id: number): TractInfo {
    return this.#tracts.get(id)
  }

  tracts(): IterableIterator<TractInfo> {
    return this.#tracts.all()
  }

  /** The tract whose face has the direction. */
  findTract(coord: SpherePoint): TractInfo {
    const v = coord.toVector()
    const near = this.#faces.map(({ center }) => dot(center, v))
    return this.tract(near.indexOf(Math.max(...near)))
  }

  findTractPatchList(coords: readonly SpherePoint[]): readonly TractPatches[] {
    return searchAll(this.tracts(), coords)
  }

  sha1(): Promise<Uint8Array> {
    return hashSkyMap(this.className, this.config, Uint8Array.of(Number(this.config.withTractsOnPoles)))
  }
}

/**
 * On a pole every right ascension is as good: centres have 0 there, corners that of their tract. The stack says so too
 * (coordFromVec), but for x and y of exactly 0: what its rotations leave of them decides, differing with the machine.
 */
const point = (v: Vector3, onPole: number): SpherePoint =>
  Math.hypot(v[0], v[1]) < 1e-12
    ? SpherePoint.fromRadians(onPole, (Math.sign(v[2]) * Math.PI) / 2)
    : SpherePoint.fromVector(v)

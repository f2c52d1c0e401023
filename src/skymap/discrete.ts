import { Angle, ConvexPolygon, SpherePoint } from '#geom'
import {
  cellsConfig,
  checkConfig,
  type DiscreteSkyMapConfig,
  SKY_MAP_DEFAULTS,
  type SkyMapOptions,
} from './config.ts'
import { skyMapError } from './errors.ts'
import { hashSkyMap, searchAll, type SkyMap, type TractPatches } from './sky-map.ts'
import { TractCache } from './tract-cache.ts'
import { TractInfo } from './tract-info.ts'

/** Tracts at listed places, each around one field. @see lsst.skymap.DiscreteSkyMap */
export class DiscreteSkyMap implements SkyMap {
  readonly kind = 'discrete'
  readonly className = 'DiscreteSkyMap'
  readonly config: DiscreteSkyMapConfig
  readonly #tracts: TractCache

  constructor(
    config: SkyMapOptions<DiscreteSkyMapConfig> &
      Pick<DiscreteSkyMapConfig, 'raList' | 'decList' | 'radiusList'>,
  ) {
    this.config = { ...SKY_MAP_DEFAULTS, ...config, cells: cellsConfig(config) }
    checkConfig(this.config)
    const { raList, decList, radiusList } = this.config
    if (raList.length !== decList.length || raList.length !== radiusList.length)
      throw skyMapError(
        'bad-config',
        `A discrete sky map needs as many ra as dec and radius; there are ${raList.length}, ${decList.length} and ${radiusList.length}.`,
      )
    this.#tracts = new TractCache(raList.length, (id) => {
      const center = SpherePoint.fromDegrees(raList[id]!, decList[id]!)
      return new TractInfo(id, center, { radius: Angle.fromDegrees(radiusList[id]!) }, this.config)
    })
  }

  get numTracts(): number {
    return this.config.raList.length
  }

  tract(id: number): TractInfo {
    return this.#tracts.get(id)
  }

  tracts(): IterableIterator<TractInfo> {
    return this.#tracts.all()
  }

  findTract(coord: SpherePoint): TractInfo {
    return this.#tracts.nearest(coord)
  }

  findTractPatchList(coords: readonly SpherePoint[]): readonly TractPatches[] {
    return searchAll(this.tracts(), coords)
  }

  sha1(): Promise<Uint8Array> {
    const { raList, decList, radiusList } = this.config
    const own = new Float64Array(raList.flatMap((ra, i) => [ra, decList[i]!, radiusList[i]!]))
    const bytes = new Uint8Array(own.length * 8)
    const view = new DataView(bytes.buffer)
    own.forEach((v, i) => {
      view.setFloat64(8 * i, v, true)
    })
    return hashSkyMap(this.className, this.config, bytes)
  }
}

/**
 * A map of one tract around images, from the directions of all their corners: the circle around their convex hull.
 * @param borderDegrees added to the radius
 * @see lsst.pipe.tasks.makeDiscreteSkyMap
 */
export function makeDiscreteSkyMap(
  corners: readonly SpherePoint[],
  config: SkyMapOptions = {},
  borderDegrees = 0,
): DiscreteSkyMap {
  const { center, openingAngle } = ConvexPolygon.convexHull(corners).boundingCircle()
  const { ra, dec } = SpherePoint.fromVector(center)
  return new DiscreteSkyMap({
    tractOverlap: 0,
    ...config,
    raList: [ra.degrees],
    decList: [dec.degrees],
    radiusList: [openingAngle.degrees + borderDegrees],
  })
}

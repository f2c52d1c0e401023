import { Angle, ConvexPolygon, SpherePoint } from '#geom'
import { checkConfig, type DiscreteSkyMapConfig, SKY_MAP_DEFAULTS, type SkyMapConfig } from './config.ts'
import { skyMapError } from './errors.ts'
import { hashSkyMap, searchAll, type SkyMap, type TractPatches } from './sky-map.ts'
import { TractInfo } from './tract-info.ts'

/** Tracts at listed places, each around one field. @see lsst.skymap.DiscreteSkyMap */
export class DiscreteSkyMap implements SkyMap {
  readonly kind = 'discrete'
  readonly className = 'DiscreteSkyMap'
  readonly config: DiscreteSkyMapConfig
  readonly #tracts = new Map<number, TractInfo>()

  constructor(
    config: Partial<DiscreteSkyMapConfig> & Pick<DiscreteSkyMapConfig, 'raList' | 'decList' | 'radiusList'>,
  ) {
    this.config = { ...SKY_MAP_DEFAULTS, ...config }
    checkConfig(this.config)
    const { raList, decList, radiusList } = this.config
    if (raList.length !== decList.length || raList.length !== radiusList.length)
      throw skyMapError(
        'bad-config',
        `A discrete sky map needs as many ra as dec and radius; there are ${raList.length}, ${decList.length} and ${radiusList.length}.`,
      )
  }

  get numTracts(): number {
    return this.config.raList.length
  }

  tract(id: number): TractInfo {
    const known = this.#tracts.get(id)
    if (known !== undefined) return known
    const { raList, decList, radiusList } = this.config
    const [ra, dec, radius] = [raList[id], decList[id], radiusList[id]]
    if (ra === undefined || dec === undefined || radius === undefined)
      throw skyMapError(
        'no-tract',
        `There is no tract ${id}: this sky map has ${this.numTracts}, counted from 0.`,
      )
    const made = new TractInfo(id, SpherePoint.fromDegrees(ra, dec), Angle.fromDegrees(radius), this.config)
    this.#tracts.set(id, made)
    return made
  }

  *tracts(): IterableIterator<TractInfo> {
    for (let id = 0; id < this.numTracts; id++) yield this.tract(id)
  }

  /** The nearest centre. */
  findTract(coord: SpherePoint): TractInfo {
    let [best, distance] = [-1, Number.POSITIVE_INFINITY]
    for (let id = 0; id < this.numTracts; id++) {
      const d = this.tract(id).center.separation(coord).radians
      if (d < distance) [best, distance] = [id, d]
    }
    return this.tract(best)
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
  config: Partial<SkyMapConfig> = {},
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

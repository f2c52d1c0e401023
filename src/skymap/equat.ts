import { Angle, SpherePoint } from '#geom'
import {
  cellsConfig,
  checkConfig,
  type EquatSkyMapConfig,
  SKY_MAP_DEFAULTS,
  type SkyMapOptions,
  wrong,
} from './config.ts'
import { hashSkyMap, searchAll, type SkyMap, type TractPatches } from './sky-map.ts'
import { TractCache } from './tract-cache.ts'
import { TractInfo } from './tract-info.ts'

/** A band along the equator, cut by right ascension, as for Stripe 82. @see lsst.skymap.EquatSkyMap */
export class EquatSkyMap implements SkyMap {
  readonly kind = 'equat'
  readonly className = 'EquatSkyMap'
  readonly config: EquatSkyMapConfig
  readonly numTracts: number
  readonly #tracts: TractCache

  constructor(config: SkyMapOptions<EquatSkyMapConfig> = {}) {
    this.config = {
      ...SKY_MAP_DEFAULTS,
      projection: 'CEA',
      numTracts: 4,
      decRange: [-1.25, 1.25],
      ...config,
      cells: cellsConfig(config),
    }
    checkConfig(this.config)
    const { numTracts, decRange } = this.config
    if (!(Number.isInteger(numTracts) && numTracts > 0))
      throw wrong('numTracts', 'a positive whole number', numTracts)
    if (!(decRange.length === 2 && decRange[0] < decRange[1] && decRange[0] >= -90 && decRange[1] <= 90))
      throw wrong('decRange', 'two declinations, the lower one first', decRange)
    this.numTracts = numTracts
    this.#tracts = new TractCache(numTracts, (id) => this.#make(id))
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
    const own = new Uint8Array(20)
    const view = new DataView(own.buffer)
    view.setInt32(0, this.config.numTracts, true)
    view.setFloat64(4, this.config.decRange[0], true)
    view.setFloat64(12, this.config.decRange[1], true)
    return hashSkyMap(this.className, this.config, own)
  }

  #make(id: number): TractInfo {
    const [low, high] = this.config.decRange
    const width = 360 / this.numTracts
    const [from, to, middle] = [width * id, width * (id + 1), width * (id + 0.5)]
    const vertices = [
      [from, low],
      [to, low],
      [to, high],
      [from, high],
    ].map(([ra, dec]) => SpherePoint.fromDegrees(ra!, dec!))
    const center = SpherePoint.fromDegrees(middle, (low + high) / 2)
    // On the equator wherever the band is, so that pixels on both sides of it have the same shape.
    const reference = new SpherePoint(Angle.fromDegrees(middle), new Angle(0))
    return new TractInfo(id, center, { vertices, reference }, this.config)
  }
}

import type { SpherePoint } from '#geom'
import { skyMapError } from './errors.ts'
import type { TractInfo } from './tract-info.ts'

/** The tracts of a map, each made when it is first asked for: some maps have thousands. */
export class TractCache {
  readonly #made = new Map<number, TractInfo>()
  readonly #count: number
  readonly #make: (id: number) => TractInfo

  constructor(count: number, make: (id: number) => TractInfo) {
    this.#count = count
    this.#make = make
  }

  /** @throws FirstlightError 'skymap/no-tract' */
  get(id: number): TractInfo {
    const known = this.#made.get(id)
    if (known !== undefined) return known
    if (!(Number.isInteger(id) && id >= 0 && id < this.#count))
      throw skyMapError(
        'no-tract',
        `There is no tract ${id}: this sky map has ${this.#count}, counted from 0.`,
      )
    const made = this.#make(id)
    this.#made.set(id, made)
    return made
  }

  *all(): IterableIterator<TractInfo> {
    for (let id = 0; id < this.#count; id++) yield this.get(id)
  }

  /** The tract with the nearest centre. */
  nearest(coord: SpherePoint): TractInfo {
    let [best, distance] = [-1, Number.POSITIVE_INFINITY]
    for (const { id, center } of this.all()) {
      const d = center.separation(coord).radians
      if (d < distance) [best, distance] = [id, d]
    }
    return this.get(best)
  }
}

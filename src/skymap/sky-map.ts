import type { SpherePoint } from '#geom'
import type { SkyMapConfig } from './config.ts'
import { packConfig } from './patch-grid.ts'
import type { PatchInfo } from './patch-info.ts'
import type { TractInfo } from './tract-info.ts'

/** A tract and the patches of it that were looked for. */
export interface TractPatches {
  readonly tract: TractInfo
  readonly patches: readonly PatchInfo[]
}

export type SkyMapKind = 'discrete' | 'dodeca' | 'equat' | 'healpix' | 'rings'

/** The sky cut into tracts. */
export interface SkyMap {
  readonly kind: SkyMapKind
  /** Name of the stack's class. */
  readonly className: string
  readonly config: SkyMapConfig
  readonly numTracts: number
  /** @throws FirstlightError 'skymap/no-tract' */
  tract(id: number): TractInfo
  tracts(): IterableIterator<TractInfo>
  /** The tract whose centre is responsible for a direction. */
  findTract(coord: SpherePoint): TractInfo
  /** Every tract and patch that an image with these corners may touch. */
  findTractPatchList(coords: readonly SpherePoint[]): readonly TractPatches[]
  /** SHA-1 of class name and packed config, as the stack computes it; it identifies the map in registries. */
  sha1(): Promise<Uint8Array>
}

/**
 * SHA-1 of the class name, the common config packed and what the class adds.
 * @see lsst.skymap.BaseSkyMap.getSha1
 */
export async function hashSkyMap(
  className: string,
  config: SkyMapConfig,
  own: Uint8Array,
): Promise<Uint8Array> {
  const name = new TextEncoder().encode(className)
  const packed = packConfig(config)
  const all = new Uint8Array(name.length + packed.length + own.length)
  all.set(name)
  all.set(packed, name.length)
  all.set(own, name.length + packed.length)
  return new Uint8Array(await crypto.subtle.digest('SHA-1', all))
}

/** Every tract that touches the corners' box. */
export function searchAll(
  tracts: Iterable<TractInfo>,
  coords: readonly SpherePoint[],
): readonly TractPatches[] {
  const found: TractPatches[] = []
  for (const tract of tracts) {
    const patches = tract.findPatchList(coords)
    if (patches.length > 0) found.push({ tract, patches })
  }
  return found
}

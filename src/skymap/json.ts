import type {
  DiscreteSkyMapConfig,
  DodecaSkyMapConfig,
  EquatSkyMapConfig,
  HealpixSkyMapConfig,
  RingsSkyMapConfig,
} from './config.ts'
import { DiscreteSkyMap } from './discrete.ts'
import { DodecaSkyMap } from './dodeca.ts'
import { EquatSkyMap } from './equat.ts'
import { skyMapError } from './errors.ts'
import { HealpixSkyMap } from './healpix.ts'
import { RingsSkyMap } from './rings.ts'
import type { SkyMap } from './sky-map.ts'

/** How a sky map is stored: its class and config say everything. */
export type SkyMapJson =
  | { readonly type: 'discrete'; readonly config: DiscreteSkyMapConfig }
  | { readonly type: 'dodeca'; readonly config: DodecaSkyMapConfig }
  | { readonly type: 'equat'; readonly config: EquatSkyMapConfig }
  | { readonly type: 'healpix'; readonly config: HealpixSkyMapConfig }
  | { readonly type: 'rings'; readonly config: RingsSkyMapConfig }

export function skyMapToJson(map: SkyMap): SkyMapJson {
  if (map instanceof DiscreteSkyMap) return { type: 'discrete', config: map.config }
  if (map instanceof DodecaSkyMap) return { type: 'dodeca', config: map.config }
  if (map instanceof EquatSkyMap) return { type: 'equat', config: map.config }
  if (map instanceof HealpixSkyMap) return { type: 'healpix', config: map.config }
  if (map instanceof RingsSkyMap) return { type: 'rings', config: map.config }
  throw skyMapError('bad-config', `A sky map of kind ${map.kind} has no JSON form.`)
}

/** @throws FirstlightError 'skymap/bad-config' */
export function skyMapFromJson(value: unknown): SkyMap {
  const found = (typeof value === 'object' && value !== null ? value : {}) as Partial<SkyMapJson>
  if (found.config !== undefined)
    switch (found.type) {
      case 'discrete':
        return new DiscreteSkyMap(found.config)
      case 'dodeca':
        return new DodecaSkyMap(found.config)
      case 'equat':
        return new EquatSkyMap(found.config)
      case 'healpix':
        return new HealpixSkyMap(found.config)
      case 'rings':
        return new RingsSkyMap(found.config)
      case undefined:
        break
    }
  throw skyMapError(
    'bad-config',
    `This is no stored sky map: type is ${String(found.type)}, which should be discrete, dodeca, equat, healpix or rings.`,
  )
}

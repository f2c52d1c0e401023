import type { DiscreteSkyMapConfig, RingsSkyMapConfig } from './config.ts'
import { DiscreteSkyMap } from './discrete.ts'
import { skyMapError } from './errors.ts'
import { RingsSkyMap } from './rings.ts'
import type { SkyMap } from './sky-map.ts'

/** How a sky map is stored: its class and config say everything. */
export type SkyMapJson =
  | { readonly type: 'discrete'; readonly config: DiscreteSkyMapConfig }
  | { readonly type: 'rings'; readonly config: RingsSkyMapConfig }

export function skyMapToJson(map: SkyMap): SkyMapJson {
  if (map instanceof DiscreteSkyMap) return { type: 'discrete', config: map.config }
  if (map instanceof RingsSkyMap) return { type: 'rings', config: map.config }
  throw skyMapError('bad-config', `A sky map of kind ${map.kind} has no JSON form.`)
}

/** @throws FirstlightError 'skymap/bad-config' */
export function skyMapFromJson(value: unknown): SkyMap {
  const { type, config } = (typeof value === 'object' && value !== null ? value : {}) as Partial<SkyMapJson>
  if (type === 'discrete' && config !== undefined) return new DiscreteSkyMap(config)
  if (type === 'rings' && config !== undefined) return new RingsSkyMap(config)
  throw skyMapError(
    'bad-config',
    `This is no stored sky map: type is ${String(type)}, which should be discrete or rings.`,
  )
}

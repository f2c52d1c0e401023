/**
 * skymap: the sky cut into tracts and patches. Discrete maps (a tract a field) and rings (the whole sky), with the
 * stack's geometry: one WCS a tract, inner patch boxes that tile it, outer ones that overlap, regions for the registry,
 * and the SHA-1 by which registries know a map. It knows no image and no butler. Idea: lsst.skymap.
 */
export type { SkyMap, TractPatches } from './sky-map.ts'
export { DiscreteSkyMap, makeDiscreteSkyMap } from './discrete.ts'
export { RingsSkyMap } from './rings.ts'
export { TractInfo } from './tract-info.ts'
export { type PatchInfo, patchRegion, skyPolygon } from './patch-info.ts'
export {
  type DiscreteSkyMapConfig,
  type RingsSkyMapConfig,
  SKY_MAP_DEFAULTS,
  type SkyMapConfig,
} from './config.ts'
export { skyMapFromJson, type SkyMapJson, skyMapToJson } from './json.ts'

/**
 * skymap: the sky cut into tracts and patches. Discrete maps (a tract a field), rings, a dodecahedron or
 * HEALPixels (the whole sky) and a band along the equator, with the
 * stack's geometry: one WCS a tract, inner patch boxes that tile it, outer ones that overlap, regions for the registry,
 * and the SHA-1 by which registries know a map. It knows no image and no butler. Idea: lsst.skymap.
 */
export type { SkyMap, SkyMapKind, TractPatches } from './sky-map.ts'
export { DiscreteSkyMap, makeDiscreteSkyMap } from './discrete.ts'
export { DodecaSkyMap } from './dodeca.ts'
export { EquatSkyMap } from './equat.ts'
export { HealpixSkyMap } from './healpix.ts'
export { RingsSkyMap } from './rings.ts'
export { TractInfo, type TractOutline } from './tract-info.ts'
export type { CellInfo } from './patch-grid.ts'
export { type PatchInfo, patchRegion, skyPolygon } from './patch-info.ts'
export {
  type CellsConfig,
  type DiscreteSkyMapConfig,
  type DodecaSkyMapConfig,
  type EquatSkyMapConfig,
  type HealpixSkyMapConfig,
  type RingsSkyMapConfig,
  SKY_MAP_DEFAULTS,
  type SkyMapConfig,
  type SkyMapOptions,
} from './config.ts'
export { skyMapFromJson, type SkyMapJson, skyMapToJson } from './json.ts'

import type { DimensionGroup } from '../dimensions/group.ts'

/** What `DatasetType`s are made from before the universe is known: names only. */
export interface DatasetTypeSpec {
  readonly name: string
  readonly dimensions: Iterable<string> | DimensionGroup
  readonly storageClass: string
  readonly isCalibration?: boolean
}

/** A named kind of dataset: `calexp` is per (instrument, visit, detector) and holds an `ExposureF`. */
export interface DatasetType {
  readonly name: string
  readonly dimensions: DimensionGroup
  readonly storageClass: string
  readonly isCalibration: boolean
}

/** `calexp.wcs` → `['calexp', 'wcs']`; no component gives undefined. */
export function splitComponent(name: string): readonly [string, string | undefined] {
  const dot = name.indexOf('.')
  return dot < 0 ? [name, undefined] : [name.slice(0, dot), name.slice(dot + 1)]
}

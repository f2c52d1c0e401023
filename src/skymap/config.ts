import { skyMapError } from './errors.ts'

/** What every sky map is told, in the stack's units. */
export interface SkyMapConfig {
  /** Pixels of a patch without its border. */
  readonly patchInnerDimensions: readonly [x: number, y: number]
  /** Pixels. */
  readonly patchBorder: number
  /** Minimum overlap of tracts, degrees. */
  readonly tractOverlap: number
  /** Arcseconds a pixel at the tract centre. */
  readonly pixelScale: number
  readonly projection: 'TAN' | 'STG'
  /** Position angle of the pixels' y axis, degrees east of north. */
  readonly rotation: number
}

export interface DiscreteSkyMapConfig extends SkyMapConfig {
  /** Centres and radii of the tracts, degrees. */
  readonly raList: readonly number[]
  readonly decList: readonly number[]
  readonly radiusList: readonly number[]
}

export interface RingsSkyMapConfig extends SkyMapConfig {
  readonly numRings: number
  /** Right ascension of the centre of the first tract of each ring, degrees. */
  readonly raStart: number
}

/** The stack's defaults. */
export const SKY_MAP_DEFAULTS: SkyMapConfig = {
  patchInnerDimensions: [4000, 4000],
  patchBorder: 100,
  tractOverlap: 1,
  pixelScale: 0.333,
  projection: 'STG',
  rotation: 0,
}

/** @throws FirstlightError 'skymap/bad-config' naming the field */
export function checkConfig(config: SkyMapConfig): void {
  const {
    patchInnerDimensions: [nx, ny],
    patchBorder,
    tractOverlap,
    pixelScale,
    projection,
  } = config
  const wrong = (field: string, wanted: string, found: unknown) =>
    skyMapError('bad-config', `The sky map's ${field} must be ${wanted}; it is ${String(found)}.`)
  if (!(Number.isInteger(nx) && Number.isInteger(ny) && nx > 0 && ny > 0))
    throw wrong('patchInnerDimensions', 'two positive whole numbers', `${nx}, ${ny}`)
  if (!(Number.isInteger(patchBorder) && patchBorder >= 0))
    throw wrong('patchBorder', 'a whole number, not negative', patchBorder)
  if (!(tractOverlap >= 0)) throw wrong('tractOverlap', 'degrees, not negative', tractOverlap)
  if (!(pixelScale > 0)) throw wrong('pixelScale', 'positive arcseconds', pixelScale)
  if (projection !== 'TAN' && projection !== 'STG') throw wrong('projection', 'TAN or STG', projection)
}

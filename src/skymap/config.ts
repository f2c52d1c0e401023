import { skyMapError } from './errors.ts'

/** How tracts are cut into cells and these gathered into patches. @see lsst.skymap.CellTractBuilderConfig */
export interface CellsConfig {
  /** Pixels of a cell without its border; both the same. */
  readonly cellInnerDimensions: readonly [x: number, y: number]
  /** Pixels. */
  readonly cellBorder: number
  /** Cells along a side of a patch without its border. */
  readonly numCellsPerPatchInner: number
  /** Cells around that on each side. */
  readonly numCellsInPatchBorder: number
}

/** What every sky map is told, in the stack's units. */
export interface SkyMapConfig {
  /** `legacy` has `patchInnerDimensions` and `patchBorder`, which `cells` leaves aside. */
  readonly tractBuilder: 'legacy' | 'cells'
  readonly cells: CellsConfig
  /** Pixels of a patch without its border. */
  readonly patchInnerDimensions: readonly [x: number, y: number]
  /** Pixels. */
  readonly patchBorder: number
  /** Minimum overlap of tracts, degrees. */
  readonly tractOverlap: number
  /** Arcseconds a pixel at the tract centre. */
  readonly pixelScale: number
  readonly projection: 'TAN' | 'STG' | 'CEA'
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

export interface DodecaSkyMapConfig extends SkyMapConfig {
  /** A tract on each pole, else a corner of three. */
  readonly withTractsOnPoles: boolean
}

export interface HealpixSkyMapConfig extends SkyMapConfig {
  /** nside is 2 to this power. */
  readonly log2NSide: number
  /** Tracts are numbered NESTED, else RING. */
  readonly nest: boolean
}

export interface EquatSkyMapConfig extends SkyMapConfig {
  readonly numTracts: number
  /** Lowest and highest declination, degrees. */
  readonly decRange: readonly [low: number, high: number]
}

/** Where a field is not given it has its default. */
export type SkyMapOptions<C extends SkyMapConfig = SkyMapConfig> = Partial<Omit<C, 'cells'>> & {
  readonly cells?: Partial<CellsConfig>
}

/** The stack's defaults. */
export const SKY_MAP_DEFAULTS: SkyMapConfig = {
  tractBuilder: 'legacy',
  cells: {
    cellInnerDimensions: [150, 150],
    cellBorder: 50,
    numCellsPerPatchInner: 20,
    numCellsInPatchBorder: 1,
  },
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
    tractBuilder,
    patchInnerDimensions: [nx, ny],
    patchBorder,
    tractOverlap,
    pixelScale,
    projection,
  } = config
  if (tractBuilder !== 'legacy' && tractBuilder !== 'cells')
    throw wrong('tractBuilder', 'legacy or cells', tractBuilder)
  if (!(Number.isInteger(nx) && Number.isInteger(ny) && nx > 0 && ny > 0))
    throw wrong('patchInnerDimensions', 'two positive whole numbers', `${nx}, ${ny}`)
  if (!(Number.isInteger(patchBorder) && patchBorder >= 0))
    throw wrong('patchBorder', 'a whole number, not negative', patchBorder)
  if (!(tractOverlap >= 0)) throw wrong('tractOverlap', 'degrees, not negative', tractOverlap)
  if (!(pixelScale > 0)) throw wrong('pixelScale', 'positive arcseconds', pixelScale)
  if (projection !== 'TAN' && projection !== 'STG' && projection !== 'CEA')
    throw wrong('projection', 'TAN, STG or CEA', projection)
  checkCells(config.cells)
}

function checkCells({
  cellInnerDimensions: [x, y],
  cellBorder,
  numCellsPerPatchInner,
  numCellsInPatchBorder,
}: CellsConfig): void {
  if (!(Number.isInteger(x) && x > 0 && x === y))
    throw wrong('cellInnerDimensions', 'twice the same positive whole number', `${x}, ${y}`)
  if (!(Number.isInteger(numCellsPerPatchInner) && numCellsPerPatchInner > 0))
    throw wrong('numCellsPerPatchInner', 'a positive whole number', numCellsPerPatchInner)
  for (const [field, value] of Object.entries({ cellBorder, numCellsInPatchBorder }))
    if (!(Number.isInteger(value) && value >= 0)) throw wrong(field, 'a whole number, not negative', value)
}

export const cellsConfig = ({ cells }: SkyMapOptions): CellsConfig => ({
  ...SKY_MAP_DEFAULTS.cells,
  ...cells,
})

/** @returns an error 'skymap/bad-config' that names the field */
export const wrong = (field: string, wanted: string, found: unknown) =>
  skyMapError('bad-config', `The sky map's ${field} must be ${wanted}; it is ${String(found)}.`)

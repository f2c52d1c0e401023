import { DimensionValueError } from '../errors.ts'
import type { DataCoordinate } from './data-coordinate.ts'

export type PackerKind = 'visit_detector' | 'exposure_detector' | 'tract_patch' | 'tract_patch_band'

/** An integer that identifies a data ID within its instrument or skymap, and the bits that any of them needs. */
export interface PackedDataId {
  readonly packed: number
  readonly bits: number
}

/** Bands by the number that stands for them; 0 is none. The stack's list, which must stay the same for ever. */
const BANDS: readonly string[] = [
  '',
  ...'ugrizyUBGVRIZYJHK',
  ...['N387', 'N515', 'N656', 'N816', 'N921', 'N1010', 'N419', 'N540', 'N708', 'N964'],
]

/** How `tract_patch_band` numbers bands. */
export interface BandNumbers {
  /** By place in a list, or each with its number. */
  readonly bands?: readonly string[] | Readonly<Record<string, number>>
  /** Numbers to leave room for; by default as many as there are bands. */
  readonly nBands?: number
}

/**
 * Pack an expanded data ID: `detector + n_detectors · observation`, or `patch + n_patches · tract`, to which a band adds
 * `n_patches · n_tracts · band`.
 * @see lsst.pipe.base.ObservationDimensionPacker, lsst.skymap.packers.SkyMapDimensionPacker
 */
export function packDataId(kind: PackerKind, id: DataCoordinate, numbers: BandNumbers = {}): PackedDataId {
  if (kind === 'tract_patch' || kind === 'tract_patch_band') {
    const patches = limit(id, 'skymap', 'patch_nx_max') * limit(id, 'skymap', 'patch_ny_max')
    const tracts = limit(id, 'skymap', 'tract_max')
    const place = pack(id, 'patch', patches, 'tract', tracts)
    return kind === 'tract_patch' ? place : withBand(id, place.packed, patches * tracts, numbers)
  }
  const observation = kind === 'visit_detector' ? 'visit' : 'exposure'
  return pack(
    id,
    'detector',
    limit(id, 'instrument', 'detector_max'),
    observation,
    limit(id, 'instrument', `${observation}_max`),
  )
}

function pack(
  id: DataCoordinate,
  inner: string,
  nInner: number,
  outer: string,
  nOuter: number,
): PackedDataId {
  const [a, b] = [valueOf(id, inner, nInner), valueOf(id, outer, nOuter)]
  return { packed: a + nInner * b, bits: bitsFor(BigInt(nInner) * BigInt(nOuter)) }
}

function withBand(
  id: DataCoordinate,
  place: number,
  nPlaces: number,
  { bands = BANDS, nBands }: BandNumbers,
): PackedDataId {
  const entries = isList(bands) ? bands.map((band, i) => [band, i] as const) : Object.entries(bands)
  const numbers = new Map(entries)
  const most = nBands ?? numbers.size
  const band = String(id.values['band'])
  const number = numbers.get(band)
  if (number === undefined)
    throw new DimensionValueError(
      `band ${band} cannot be packed: it is not one of ${[...numbers.keys()].join(', ')}.`,
      { hint: 'Give the list of bands.' },
    )
  if (number >= most)
    throw new DimensionValueError(`band ${band} cannot be packed: its number ${number} is not below ${most}.`)
  return { packed: place + nPlaces * number, bits: bitsFor(BigInt(nPlaces) * BigInt(most)) }
}

const isList = (bands: NonNullable<BandNumbers['bands']>): bands is readonly string[] => Array.isArray(bands)

/** Bits of the largest of `n` numbers from 0; none for a single one. */
const bitsFor = (n: bigint): number => (n > 1n ? (n - 1n).toString(2).length : 0)

function valueOf(id: DataCoordinate, dimension: string, below: number): number {
  const value = Number(id.values[dimension])
  if (!(value >= 0 && value < below))
    throw new DimensionValueError(
      `${dimension} ${String(id.values[dimension])} cannot be packed: it is not in 0 … ${below - 1}.`,
    )
  return value
}

function limit(id: DataCoordinate, element: string, field: string): number {
  const value = id.records?.get(element)?.get(field)
  if (typeof value !== 'number')
    throw new DimensionValueError(`The ${element} record of ${id.toString()} has no ${field}.`, {
      hint: 'Expand the data ID first.',
    })
  return value
}

import { DimensionValueError } from '../errors.ts'
import type { DataCoordinate } from './data-coordinate.ts'

export type PackerKind = 'visit_detector' | 'exposure_detector' | 'tract_patch' | 'tract_patch_band'

/** An integer that identifies a data ID within its instrument or skymap, and the bits that any of them needs. */
export interface PackedDataId {
  readonly packed: number
  readonly bits: number
}

/** Bands in the order in which `tract_patch_band` numbers them unless told otherwise. */
const BANDS = ['u', 'g', 'r', 'i', 'z', 'y'] as const

/**
 * Pack an expanded data ID: `detector + n_detectors · observation`, or `patch + n_patches · tract`; with a band
 * `band + n_bands · (patch + n_patches · tract)`, bands by their place in a list that must stay the same for ever.
 */
export function packDataId(
  kind: PackerKind,
  id: DataCoordinate,
  { bands = BANDS }: { readonly bands?: readonly string[] } = {},
): PackedDataId {
  if (kind === 'tract_patch' || kind === 'tract_patch_band') {
    const patches = limit(id, 'skymap', 'patch_nx_max') * limit(id, 'skymap', 'patch_ny_max')
    const tracts = limit(id, 'skymap', 'tract_max')
    const place = pack(id, 'patch', patches, 'tract', tracts)
    return kind === 'tract_patch' ? place : withBand(id, place.packed, patches * tracts, bands)
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
  return { packed: a + nInner * b, bits: (BigInt(nInner) * BigInt(nOuter) - 1n).toString(2).length }
}

function withBand(
  id: DataCoordinate,
  place: number,
  nPlaces: number,
  bands: readonly string[],
): PackedDataId {
  const { band } = id.values
  const i = bands.indexOf(String(band))
  if (i < 0)
    throw new DimensionValueError(
      `band ${String(band)} cannot be packed: it is not one of ${bands.join(', ')}.`,
      {
        hint: 'Give the list of bands.',
      },
    )
  const bits = (BigInt(nPlaces) * BigInt(bands.length) - 1n).toString(2).length
  return { packed: i + bands.length * place, bits }
}

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

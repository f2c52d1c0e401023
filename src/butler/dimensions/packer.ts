import { DimensionValueError } from '../errors.ts'
import type { DataCoordinate } from './data-coordinate.ts'

export type PackerKind = 'visit_detector' | 'exposure_detector' | 'tract_patch'

/** An integer that identifies a data ID within its instrument or skymap, and the bits that any of them needs. */
export interface PackedDataId {
  readonly packed: number
  readonly bits: number
}

/** Pack an expanded data ID: `detector + n_detectors · observation`, or `patch + n_patches · tract`. */
export function packDataId(kind: PackerKind, id: DataCoordinate): PackedDataId {
  if (kind === 'tract_patch') {
    const patches = limit(id, 'skymap', 'patch_nx_max') * limit(id, 'skymap', 'patch_ny_max')
    return pack(id, 'patch', patches, 'tract', limit(id, 'skymap', 'tract_max'))
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

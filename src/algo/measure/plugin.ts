import type { Footprint, Mask, Peak, Psf, Quadrupole } from '#image'
import type { PixelStore } from '#simd'
import type { MeasurementColumns } from './columns.ts'

/** What plug-ins measure on. Positions in `store` and `mask` are array indices: PARENT minus (x0, y0). */
export interface MeasureFrame {
  readonly store: PixelStore
  readonly mask: Mask
  readonly psf: Psf
  readonly x0: number
  readonly y0: number
}

/** One source while it is measured; plug-ins of earlier order fill in what later ones use. */
export interface SourceState {
  readonly row: number
  readonly footprint: Footprint
  /** Its brightest peak. */
  readonly peak: Peak
  /** Slot centroid, PARENT pixels; the peak until a centroid is measured. */
  x: number
  y: number
  /** Slot shape, px²; absent when it failed. */
  shape: Quadrupole | undefined
}

/** A plug-in could not measure this source: its flag is set, others go on. */
export class MeasurementFailure extends Error {}

/** Measures one thing; when it throws a MeasurementFailure, `<name>_flag` is set. */
export interface MeasurementPlugin {
  readonly name: string
  /** Centroids 0, shapes 1, fluxes 2, what uses aperture-corrected fluxes 3. */
  readonly order: number
  /** Make the columns; gives the function that fills one row. */
  prepare(columns: MeasurementColumns, frame: MeasureFrame): (source: SourceState) => void
}

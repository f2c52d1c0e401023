import type { BoundedField } from './photo-calib.ts'

/** Aperture correction fields by flux column (`base_PsfFlux_instFlux`, `base_PsfFlux_instFluxErr` …). */
export type ApCorrMap = ReadonlyMap<string, BoundedField>

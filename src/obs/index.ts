/**
 * obs: instruments. What a camera looks like (chips, amplifiers, filters, optics), how its headers read, and how its raw
 * frames enter a repository: register, ingest, define visits, curated calibrations.
 * Nouns: Instrument, Camera, Detector (of #image), PhysicalFilter, ObservationInfo. Knows no tasks and no simulator.
 * After Rubin's obs_base, obs_subaru and astro_metadata_translator.
 */
export { HeaderTranslationError, WrongInstrumentError } from './errors.ts'
export type { Camera, DetectorPlacement, Pointing } from './camera.ts'
export {
  type Instrument,
  type PhysicalFilter,
  rawRun,
  calibCollection,
  unboundedRun,
  curatedRun,
  defaultsCollection,
  REFCATS,
  SKYMAPS,
} from './instrument.ts'
export type { ObservationInfo } from './observation-info.ts'

/**
 * obs: instruments. What a camera looks like (chips, amplifiers, filters, optics), how its headers read, and how its raw
 * frames enter a repository: register, ingest, define visits, curated calibrations.
 * Nouns: Instrument, Camera, Detector (of #image), PhysicalFilter, ObservationInfo. Knows no tasks and no simulator.
 * After Rubin's obs_base, obs_subaru and astro_metadata_translator.
 */
export {
  HeaderTranslationError,
  IngestError,
  UnregisteredInstrumentError,
  WrongInstrumentError,
} from './errors.ts'
export { type Camera, makeCamera } from './camera.ts'
export { chipToFocal, type DetectorPlacement, focalToChip, type Pointing } from './placement.ts'
export { type RadialOptics, radialScale, radiusOf, relativePixelArea } from './optics.ts'
export { asTanSip } from './camera-wcs.ts'
export { toSky, toTangent, type TangentPoint } from './tangent.ts'
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
export { toVisitInfo } from './visit-info.ts'
export { toSexagesimal } from './header-reading.ts'
export { describe as describeHeader, flipColumns, flipRows, rawHeader, rawWcs } from './read-raw.ts'
export { HSC, HSC_OPTICS, hscStoredFlip } from './hsc/hsc.ts'
export { HSC_CROSSTALK } from './hsc/detectors.ts'
export { TinyCam } from './tiny/tiny-cam.ts'
export { type GenericFrameOptions, readGenericFrame } from './generic/frame.ts'
export { genericFilter, genericVisitInfo } from './generic/visit-info.ts'
export { formatSection } from './generic/sections.ts'
export { getInstrument, instrumentOf, instruments } from './instruments.ts'
export { registerInstrument } from './repo/register.ts'
export { type IngestRawsOptions, type IngestReport, ingestRaws, RAW_TYPE } from './repo/ingest.ts'
export { type DefineVisitsOptions, defineVisits, visitRegions } from './repo/define-visits.ts'
export { type Grouping, GROUPINGS, ONE_TO_ONE } from './repo/group-exposures.ts'
export { type CuratedCalibration, type CuratedNames, writeCuratedCalibrations } from './repo/curated.ts'
export { obsFormatters, rawFormatter } from './repo/raw-formatter.ts'
export { registerSkyMap, SKYMAP_TYPE } from './repo/register-skymap.ts'
export { skyMapAround, type SkyMapAroundOptions } from './repo/make-discrete-skymap.ts'
export { updateDimensionRegions, type UpdateRegionsOptions } from './repo/visit-geometry.ts'
export { updateExposuresFromRaws, type UpdateExposuresOptions } from './repo/update-exposures.ts'

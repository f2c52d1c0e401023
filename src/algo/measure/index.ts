/** algo/measure: what is measured on each source, as plug-ins that fill columns of a catalog; neighbours are noise meanwhile. */
export {
  defaultPlugins,
  type MeasureOptions,
  measureSources,
} from './measure-sources.ts'
export { MeasurementFailure, type MeasureFrame, type MeasurementPlugin, type SourceState } from './plugin.ts'
export { DEFAULT_SLOTS, withSlotColumns } from './slots.ts'
export { MeasurementColumns } from './columns.ts'
export { sdssCentroid, type SdssCentroidOptions } from './sdss-centroid.ts'
export { footprintCentroid } from './footprint-centroid.ts'
export { sdssShape } from './sdss-shape.ts'
export { psfFlux } from './psf-flux.ts'
export { gaussianFlux } from './gaussian-flux.ts'
export {
  apertureName,
  circularApertureFlux,
  type CircularApertureOptions,
  DEFAULT_APERTURES,
} from './circular-aperture-flux.ts'
export { sincCoefficients } from './sinc-aperture.ts'
export { kronFlux, type KronOptions } from './kron-flux.ts'
export { pixelFlags } from './pixel-flags.ts'
export { classifyExtendedness } from './extendedness.ts'

/** algo/detect: objects above a threshold as footprints with peaks; growing, splitting at saddles, marking in the mask. */
export { DEFAULT_DETECTION, type DetectionOptions, type Detections, detectSources } from './detect-sources.ts'
export { findFootprints, type ThresholdOptions } from './find-footprints.ts'
export { growFootprints } from './grow.ts'
export { splitFootprint, type SplitOptions } from './split.ts'
export { setMaskBorder, setMaskFromFootprints } from './set-mask.ts'
export { gaussianHalf, smooth, type Smoothed } from './smooth.ts'
export { DEFAULT_SKY_OBJECTS, placeSkyObjects, type SkyObjectOptions } from './sky-objects.ts'

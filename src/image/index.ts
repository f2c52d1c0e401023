/**
 * image: pixels and what is known about them. Image, Mask with named planes, MaskedImage, Exposure; PSF models,
 * photometric calibration, visit and detector descriptions, aperture-correction fields, footprints, backgrounds,
 * display stretches and PNG. Positions are PARENT pixels: centres on integers, `xy0` of an image is its first pixel.
 * It knows no file layout of exposures (formats does) and no butler. Ideas: lsst::afw::image, afw::detection, afw::math.
 */
export { Image } from './image.ts'
export { canonicalPlane, MaskPlanes, STANDARD_PLANES } from './mask-planes.ts'
export { Mask } from './mask.ts'
export { MaskedImage } from './masked-image.ts'
export { Exposure, type ExposureInfo, type SummaryStats } from './exposure.ts'
export type { Psf } from './psf.ts'
export {
  axesOf,
  determinantRadius,
  ellipticity,
  type Quadrupole,
  quadrupoleOfAxes,
  traceRadius,
} from './quadrupole.ts'
export { AB_ZERO_NJY, type BoundedField, type Measured, PhotoCalib } from './photo-calib.ts'
export type { ApCorrMap } from './ap-corr-map.ts'
export type { Observatory, RotType, VisitInfo } from './visit-info.ts'
export type { FilterLabel } from './filter-label.ts'
export {
  type Amplifier,
  amplifierAt,
  centeredOrientation,
  type Detector,
  type DetectorType,
  type Orientation,
  type ReadoutCorner,
} from './detector.ts'
export { Footprint, type Peak } from './footprint.ts'
export {
  Background,
  BackgroundList,
  type BackgroundSpline,
  type BackgroundStyle,
  type UndersampleStyle,
} from './background.ts'
export { cellCenters, cellEdges } from './background-cells.ts'
export { GaussianPsf } from './gaussian-psf.ts'
export {
  type LinearCombination,
  LinearCombinationPsf,
  monomials,
  type PolynomialFrame,
} from './linear-combination-psf.ts'
export { normalized, shiftImage, starAt } from './psf-shift.ts'
export { warpKernel } from './warped-psf.ts'
export { type CoaddInput, CoaddPsf } from './coadd-psf.ts'
export { kernelFlux, shapeOfKernel } from './psf-measure.ts'
export { ChebyshevField } from './chebyshev-field.ts'
export type { Defects } from './defects.ts'
export { type DoubleGaussian, makeDoubleGaussianPsf } from './double-gaussian-psf.ts'
export { maskOutside, type Polygon, polygonArea, polygonContains } from './polygon.ts'
export { type NdArray, type NdArrayData, ndArray } from './nd-array.ts'
export { percentileLimits, zscale, type ZScaleOptions } from './display/zscale.ts'
export { makeStretch, type Stretch } from './display/stretch.ts'
export { MASK_COLORS, maskColor, rgbOf } from './display/mask-colors.ts'
export { encodePng } from './display/png.ts'
export { type PreviewOptions, previewPng } from './display/preview.ts'

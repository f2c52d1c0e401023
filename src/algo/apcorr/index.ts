/** algo/apcorr: corrections that make other fluxes agree with a large aperture's over the image. */
export { type ApCorrOptions, type ApCorrResult, DEFAULT_AP_CORR, measureApCorr } from './measure-ap-corr.ts'
export { applyApCorr } from './apply-ap-corr.ts'

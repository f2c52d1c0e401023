/**
 * algo: the astronomy, one folder a subject: isr, interp, background, detect, measure, psf, cosmic, apcorr, match,
 * astrometry, photocal, warp. Functions take
 * masked images, catalogs and plain option records and know no butler, pipeline, config or file. Positions are PARENT
 * pixels, centres on integers. Ideas: ip_isr, meas_algorithms, meas_base, afw::detection of the Rubin stack; each file
 * cites its own and says where it differs.
 */
export * from './isr/index.ts'
export * from './interp/index.ts'
export * from './background/index.ts'
export * from './detect/index.ts'
export * from './measure/index.ts'
export * from './psf/index.ts'
export * from './cosmic/index.ts'
export * from './apcorr/index.ts'
export * from './match/index.ts'
export * from './astrometry/index.ts'
export * from './photocal/index.ts'
export * from './warp/index.ts'
export { algoError, type AlgoErrorCode } from './errors.ts'

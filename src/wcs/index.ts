/**
 * wcs: between pixels and sky. Reads TAN, TAN-SIP, TPV, ZPN, STG and the simple zenithal and cylindrical projections
 * from FITS headers, evaluates them both ways on arrays, writes them back, fits TAN-SIP to point pairs.
 * Pixels are LSST's (FITS minus 1); directions ICRS. It knows no image and no catalog.
 * Ideas: lsst::afw::geom::SkyWcs; Calabretta & Greisen 2002 (FITS paper II); Shupe et al. 2005 (SIP).
 */
export type { PixelArrays, SkyArrays, SkyWcs } from './sky-wcs.ts'
export { hasSkyWcs, type WcsFromHeaderOptions, wcsFromHeader } from './from-header.ts'
export {
  makeCdMatrix,
  makeTanSipWcs,
  makeTanWcs,
  shiftWcs,
  type SipCoefficients,
  type TanSipWcsOptions,
  type TanWcsOptions,
  withPixelOrigin,
} from './make.ts'
export { fitTanSip, type FitTanSipOptions, type TanSipFit } from './fit.ts'

import { HSC, TinyCam } from '#obs'

/** What obs_subaru's config files say, for the fields our tasks have (October 2020). */
const hscIsr = `config.overscan.fitType = 'AKIMA_SPLINE'
config.overscan.order = 30
config.doSuspect = True
config.doCrosstalk = True
config.doBrighterFatter = True
config.fringe.filters = ['y', 'N921', 'N926', 'N973', 'N1010']
config.doVignette = True
config.vignetteXCenter = -1.5
config.vignetteYCenter = 1.5
config.vignetteRadius = 262.5
config.doMeasureBackground = True
config.fluxMag0T1 = {'g': 398107170553.49854, 'r': 398107170553.49854, 'i': 275422870333.81744, 'z': 120226443461.74132, 'y': 91201083935.59116, 'N515': 20892961308.54041, 'N816': 15848931924.611174, 'N921': 19054607179.632523}
`

/** obs_subaru's, with the stars' flux limit in the counts of PSF fluxes. */
const hscCharacterize = `config.repair.cosmicray.nCrPixelMax = 1000000
config.repair.cosmicray.cond3_fac2 = 0.4
config.measurePsf.starSelector['objectSize'].sourceFluxField = 'base_PsfFlux_instFlux'
config.measurePsf.starSelector['objectSize'].fluxMin = 4000.0
config.measurePsf.starSelector['objectSize'].widthMin = 0.9
config.measurePsf.reserve.fraction = 0.2
config.measurement.maxSincRadius = 12.0
`

/** obs_subaru's; colour terms between the catalog's bands and HSC's wait for a simulator that has such bands. */
const hscCalibrate = `config.connections.astromRefCat = 'ps1_pv3_3pi_20170110'
config.connections.photoRefCat = 'ps1_pv3_3pi_20170110'
config.astrometry.wcsFitter.order = 3
config.astrometry.wcsFitter.numRejIter = 3
config.astrometry.wcsFitter.rejSigma = 3.0
config.astrometry.matcher.numBrightStars = 150
config.astrometry.matcher.maxOffsetPix = 250
config.astrometry.matcher.maxRotationDeg = 1.145916
config.photoCal.match.referenceSelection.doMagLimit = True
config.photoCal.match.referenceSelection.magLimit.fluxField = 'i_flux'
config.photoCal.match.referenceSelection.magLimit.maximum = 22.0
config.doWriteMatchesDenormalized = True
config.measurement.maxSincRadius = 12.0
`

/** obs_subaru's kernels. It adds backgrounds back and subtracts skyCorr; until there is a skyCorr, warps are without background. */
const hscMakeWarp = `config.bgSubtracted = True
config.warpAndPsfMatch.warp.warpingKernelName = 'lanczos5'
config.coaddPsf.warpingKernelName = 'lanczos5'
`

const tinyCalibrate = `config.connections.astromRefCat = 'ps1_pv3_3pi_20170110'
config.connections.photoRefCat = 'ps1_pv3_3pi_20170110'
config.astrometry.matcher.minMatchedPairs = 8
`

const tinyMakeWarp = `config.bgSubtracted = True
`

const tinyIsr = `config.overscan.fitType = 'AKIMA_SPLINE'
config.overscan.order = 10
config.doSuspect = True
config.doBrighterFatter = True
config.doMeasureBackground = True
`

/** What an instrument changes in a task's defaults, by class name and the task's default name. */
const overrides: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [HSC.className]: {
    isr: hscIsr,
    characterizeImage: hscCharacterize,
    calibrate: hscCalibrate,
    makeWarp: hscMakeWarp,
  },
  [TinyCam.className]: { isr: tinyIsr, calibrate: tinyCalibrate, makeWarp: tinyMakeWarp },
}

/** Override files of an instrument for a task, in the stack's config form; none for instruments we do not know. */
export function instrumentOverrides(
  instrument: string,
  taskName: string,
): readonly { readonly file: string; readonly text: string }[] {
  const text = overrides[instrument]?.[taskName]
  return text === undefined ? [] : [{ file: `${instrument}/config/${taskName}.py`, text }]
}

/** `HSC` of `lsst.obs.subaru.HyperSuprimeCam`; undefined for instruments we do not know. */
export const instrumentName = (className: string): string | undefined =>
  [HSC, TinyCam].find((instrument) => instrument.className === className)?.name

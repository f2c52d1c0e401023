import { Angle } from '#geom'
import { makeCamera } from '../camera.ts'
import type { Instrument } from '../instrument.ts'
import type { RadialOptics } from '../optics.ts'
import { readCameraRaw } from '../read-raw.ts'
import { hscDetectors } from './detectors.ts'
import { HSC_FILTERS } from './filters.ts'
import { isHscHeader, translateHscHeader } from './translate.ts'

/**
 * Fitted by us to the chip corners of a real z-band visit (17930, COSMOS): residual 0.30″ rms over 103 chips, with the chip
 * positions of the camera as built.
 */
export const HSC_OPTICS: RadialOptics = {
  scale: 0.16878545 / 206264.80624709636,
  norm: 15_000,
  coefficients: [-0.02425981, 0.00092814, -0.00242656, 0.00062655],
}

/** Chips at the edge that stand across are stored upside down, all others mirrored. @see obs_subaru, `_flipChipsLR` */
export const hscStoredFlip = (detector: number): { readonly x: boolean; readonly y: boolean } =>
  detector >= 100 && detector <= 103 ? { x: false, y: true } : { x: true, y: false }

/** Hyper Suprime-Cam on Subaru: 104 science and 8 focus chips. */
export const HSC: Instrument = {
  name: 'HSC',
  className: 'lsst.obs.subaru.HyperSuprimeCam',
  camera: makeCamera('HSC', hscDetectors(), HSC_OPTICS),
  filters: HSC_FILTERS,
  observatory: {
    longitude: Angle.fromDegrees(-155.476667),
    latitude: Angle.fromDegrees(19.825556),
    elevation: 4139,
  },
  visitSystem: 0,
  visitMax: 21_474_800,
  exposureMax: 21_474_800,
  detectorMax: 200,
  rawFormatter: 'lsst.obs.subaru.rawFormatter.HyperSuprimeCamRawFormatter',
  accepts: isHscHeader,
  translateHeader: translateHscHeader,
  readRaw: (file, where = file.name) => readCameraRaw(HSC, file, where, { flip: hscStoredFlip }),
}

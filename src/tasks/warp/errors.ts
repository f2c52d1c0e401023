import { FirstlightError } from '#core'

export const notCalibrated = (name: string): FirstlightError =>
  new FirstlightError(
    'tasks/not-calibrated',
    `The exposure ${name} lacks the WCS, PSF or photometric calibration that a warp needs.`,
    { hint: 'Warps are made of calexps: run calibrate with doAstrometry and doPhotoCal.' },
  )

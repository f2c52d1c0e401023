import { FirstlightError } from '#core'

export const noWcs = (): FirstlightError =>
  new FirstlightError('tasks/no-wcs', 'The exposure has no WCS to start the astrometry from.', {
    hint: 'A rough one is enough; or set doAstrometry=False and doPhotoCal=False.',
  })

export const badAstrometry = (scatter: number, limit: number): FirstlightError =>
  new FirstlightError(
    'tasks/bad-astrometry',
    `The fitted WCS is off by ${scatter.toFixed(3)} arcsec on average; the limit is ${limit}.`,
    { hint: 'See whether the match is right, or raise wcsFitter.maxScatterArcsec.' },
  )

export const noPsf = (): FirstlightError =>
  new FirstlightError('tasks/no-psf', 'The exposure has no PSF to detect and measure with.', {
    hint: 'Run characterizeImage first; calibrate takes its icExp.',
  })

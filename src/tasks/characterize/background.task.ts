import { choiceField, defineConfig, field, type InstanceOf, listField, rangeField } from '#config'
import { type BackgroundOptions, fitBackground, subtractBackground } from '#algo'
import type { BackgroundList, MaskedImage } from '#image'
import { defineTask } from '#pipeline'

const STYLES = {
  CONSTANT: 'the value of the nearest cell',
  LINEAR: 'linear between cell centres',
  NATURAL_SPLINE: 'cubic spline, second derivative 0 at the ends',
  AKIMA_SPLINE: 'Akima spline: no overshoot near outliers',
} as const

export const SubtractBackgroundConfig = defineConfig({
  name: 'lsst.meas.algorithms.subtractBackground.SubtractBackgroundConfig',
  fields: {
    statisticsProperty: choiceField('str', {
      allowed: { MEANCLIP: 'clipped mean', MEDIAN: 'median' },
      default: 'MEANCLIP',
      doc: 'Type of statistic of a cell.',
    }),
    binSize: rangeField('int', {
      min: 1,
      default: 128,
      doc: 'Side of the cells, pixels: larger cells follow less.',
    }),
    algorithm: choiceField('str', {
      allowed: STYLES,
      default: 'AKIMA_SPLINE',
      doc: 'How the values of the cells are joined when useApprox is off.',
    }),
    ignoredPixelMask: listField('str', {
      default: ['BAD', 'EDGE', 'DETECTED', 'DETECTED_NEGATIVE', 'NO_DATA'],
      doc: 'Names of mask planes to ignore while estimating the background.',
    }),
    useApprox: field('bool', {
      default: true,
      doc: 'Use Approximate (Chebyshev) to model the background instead of a spline.',
    }),
    approxOrderX: rangeField('int', {
      min: 0,
      default: 6,
      doc: 'Approximation order of the Chebyshev series.',
    }),
    weighting: field('bool', { default: true, doc: 'Weigh the cells by their inverse variance?' }),
  },
})
export type SubtractBackgroundConfig = InstanceOf<typeof SubtractBackgroundConfig>

/** Options of the algorithm from a config. */
export const backgroundOptions = (config: SubtractBackgroundConfig): BackgroundOptions => ({
  binSize: config.binSize,
  statistic: config.statisticsProperty === 'MEDIAN' ? 'MEDIAN' : 'MEANCLIP',
  ignoredPlanes: config.ignoredPixelMask,
  interpolation: config.algorithm as BackgroundOptions['interpolation'],
  approxOrder: config.useApprox ? config.approxOrderX : undefined,
  weighting: config.weighting,
})

/** Fit and subtract a background. @see lsst.meas.algorithms.SubtractBackgroundTask */
export const SubtractBackgroundTask = defineTask({
  className: 'lsst.meas.algorithms.subtractBackground.SubtractBackgroundTask',
  defaultName: 'subtractBackground',
  config: SubtractBackgroundConfig,
  make: ({ config, log, metadata }) => ({
    /** Subtracts in place. @returns the list with the new model at its end */
    run(maskedImage: MaskedImage, before: BackgroundList): BackgroundList {
      const options = backgroundOptions(config)
      const { background, approxOrder } = fitBackground(maskedImage, options)
      if (approxOrder !== undefined && approxOrder < config.approxOrderX) {
        const { width, height } = background.stats
        log.warn(
          `Too few points in grid (${width}, ${height}) to constrain fit of order ${config.approxOrderX}`,
        )
        log.warn(`Reducing approxOrder to ${approxOrder}`)
      }
      const surface = subtractBackground(maskedImage, background)
      const mean = surface.data.reduce((sum, v) => sum + v, 0) / surface.data.length
      metadata.set('BGMEAN', mean)
      return before.append(background)
    },
  }),
})

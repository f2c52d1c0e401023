import {
  choiceField,
  configField,
  defineConfig,
  dictField,
  field,
  type InstanceOf,
  listField,
  rangeField,
} from '#config'

const OVERSCAN_FITS = {
  MEAN: 'mean of the strip',
  MEANCLIP: 'clipped mean of the strip',
  MEDIAN: 'median of the strip',
  MEDIAN_PER_ROW: 'median of each row',
  POLY: 'polynomial along the rows',
  CHEB: 'Chebyshev polynomial along the rows',
  NATURAL_SPLINE: 'natural spline through `order` knots along the rows',
  CUBIC_SPLINE: 'cubic spline through `order` knots along the rows',
  AKIMA_SPLINE: 'Akima spline through `order` knots along the rows',
} as const

export const OverscanConfig = defineConfig({
  name: 'lsst.ip.isr.isrTask.OverscanConfig',
  fields: {
    fitType: choiceField('str', {
      allowed: OVERSCAN_FITS,
      default: 'MEDIAN',
      doc: 'Model of the bias level in the overscan strip.',
    }),
    order: rangeField('int', {
      min: 1,
      default: 1,
      doc: 'Order of a polynomial, or number of spline knots along the rows; more follow faster drifts and more noise.',
    }),
    numSigmaClip: rangeField('float', {
      min: 0,
      default: 3.0,
      doc: 'Pixels of a row beyond this many robust sigmas from its median are left out.',
    }),
    maxDeviation: rangeField('float', {
      min: 0,
      default: 1000.0,
      doc: 'Pixels further than this from the median of the strip (ADU) are left out.',
    }),
  },
})

export const CrosstalkConfig = defineConfig({
  name: 'lsst.ip.isr.CrosstalkConfig',
  fields: {
    minPixelToMask: field('float', {
      default: 45000.0,
      doc: 'Sources brighter than this over the background (ADU) mark their ghosts with CROSSTALK.',
    }),
    crosstalkMaskPlane: field('str', { default: 'CROSSTALK', doc: 'Name of the mask plane for ghosts.' }),
  },
})

export const FringeConfig = defineConfig({
  name: 'lsst.ip.isr.FringeConfig',
  fields: {
    filters: listField('str', {
      default: [],
      doc: 'Physical filters and bands that show fringes; all others are left alone.',
    }),
  },
})

export const IsrConfig = defineConfig({
  name: 'lsst.ip.isr.IsrTaskConfig',
  fields: {
    doConvertIntToFloat: field('bool', { default: true, doc: 'Convert raw integers to floating point?' }),
    doSaturation: field('bool', {
      default: true,
      doc: 'Mask saturated pixels? Do not also mask them in the defects.',
    }),
    doSuspect: field('bool', { default: false, doc: 'Mask pixels above the suspect level?' }),
    doSetBadRegions: field('bool', { default: true, doc: 'Set BAD pixels to the median of the good ones?' }),
    doOverscan: field('bool', { default: true, doc: 'Subtract the overscan level?' }),
    overscan: configField(OverscanConfig, { doc: 'How the overscan level is modelled.' }),
    doBias: field('bool', { default: true, doc: 'Subtract the bias frame?' }),
    doVariance: field('bool', { default: true, doc: 'Compute the variance plane from gain and read noise?' }),
    doLinearize: field('bool', { default: true, doc: 'Undo the non-linearity given with the amplifiers?' }),
    doCrosstalk: field('bool', { default: false, doc: 'Subtract the ghosts between amplifiers?' }),
    crosstalk: configField(CrosstalkConfig, { doc: 'Crosstalk correction.' }),
    doDefect: field('bool', { default: true, doc: 'Mask the known defects?' }),
    numEdgeSuspect: rangeField('int', {
      min: 0,
      default: 0,
      doc: 'Width of the border that is marked SUSPECT, pixels.',
    }),
    doNanMasking: field('bool', { default: true, doc: 'Mask non-finite pixels?' }),
    doWidenSaturationTrails: field('bool', {
      default: true,
      doc: 'Widen bleed trails by what their width asks for?',
    }),
    doBrighterFatter: field('bool', {
      default: false,
      doc: 'Undo the brighter-fatter effect? Needs a kernel.',
    }),
    brighterFatterMaxIter: rangeField('int', { min: 1, default: 10, doc: 'Largest number of iterations.' }),
    brighterFatterThreshold: field('float', {
      default: 1000.0,
      doc: 'Stop when an iteration changes the image by less than this in sum, electrons.',
    }),
    brighterFatterMaskGrowSize: rangeField('int', {
      min: 0,
      default: 1,
      doc: 'Pixels by which SAT, BAD and NaN masks grow after the correction.',
    }),
    doDark: field('bool', { default: true, doc: 'Subtract the dark frame?' }),
    doFlat: field('bool', { default: true, doc: 'Divide by the flat?' }),
    doFringe: field('bool', { default: true, doc: 'Subtract fringes in the filters that show them?' }),
    fringe: configField(FringeConfig, { doc: 'Fringe correction.' }),
    doVignette: field('bool', { default: false, doc: 'Compute the polygon of the vignetted field?' }),
    vignetteXCenter: field('float', {
      default: 0.0,
      doc: 'Centre of the unvignetted circle in the focal plane, mm.',
    }),
    vignetteYCenter: field('float', {
      default: 0.0,
      doc: 'Centre of the unvignetted circle in the focal plane, mm.',
    }),
    vignetteRadius: field('float', { default: 0.0, doc: 'Radius of the unvignetted circle, mm.' }),
    vignetteNumPolygonPoints: rangeField('int', {
      min: 3,
      default: 100,
      doc: 'Corners of the polygon that stands for the circle.',
    }),
    doInterpolate: field('bool', { default: true, doc: 'Interpolate over masked pixels?' }),
    maskListToInterpolate: listField('str', {
      default: ['SAT', 'BAD', 'UNMASKEDNAN'],
      doc: 'Mask planes that are interpolated over.',
    }),
    growSaturationFootprintSize: rangeField('int', {
      min: 0,
      default: 1,
      doc: 'Pixels by which SAT grows before interpolation.',
    }),
    fwhm: rangeField('float', {
      min: 0,
      default: 1.0,
      doc: 'Correlation length of the interpolation, pixels (the stack passes its seeing in arcsec as pixels).',
    }),
    fluxMag0T1: dictField('str', 'float', {
      default: {
        g: 10 ** (0.4 * 27.0),
        r: 10 ** (0.4 * 27.0),
        i: 10 ** (0.4 * 27.0),
        z: 10 ** (0.4 * 27.0),
        y: 10 ** (0.4 * 27.0),
      },
      doc: 'Counts of a magnitude-zero source in one second, by band: only a placeholder until photometric calibration.',
    }),
    defaultFluxMag0T1: field('float', {
      default: 10 ** (0.4 * 28.0),
      doc: 'The same for bands that are not listed.',
    }),
    doMeasureBackground: field('bool', { default: false, doc: 'Measure sky level and flatness?' }),
    meshX: rangeField('int', { min: 1, default: 256, doc: 'Mesh of the sky flatness, pixels.' }),
  },
})
export type IsrConfig = InstanceOf<typeof IsrConfig>

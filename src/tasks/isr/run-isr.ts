import {
  addCorrection,
  assembleCcd,
  brighterFatterCorrection,
  divideByFlat,
  fillBadPixels,
  fillVariance,
  growPlane,
  interpolateMasked,
  linearize,
  maskBorder,
  maskBoxes,
  maskNans,
  measureSky,
  medianOfUnmasked,
  subtractCrosstalk,
  subtractFrame,
  widenSaturationTrails,
} from '#algo'
import { FirstlightError, type Logger } from '#core'
import { type Detector, Exposure, PhotoCalib } from '#image'
import { processAmplifiers } from './amplifiers.ts'
import type { IsrConfig } from './config.ts'
import type { IsrInputs } from './inputs.ts'
import { vignettePolygon } from './vignette.ts'

/**
 * Instrument signature removal: the steps of ip_isr (October 2020) in its order, each under its config switch and with its
 * log line. The input is left untouched.
 * @returns postISRCCD: ADU, trimmed chip, variance and mask filled, rough WCS and rough photometric calibration
 */
export function runIsr(inputs: IsrInputs, config: IsrConfig, log: Logger): Exposure {
  const { ccdExposure: raw } = inputs
  const detector = raw.detector
  if (detector === undefined)
    throw new FirstlightError(
      'isr/no-detector',
      'The raw exposure says nothing about its detector: amplifiers, gains and overscans are unknown.',
    )
  const metadata = raw.metadata.copy()

  log.info('Converting exposure to floating point values.')
  const work = raw.maskedImage.clone()
  processAmplifiers(work, detector, inputs.defects, config, metadata, log)
  log.info('Assembling CCD from amplifiers.')
  let exposure = new Exposure(assembleCcd(work, detector), { ...raw.info, metadata, unit: 'adu' })

  if (config.doBias) {
    log.info('Applying bias correction.')
    subtractFrame(exposure.maskedImage, wanted(inputs.bias, 'bias', 'doBias').maskedImage, 1, 'bias')
  }
  if (config.doVariance)
    for (const name of fillVariance(exposure.maskedImage, detector))
      log.warn(`Gain of amplifier ${name} is not positive; 1 e-/ADU is taken.`)
  correctSignal(exposure, detector, config, log)
  maskProblems(exposure, inputs, config, log)
  if (config.doBrighterFatter) undoBrighterFatter(exposure, inputs, config, detector, log)
  if (config.doDark) {
    log.info('Applying dark correction.')
    subtractDark(exposure, inputs, log)
  }
  if (config.doFlat) {
    log.info('Applying flat correction.')
    divideByFlat(exposure.maskedImage, wanted(inputs.flat, 'flat', 'doFlat').maskedImage)
  }
  if (config.doFringe) subtractFringe(exposure, config, log)
  if (config.doVignette) {
    log.info('Constructing Vignette polygon.')
    const polygon = vignettePolygon(exposure, detector, config)
    if (polygon !== undefined) exposure = exposure.with({ validPolygon: polygon })
  }
  fillGaps(exposure, config, log)
  exposure = exposure.with({ photoCalib: roughZeroPoint(exposure, config, log) })
  if (config.doMeasureBackground) measureBackground(exposure, config, log)
  return exposure
}

function correctSignal({ maskedImage }: Exposure, detector: Detector, config: IsrConfig, log: Logger): void {
  if (config.doLinearize && linearize(maskedImage, detector).length > 0) log.info('Applying linearizer.')
  if (!config.doCrosstalk) return
  log.info('Applying crosstalk correction.')
  const { crosstalk } = detector
  if (crosstalk === undefined) {
    log
      .child('crosstalk')
      .warn(`No crosstalk coefficients for detector ${detector.name}; nothing is subtracted.`)
    return
  }
  log.child('crosstalk').info('Applying crosstalk correction.')
  const byTarget = crosstalk.map((_, target) => crosstalk.map((row) => row[target] ?? 0))
  subtractCrosstalk(maskedImage, detector, byTarget, { minPixelToMask: config.crosstalk.minPixelToMask })
}

function maskProblems(
  { maskedImage, metadata }: Exposure,
  inputs: IsrInputs,
  config: IsrConfig,
  log: Logger,
): void {
  const { mask } = maskedImage
  if (config.doDefect) {
    log.info('Masking defects.')
    maskBoxes(mask, wanted(inputs.defects, 'defects', 'doDefect').boxes, 'BAD')
  }
  if (config.numEdgeSuspect > 0) maskBorder(mask, config.numEdgeSuspect, 'SUSPECT')
  if (config.doNanMasking) {
    log.info('Masking NAN value pixels.')
    const count = maskNans(maskedImage)
    metadata.set('NUMNANS', count, 'unmasked pixels that were not finite')
    if (count > 0) log.warn(`There were ${count} unmasked NaNs.`)
  }
  if (config.doWidenSaturationTrails) {
    log.info('Widening saturation trails.')
    widenSaturationTrails(mask)
  }
}

/** The charge displaced is computed on a flat-fielded, interpolated copy; only the difference enters the exposure. */
function undoBrighterFatter(
  exposure: Exposure,
  inputs: IsrInputs,
  config: IsrConfig,
  detector: Detector,
  log: Logger,
): void {
  const kernel = wanted(inputs.bfKernel, 'bfKernel', 'doBrighterFatter')
  const [height = 0, width = 0] = kernel.shape
  const { maskedImage } = exposure
  const copy = maskedImage.clone()
  if (config.doDark) subtractDark(exposure.withPixels(copy), inputs, log)
  if (config.doFlat) divideByFlat(copy, wanted(inputs.flat, 'flat', 'doFlat').maskedImage)
  interpolateMasked(copy, {
    planes: config.maskListToInterpolate,
    sigma: config.fwhm,
    fallback: () => medianOfUnmasked(copy, config.maskListToInterpolate),
  })
  if (config.doFlat) {
    const flat = wanted(inputs.flat, 'flat', 'doFlat').image.data
    for (let i = 0; i < copy.image.data.length; i++) copy.image.data[i]! *= flat[i]!
  }
  if (config.doDark) subtractDark(exposure.withPixels(copy), inputs, log, -1)
  const gains = gainImage(maskedImage.image, detector)
  for (let i = 0; i < gains.length; i++) copy.image.data[i]! *= gains[i]!

  log.info(
    `Applying brighter fatter correction using kernel type ${width}x${height} ${kernel.data.constructor.name} / gains of the amplifiers.`,
  )
  const result = brighterFatterCorrection(
    copy.image.data,
    maskedImage.image,
    { width, height, data: Float32Array.from(kernel.data, Number) },
    { maxIter: config.brighterFatterMaxIter, threshold: config.brighterFatterThreshold },
  )
  if (result.converged) log.info(`Finished brighter fatter correction in ${result.iterations} iterations.`)
  else log.warn(`Brighter fatter correction did not converge in ${result.iterations} iterations.`)
  addCorrection(maskedImage, result.correction, gains)
  log.info('Ensuring image edges are masked as SUSPECT to the brighter-fatter kernel size.')
  maskBorder(maskedImage.mask, Math.max(width, height) >> 1, 'EDGE')
  log.info('Growing masks to account for brighter-fatter kernel convolution.')
  for (const plane of ['SAT', 'BAD', 'UNMASKEDNAN'])
    if (maskedImage.mask.planes.has(plane))
      growPlane(maskedImage.mask, plane, config.brighterFatterMaskGrowSize)
}

function gainImage(
  image: { readonly width: number; readonly height: number; readonly x0: number; readonly y0: number },
  detector: Detector,
): Float32Array {
  const gains = new Float32Array(image.width * image.height).fill(1)
  for (const { bbox, gain } of detector.amplifiers)
    for (let y = bbox.y0 - image.y0; y < bbox.y0 - image.y0 + bbox.height; y++) {
      const row = y * image.width + bbox.x0 - image.x0
      gains.fill(gain > 0 ? gain : 1, row, row + bbox.width)
    }
  return gains
}

/** D·t/s with s the dark's own dark time, or 1 with the stack's warning where the frame does not say. */
function subtractDark(exposure: Exposure, inputs: IsrInputs, log: Logger, sign = 1): void {
  const dark = wanted(inputs.dark, 'dark', 'doDark')
  const own = dark.visitInfo?.darkTime
  if (own === undefined)
    log.warn('darkExposure.getInfo().getVisitInfo() does not exist. Using darkScale = 1.0.')
  const time = exposure.visitInfo?.darkTime ?? exposure.visitInfo?.exposureTime
  if (time === undefined)
    throw new FirstlightError(
      'isr/no-dark-time',
      'The exposure has neither a dark time nor an exposure time: the dark cannot be scaled.',
      {
        hint: 'Give the frame an EXPTIME or DARKTIME card, or reduce it without a dark (isr:doDark=False).',
      },
    )
  subtractFrame(
    exposure.maskedImage,
    dark.maskedImage,
    (sign * time) / (own !== undefined && own > 0 ? own : 1),
    'dark',
  )
}

function subtractFringe({ filter }: Exposure, config: IsrConfig, log: Logger): void {
  const names = [filter?.physical, filter?.band].filter((name) => name !== undefined)
  if (!names.some((name) => config.fringe.filters.includes(name))) {
    log.info('Applying fringe correction after flat.')
    log.child('fringe').info('Filter not found in FringeTaskConfig.filters. Skipping fringe correction.')
    return
  }
  throw new FirstlightError(
    'isr/no-fringe',
    `Filter ${names.join('/')} shows fringes, which cannot be subtracted yet.`,
    {
      hint: 'Set isr:doFringe=False to leave them in.',
    },
  )
}

function fillGaps({ maskedImage }: Exposure, config: IsrConfig, log: Logger): void {
  if (config.doSetBadRegions) {
    const { count, value } = fillBadPixels(maskedImage)
    if (count > 0) log.info(`Set ${count} BAD pixels to ${value.toFixed(6)}.`)
  }
  if (!config.doInterpolate) return
  log.info('Interpolating masked pixels.')
  growPlane(maskedImage.mask, 'SAT', config.growSaturationFootprintSize)
  interpolateMasked(maskedImage, {
    planes: config.maskListToInterpolate,
    sigma: config.fwhm,
    fallback: () => medianOfUnmasked(maskedImage, config.maskListToInterpolate),
  })
}

function roughZeroPoint(
  { filter, visitInfo }: Exposure,
  config: IsrConfig,
  log: Logger,
): PhotoCalib | undefined {
  const time = visitInfo?.exposureTime
  if (time === undefined || !(time > 0)) {
    log.warn('Cannot set a rough magnitude zero point: the exposure time is not known or not positive.')
    return undefined
  }
  const band = filter?.band ?? filter?.physical ?? ''
  const known = config.fluxMag0T1.get(band)
  if (known === undefined)
    log.warn(`No rough magnitude zero point for the filter '${band}'; the default is used.`)
  const fluxMag0 = (known ?? config.defaultFluxMag0T1) * time
  log.info(`Setting rough magnitude zero point: ${(2.5 * Math.log10(fluxMag0)).toFixed(6)}`)
  return PhotoCalib.fromFluxMag0(fluxMag0)
}

function measureBackground({ maskedImage, metadata }: Exposure, config: IsrConfig, log: Logger): void {
  log.info('Measuring background level.')
  const sky = measureSky(maskedImage, config.meshX)
  log.info(`Flattened sky level: ${sky.level.toFixed(6)} +/- ${sky.sigma.toFixed(6)}.`)
  log.info(`Measuring sky levels in ${sky.nX}x${sky.nY} grids: ${sky.meshLevel.toFixed(6)}.`)
  log.info(
    `Sky flatness in ${sky.nX}x${sky.nY} grids - pp: ${sky.flatnessPp.toFixed(6)} rms: ${sky.flatnessRms.toFixed(6)}.`,
  )
  metadata.set('SKYLEVEL', sky.level, '[adu] median of the sky')
  metadata.set('SKYSIGMA', sky.sigma, '[adu] clipped scatter of the sky')
  metadata.set('FLATNESS_PP', sky.flatnessPp, 'sky flatness, peak to peak')
  metadata.set('FLATNESS_RMS', sky.flatnessRms, 'sky flatness, rms')
  metadata.set('FLATNESS_NGRIDS', `${sky.nX}x${sky.nY}`, 'cells of the mesh')
}

function wanted<T>(value: T | undefined, name: string, config: string): T {
  if (value !== undefined) return value
  throw new FirstlightError('isr/missing-input', `isr: ${config} is on, but there is no ${name}.`, {
    hint: `Certify a ${name} for this exposure's date, or set isr:${config}=False.`,
    data: { input: name, config },
  })
}

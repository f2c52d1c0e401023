import { choiceField, configurableField, defineConfig, field, type InstanceOf, rangeField } from '#config'
import { detectSources, type Detections } from '#algo'
import type { BackgroundList, Exposure } from '#image'
import { defineTask } from '#pipeline'
import { backgroundOptions, SubtractBackgroundTask } from './background.task.ts'

export const SourceDetectionConfig = defineConfig({
  name: 'lsst.meas.algorithms.detection.SourceDetectionConfig',
  fields: {
    minPixels: rangeField('int', {
      min: 0,
      default: 1,
      doc: 'detected sources with fewer than the specified number of pixels will be ignored',
    }),
    isotropicGrow: field('bool', {
      default: true,
      doc: 'Pixels should be grown as isotropically as possible (slower)',
    }),
    nSigmaToGrow: field('float', {
      default: 2.4,
      doc: 'Grow detections by nSigmaToGrow * [PSF RMS width]; if 0 then do not grow',
    }),
    thresholdValue: rangeField('float', { min: 0, default: 5.0, doc: 'Threshold for footprints' }),
    includeThresholdMultiplier: rangeField('float', {
      min: 0,
      default: 1.0,
      doc: 'Include threshold relative to thresholdValue: objects must have a pixel this much brighter',
    }),
    thresholdType: choiceField('str', {
      allowed: {
        stdev: 'threshold applied to image std deviation',
        value: 'threshold applied to image value',
        pixel_stdev: 'threshold applied to per-pixel std deviation',
      },
      default: 'stdev',
      doc: 'specifies the desired flavor of Threshold',
    }),
    thresholdPolarity: choiceField('str', {
      allowed: {
        positive: 'detect only positive sources',
        negative: 'detect only negative sources',
        both: 'detect both positive and negative sources',
      },
      default: 'positive',
      doc: 'specifies whether to detect positive, or negative sources, or both',
    }),
    reEstimateBackground: field('bool', {
      default: true,
      doc: 'Estimate the background again after final source detection?',
    }),
    background: configurableField(SubtractBackgroundTask, {
      doc: 'Background re-estimation; ignored if reEstimateBackground false',
    }),
  },
})
export type SourceDetectionConfig = InstanceOf<typeof SourceDetectionConfig>

/** Find objects, mark them, subtract the background again. @see lsst.meas.algorithms.SourceDetectionTask */
export const SourceDetectionTask = defineTask({
  className: 'lsst.meas.algorithms.detection.SourceDetectionTask',
  defaultName: 'detection',
  config: SourceDetectionConfig,
  make: ({ config, log, metadata }) => ({
    /** In place. @returns the objects, and the background list with the new model at its end */
    run(
      { maskedImage }: Exposure,
      sigma: number,
      backgrounds: BackgroundList,
    ): { readonly found: Detections; readonly backgrounds: BackgroundList } {
      const found = detectSources(maskedImage, {
        sigma,
        thresholdType: config.thresholdType as 'stdev' | 'value' | 'pixel_stdev',
        threshold: config.thresholdValue,
        includeThresholdMultiplier: config.includeThresholdMultiplier,
        polarity: config.thresholdPolarity as 'positive' | 'negative' | 'both',
        minPixels: config.minPixels,
        nSigmaToGrow: config.nSigmaToGrow,
        isotropicGrow: config.isotropicGrow,
        reEstimateBackground: config.reEstimateBackground,
        background: backgroundOptions(config.background.value),
      })
      const peaks = (list: Detections['positive']) => list.reduce((n, f) => n + f.peaks.length, 0)
      const { positive, negative, background } = found
      const level = config.thresholdValue * config.includeThresholdMultiplier
      log.info(
        `Detected ${peaks(positive)} positive peaks in ${positive.length} footprints and ${peaks(negative)} negative peaks in ${negative.length} footprints to ${level} sigma`,
      )
      metadata.set('nPositive', positive.length)
      metadata.set('nPositivePeaks', peaks(positive))
      if (background === undefined) return { found, backgrounds }
      log.info('Resubtracting the background after object detection')
      return { found, backgrounds: backgrounds.append(background) }
    },
  }),
})

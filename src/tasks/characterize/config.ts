import { configField, configurableField, defineConfig, field, type InstanceOf, rangeField } from '#config'
import { ApplyApCorrTask, MeasureApCorrTask } from './ap-corr.task.ts'
import { SubtractBackgroundTask } from './background.task.ts'
import { SourceDetectionTask } from './detection.task.ts'
import { SingleFrameMeasurementTask } from './measurement.task.ts'
import { MeasurePsfTask } from './measure-psf.task.ts'
import { RepairTask } from './repair.task.ts'

export const InstallGaussianPsfConfig = defineConfig({
  name: 'lsst.meas.algorithms.installGaussianPsf.InstallGaussianPsfConfig',
  fields: {
    fwhm: rangeField('float', {
      min: 0,
      default: 1.5 * 2 * Math.sqrt(2 * Math.LN2),
      doc: 'Estimated FWHM of simple Gaussian PSF model, in pixels. Ignored if input exposure has a PSF model.',
    }),
    width: rangeField('int', {
      min: 1,
      default: 11,
      doc: 'Width and height of PSF model, in pixels. Must be odd.',
    }),
  },
})

export const ClassificationConfig = defineConfig({
  name: 'lsst.meas.base.catalogCalculation.CatalogCalculationConfig',
  fields: {
    fluxRatio: field('float', {
      default: 0.95,
      doc: 'critical ratio of model to psf flux: a source is extended when psfFlux <= fluxRatio * modelFlux',
    }),
  },
})

export const CharacterizeImageConfig = defineConfig({
  name: 'lsst.pipe.tasks.characterizeImage.CharacterizeImageConfig',
  fields: {
    doMeasurePsf: field('bool', {
      default: true,
      doc: 'Measure PSF? If False then for all subsequent operations use either existing PSF model when present, or install simple PSF model when not',
    }),
    psfIterations: rangeField('int', {
      min: 1,
      default: 2,
      doc: 'Number of iterations of doing detect sources, measure sources, estimate PSF. If useSimplePsf is True then 2 should be plenty; otherwise more may be wanted.',
    }),
    background: configurableField(SubtractBackgroundTask, {
      doc: 'Configuration for initial background estimation',
    }),
    detection: configurableField(SourceDetectionTask, {
      doc: 'Detect sources',
      default: (c) => {
        c.includeThresholdMultiplier = 10.0
      },
    }),
    measurement: configurableField(SingleFrameMeasurementTask, { doc: 'Measure sources' }),
    doApCorr: field('bool', { default: true, doc: 'Run subtasks to measure and apply aperture corrections' }),
    measureApCorr: configurableField(MeasureApCorrTask, { doc: 'Subtask to measure aperture corrections' }),
    applyApCorr: configurableField(ApplyApCorrTask, { doc: 'Subtask to apply aperture corrections' }),
    catalogCalculation: configField(ClassificationConfig, { doc: 'Point source or extended' }),
    useSimplePsf: field('bool', {
      default: true,
      doc: 'Replace the existing PSF model with a simplified version that has the same sigma at the start of each PSF determination iteration?',
    }),
    installSimplePsf: configField(InstallGaussianPsfConfig, { doc: 'Install simple PSF model' }),
    measurePsf: configurableField(MeasurePsfTask, { doc: 'Measure PSF' }),
    repair: configurableField(RepairTask, { doc: 'Remove cosmic rays' }),
  },
})
export type CharacterizeImageConfig = InstanceOf<typeof CharacterizeImageConfig>

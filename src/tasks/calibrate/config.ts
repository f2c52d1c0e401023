import {
  configField,
  configurableField,
  defineConfig,
  field,
  type InstanceOf,
  listField,
  rangeField,
} from '#config'
import { ApplyApCorrTask } from '../characterize/ap-corr.task.ts'
import { ClassificationConfig } from '../characterize/config.ts'
import { SourceDetectionTask } from '../characterize/detection.task.ts'
import { SingleFrameMeasurementTask } from '../characterize/measurement.task.ts'
import { AstrometryTask } from './astrometry.task.ts'
import { PhotoCalTask } from './photo-cal.task.ts'
import { LoadReferenceObjectsTask } from './reference-objects.task.ts'
import { SkyObjectsTask } from './sky-objects.task.ts'

export const CalibrateConfig = defineConfig({
  name: 'lsst.pipe.tasks.calibrate.CalibrateConfig',
  fields: {
    doWriteMatches: field('bool', {
      default: true,
      doc: 'Write reference matches (ignored if doAstrometry false)?',
    }),
    doWriteMatchesDenormalized: field('bool', {
      default: false,
      doc: 'Write reference matches in denormalized format? This format uses more disk space, but is more convenient to read. Ignored if doWriteMatches=False or doAstrometry=False.',
    }),
    doAstrometry: field('bool', { default: true, doc: 'Perform astrometric calibration?' }),
    astromRefObjLoader: configurableField(LoadReferenceObjectsTask, {
      doc: 'reference object loader for astrometric calibration',
    }),
    photoRefObjLoader: configurableField(LoadReferenceObjectsTask, {
      doc: 'reference object loader for photometric calibration',
    }),
    astrometry: configurableField(AstrometryTask, {
      doc: 'Perform astrometric calibration to refine the WCS',
    }),
    requireAstrometry: field('bool', {
      default: true,
      doc: 'Raise an exception if astrometry fails? Ignored if doAstrometry false.',
    }),
    doPhotoCal: field('bool', { default: true, doc: 'Perform phometric calibration?' }),
    requirePhotoCal: field('bool', {
      default: true,
      doc: 'Raise an exception if photoCal fails? Ignored if doPhotoCal false.',
    }),
    photoCal: configurableField(PhotoCalTask, { doc: 'Perform photometric calibration' }),
    icSourceFieldsToCopy: listField('str', {
      default: ['calib_psf_candidate', 'calib_psf_used', 'calib_psf_reserved'],
      doc: 'Fields to copy from the icSource catalog to the output catalog for matching sources. Any missing fields will trigger an error.',
    }),
    matchRadiusPix: rangeField('float', {
      min: 0,
      default: 3,
      doc: 'Match radius for matching icSourceCat objects to sourceCat objects (pixels)',
    }),
    detection: configurableField(SourceDetectionTask, { doc: 'Detect sources' }),
    doSkySources: field('bool', { default: true, doc: 'Generate sky sources?' }),
    skySources: configurableField(SkyObjectsTask, { doc: 'Generate sky sources' }),
    measurement: configurableField(SingleFrameMeasurementTask, { doc: 'Measure sources' }),
    doApCorr: field('bool', { default: true, doc: 'Run subtask to apply aperture correction' }),
    applyApCorr: configurableField(ApplyApCorrTask, { doc: 'Subtask to apply aperture corrections' }),
    catalogCalculation: configField(ClassificationConfig, { doc: 'Point source or extended' }),
  },
})
export type CalibrateConfig = InstanceOf<typeof CalibrateConfig>

import type { DatasetTypeSpec } from '#butler'
import { REFCAT_LEVEL } from '../refcat.ts'

const calibration = (name: string, storageClass: string, ...dimensions: string[]): DatasetTypeSpec => ({
  name,
  dimensions: ['instrument', ...dimensions],
  storageClass,
  isCalibration: true,
})

export const CALIB_TYPES = {
  bias: calibration('bias', 'ExposureF', 'detector'),
  dark: calibration('dark', 'ExposureF', 'detector'),
  flat: calibration('flat', 'ExposureF', 'physical_filter', 'detector'),
} as const

export const DEFECTS_TYPE = calibration('defects', 'Defects', 'detector')
export const BF_KERNEL_TYPE = calibration('bfKernel', 'NumpyArray')

/** What was true of a raw frame: a table of sources. */
export const TRUTH_TYPE: DatasetTypeSpec = {
  name: 'sim_truth',
  dimensions: ['instrument', 'exposure', 'detector'],
  storageClass: 'ArrowAstropy',
}

export const refcatType = (name: string): DatasetTypeSpec => ({
  name,
  dimensions: [`htm${REFCAT_LEVEL}`],
  storageClass: 'SimpleCatalog',
})

import { definePipelineTask, input, output, prerequisiteInput, valueType } from '#pipeline'
import type { Defects, NdArray } from '#image'
import { IsrConfig } from './config.ts'
import { runIsr } from './run-isr.ts'

const CHIP = ['instrument', 'detector'] as const

/** Instrument signature removal of one CCD: raw → postISRCCD. @see lsst.ip.isr.IsrTask, October 2020 */
export const IsrTask = definePipelineTask({
  className: 'lsst.ip.isr.IsrTask',
  defaultName: 'isr',
  dimensions: ['instrument', 'exposure', 'detector'],
  connections: {
    ccdExposure: input({
      name: 'raw',
      storageClass: 'Exposure',
      dimensions: ['instrument', 'exposure', 'detector'],
      doc: 'Input exposure to process.',
    }),
    bias: prerequisiteInput({
      name: 'bias',
      storageClass: 'ExposureF',
      dimensions: CHIP,
      isCalibration: true,
      optional: true,
      doc: 'Input bias calibration.',
    }),
    dark: prerequisiteInput({
      name: 'dark',
      storageClass: 'ExposureF',
      dimensions: CHIP,
      isCalibration: true,
      optional: true,
      doc: 'Input dark calibration.',
    }),
    flat: prerequisiteInput({
      name: 'flat',
      storageClass: 'ExposureF',
      dimensions: ['instrument', 'physical_filter', 'detector'],
      isCalibration: true,
      optional: true,
      doc: 'Input flat calibration.',
    }),
    defects: prerequisiteInput({
      name: 'defects',
      storageClass: 'Defects',
      dimensions: CHIP,
      isCalibration: true,
      optional: true,
      value: valueType<Defects>(),
      doc: 'Input defect tables.',
    }),
    bfKernel: prerequisiteInput({
      name: 'bfKernel',
      storageClass: 'NumpyArray',
      dimensions: ['instrument'],
      isCalibration: true,
      optional: true,
      value: valueType<NdArray>(),
      doc: 'Input brighter-fatter kernel.',
    }),
    outputExposure: output({
      name: 'postISRCCD',
      storageClass: 'Exposure',
      dimensions: ['instrument', 'exposure', 'detector'],
      doc: 'Output ISR processed exposure.',
    }),
  },
  config: IsrConfig,
  adjustConnections(config, edit) {
    if (!config.doBias) edit.remove('bias')
    if (!config.doDark) edit.remove('dark')
    if (!config.doFlat) edit.remove('flat')
    if (!config.doDefect) edit.remove('defects')
    if (!config.doBrighterFatter) edit.remove('bfKernel')
  },
  run: (inputs, { config, log }) => ({ outputExposure: runIsr(present(inputs), config, log) }),
})

/** Without the keys whose connection was taken out. */
const present = <T extends object>(inputs: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined)) as never

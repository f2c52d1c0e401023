export { AstrometryConfig, AstrometryTask } from './astrometry.task.ts'
export { PhotoCalConfig, PhotoCalTask } from './photo-cal.task.ts'
export {
  LoadReferenceObjectsConfig,
  LoadReferenceObjectsTask,
  type ReferenceObjects,
} from './reference-objects.task.ts'
export { SkyObjectsConfig, SkyObjectsTask } from './sky-objects.task.ts'
export { CalibrateConfig } from './config.ts'
export { calibrate, type Calibrated, type CalibrateInputs } from './calibrate.ts'
export { CalibrateTask } from './calibrate.task.ts'
export { srcSchema } from './schema.ts'

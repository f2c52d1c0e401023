import { TaskRegistry } from '#pipeline'

/**
 * Every task that ships with us, by the class names that pipeline files use. Tasks are imported when a pipeline first
 * asks for them: add one by a line `.addLazy(['lsst.ip.isr.IsrTask'], async () => (await import('./isr/isr.task.ts')).IsrTask)`.
 */
export const taskRegistry = new TaskRegistry()
  .addLazy(
    ['lsst.ip.isr.IsrTask', 'lsst.ip.isr.isrTask.IsrTask'],
    async () => (await import('./isr/isr.task.ts')).IsrTask,
  )
  .addLazy(
    ['lsst.pipe.tasks.characterizeImage.CharacterizeImageTask'],
    async () => (await import('./characterize/characterize-image.task.ts')).CharacterizeImageTask,
  )
  .addLazy(
    ['lsst.pipe.tasks.calibrate.CalibrateTask'],
    async () => (await import('./calibrate/calibrate.task.ts')).CalibrateTask,
  )
  .addLazy(
    ['lsst.pipe.tasks.makeCoaddTempExp.MakeWarpTask'],
    async () => (await import('./warp/make-warp.task.ts')).MakeWarpTask,
  )

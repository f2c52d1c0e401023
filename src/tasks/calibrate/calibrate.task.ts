import type { BackgroundList } from '#image'
import {
  definePipelineTask,
  initInput,
  initOutput,
  input,
  output,
  prerequisiteInput,
  valueType,
} from '#pipeline'
import { Catalog } from '#table'
import { sourceIds } from '../characterize/characterize-image.task.ts'
import { calibrate } from './calibrate.ts'
import { CalibrateConfig } from './config.ts'
import { srcSchema } from './schema.ts'

const VISIT = ['instrument', 'visit', 'detector'] as const

const refcat = (doc: string) =>
  prerequisiteInput({
    name: 'cal_ref_cat',
    storageClass: 'SimpleCatalog',
    dimensions: ['skypix'],
    multiple: true,
    deferLoad: true,
    optional: true,
    value: valueType<Catalog>(),
    doc,
  })

/** Full measurement, astrometric and photometric calibration of one CCD: icExp, icSrc → calexp, src. */
export const CalibrateTask = definePipelineTask({
  className: 'lsst.pipe.tasks.calibrate.CalibrateTask',
  defaultName: 'calibrate',
  dimensions: VISIT,
  connections: {
    icSourceSchema: initInput({
      name: 'icSrc_schema',
      storageClass: 'ArrowAstropy',
      value: valueType<Catalog>(),
      doc: 'Schema produced by characterize image task, used to initialize this task',
    }),
    exposure: input({
      name: 'icExp',
      storageClass: 'ExposureF',
      dimensions: VISIT,
      doc: 'Input image to calibrate',
    }),
    background: input({
      name: 'icExpBackground',
      storageClass: 'Background',
      dimensions: VISIT,
      value: valueType<BackgroundList>(),
      doc: 'Backgrounds determined by characterize task',
    }),
    icSourceCat: input({
      name: 'icSrc',
      storageClass: 'ArrowAstropy',
      dimensions: VISIT,
      value: valueType<Catalog>(),
      doc: 'Source catalog created by characterize task',
    }),
    astromRefCat: refcat('Reference catalog to use for astrometry'),
    photoRefCat: refcat('Reference catalog to use for photometric calibration'),
    outputExposure: output({
      name: 'calexp',
      storageClass: 'ExposureF',
      dimensions: VISIT,
      doc: 'Exposure after running calibration task',
    }),
    outputCat: output({
      name: 'src',
      storageClass: 'ArrowAstropy',
      dimensions: VISIT,
      value: valueType<Catalog>(),
      doc: 'Source catalog produced in calibrate task',
    }),
    outputBackground: output({
      name: 'calexpBackground',
      storageClass: 'Background',
      dimensions: VISIT,
      value: valueType<BackgroundList>(),
      doc: 'Background models estimated in calibration task',
    }),
    matches: output({
      name: 'srcMatch',
      storageClass: 'ArrowAstropy',
      dimensions: VISIT,
      optional: true,
      value: valueType<Catalog>(),
      doc: 'Source/refObj matches from the astrometry solver',
    }),
    matchesDenormalized: output({
      name: 'srcMatchFull',
      storageClass: 'ArrowAstropy',
      dimensions: VISIT,
      optional: true,
      value: valueType<Catalog>(),
      doc: 'Denormalized matches from astrometry solver',
    }),
    outputSchema: initOutput({
      name: 'src_schema',
      storageClass: 'ArrowAstropy',
      value: valueType<Catalog>(),
      doc: 'Schema after CalibrateTask has been initialized',
    }),
  },
  config: CalibrateConfig,
  adjustConnections(config, edit) {
    if (!config.doAstrometry) edit.remove('astromRefCat')
    if (!config.doPhotoCal) edit.remove('photoRefCat')
    const matches = config.doAstrometry && config.doWriteMatches
    if (!matches) edit.remove('matches')
    if (!matches || !config.doWriteMatchesDenormalized) edit.remove('matchesDenormalized')
  },
  init: ({ icSourceSchema }, { config }) => ({
    outputSchema: Catalog.empty(srcSchema(config, icSourceSchema.schema)),
  }),
  async run(inputs, context) {
    const { exposure, background, icSourceCat } = inputs
    const load = async (handles: typeof inputs.astromRefCat) =>
      handles && Promise.all(handles.map((handle) => handle.get()))
    const [astromRefCat, photoRefCat] = [await load(inputs.astromRefCat), await load(inputs.photoRefCat)]
    return calibrate(
      { exposure, background, icSourceCat, astromRefCat, photoRefCat },
      sourceIds(context.dataId),
      context,
    )
  },
})

import type { DeferredDataset } from '#butler'
import type { Box2I } from '#geom'
import type { BackgroundList, Exposure } from '#image'
import { definePipelineTask, input, output, valueType } from '#pipeline'
import type { SkyMap } from '#skymap'
import type { SkyWcs } from '#wcs'
import { sourceIds } from '../characterize/characterize-image.task.ts'
import { MakeWarpConfig } from './config.ts'
import { makeWarp, type WarpInput, type WarpTarget } from './make-warp.ts'

const CHIP = ['instrument', 'visit', 'detector'] as const

/** The calexps of one visit on the pixels of a patch: calexp → deepCoadd_directWarp. */
export const MakeWarpTask = definePipelineTask({
  className: 'lsst.pipe.tasks.makeCoaddTempExp.MakeWarpTask',
  defaultName: 'makeWarp',
  dimensions: ['tract', 'patch', 'skymap', 'instrument', 'visit'],
  defaultTemplates: { coaddName: 'deep', calexpType: '' },
  connections: {
    calExpList: input({
      name: '{calexpType}calexp',
      storageClass: 'ExposureF',
      dimensions: CHIP,
      multiple: true,
      deferLoad: true,
      doc: 'Input exposures to be resampled onto a SkyMap projection/patch',
    }),
    backgroundList: input({
      name: 'calexpBackground',
      storageClass: 'Background',
      dimensions: CHIP,
      multiple: true,
      deferLoad: true,
      optional: true,
      value: valueType<BackgroundList>(),
      doc: 'Input backgrounds to be added back into the calexp if bgSubtracted=False',
    }),
    skyCorrList: input({
      name: 'skyCorr',
      storageClass: 'Background',
      dimensions: CHIP,
      multiple: true,
      deferLoad: true,
      optional: true,
      value: valueType<BackgroundList>(),
      doc: 'Input Sky Correction to be subtracted from the calexp if doApplySkyCorr=True',
    }),
    skyMap: input({
      name: 'skyMap',
      storageClass: 'SkyMap',
      dimensions: ['skymap'],
      value: valueType<SkyMap>(),
      doc: 'Input definition of geometry/bbox and projection/wcs for warped exposures',
    }),
    direct: output({
      name: '{coaddName}Coadd_directWarp',
      storageClass: 'ExposureF',
      dimensions: ['tract', 'patch', 'skymap', 'visit', 'instrument'],
      optional: true,
      doc: 'Output direct warped exposure (previously called CoaddTempExp), produced by resampling calexps onto the skyMap patch geometry.',
    }),
  },
  config: MakeWarpConfig,
  adjustConnections(config, edit) {
    if (config.bgSubtracted) edit.remove('backgroundList')
    if (!config.doApplySkyCorr) edit.remove('skyCorrList')
    if (!config.makeDirect) edit.remove('direct')
  },
  async run({ calExpList, backgroundList, skyCorrList, skyMap }, context) {
    if (!context.config.makeDirect) return {}
    const inputs = calExpList.map((handle) => warpInput(handle, backgroundList, skyCorrList))
    return { direct: await makeWarp(inputs, targetOf(skyMap, context.dataId), context) }
  },
})

type Backgrounds = readonly DeferredDataset<BackgroundList>[] | undefined

function warpInput(
  handle: DeferredDataset<Exposure>,
  backgrounds: Backgrounds,
  skyCorrs: Backgrounds,
): WarpInput {
  const { visit, detector } = handle.dataId
  const ofChip = (handles: Backgrounds) => handles?.find((other) => other.dataId['detector'] === detector)
  return {
    id: sourceIds(handle.dataId).expId,
    name: `visit ${String(visit)}, detector ${String(detector)}`,
    bbox: async () => (await handle.get({ component: 'bbox' })) as unknown as Box2I,
    wcs: async () => (await handle.get({ component: 'wcs' })) as unknown as SkyWcs | undefined,
    exposure: (bbox) => handle.get({ parameters: { bbox } }),
    background: async () => ofChip(backgrounds)?.get(),
    skyCorr: async () => ofChip(skyCorrs)?.get(),
  }
}

function targetOf(skyMap: SkyMap, dataId: Readonly<Record<string, unknown>>): WarpTarget {
  const patch = Number(dataId['patch'])
  const { outerBBox, wcs } = skyMap.tract(Number(dataId['tract'])).patch(patch)
  return { bbox: outerBBox, wcs, patch }
}

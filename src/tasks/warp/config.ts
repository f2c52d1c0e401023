import {
  choiceField,
  configField,
  configurableField,
  defineConfig,
  field,
  type InstanceOf,
  listField,
  rangeField,
} from '#config'
import { warpImage, type WarpResult } from '#algo'
import type { Box2I } from '#geom'
import type { MaskedImage } from '#image'
import { defineTask } from '#pipeline'
import type { SkyWcs } from '#wcs'

const KERNELS = {
  lanczos3: 'Lanczos of order 3',
  lanczos4: 'Lanczos of order 4',
  lanczos5:
    'Lanczos of order 5: keeps more of the finest detail, rings further around what is not resampled well',
} as const

/** The order of a kernel's name: 3 of lanczos3. */
export const orderOf = (kernelName: string): number => Number(kernelName.slice('lanczos'.length))

export const WarperConfig = defineConfig({
  name: 'lsst.afw.math.warper.WarperConfig',
  fields: {
    warpingKernelName: choiceField('str', { allowed: KERNELS, default: 'lanczos3', doc: 'Warping kernel' }),
    interpLength: rangeField('int', {
      min: 1,
      default: 10,
      doc: 'interpLength argument to lsst.afw.math.warpExposure: pixels between exactly computed positions',
    }),
    growFullMask: listField('str', {
      default: ['EDGE'],
      doc: 'mask planes to grow to the full width of image/variance kernel; others are those of the four nearest pixels',
    }),
  },
})

export const WarpAndPsfMatchConfig = defineConfig({
  name: 'lsst.pipe.tasks.warpAndPsfMatch.WarpAndPsfMatchConfig',
  fields: { warp: configField(WarperConfig, { doc: 'warper configuration' }) },
})

/** Warp the pixels of one exposure. @see lsst.pipe.tasks.warpAndPsfMatch.WarpAndPsfMatchTask, the direct warp */
export const WarpAndPsfMatchTask = defineTask({
  className: 'lsst.pipe.tasks.warpAndPsfMatch.WarpAndPsfMatchTask',
  defaultName: 'warpAndPsfMatch',
  config: WarpAndPsfMatchConfig,
  make: ({ config: { warp } }) => ({
    run: (pixels: MaskedImage, from: SkyWcs, box: Box2I, to: SkyWcs): WarpResult =>
      warpImage(pixels, from, box, to, {
        order: orderOf(warp.warpingKernelName),
        interpLength: warp.interpLength,
        growFullMask: warp.growFullMask,
      }),
  }),
})

export const CoaddPsfConfig = defineConfig({
  name: 'lsst.meas.algorithms.coaddPsf.CoaddPsfConfig',
  fields: {
    warpingKernelName: choiceField('str', {
      allowed: KERNELS,
      default: 'lanczos3',
      doc: 'Warping kernel of the PSF',
    }),
  },
})

export const MakeWarpConfig = defineConfig({
  name: 'lsst.pipe.tasks.makeCoaddTempExp.MakeWarpConfig',
  fields: {
    badMaskPlanes: listField('str', {
      default: ['NO_DATA'],
      doc: 'Mask planes that, if set, the associated pixel should not be included in the coaddTempExp.',
    }),
    warpAndPsfMatch: configurableField(WarpAndPsfMatchTask, { doc: 'Task to warp calexp' }),
    coaddPsf: configField(CoaddPsfConfig, { doc: 'Configuration for CoaddPsf' }),
    bgSubtracted: field('bool', {
      default: false,
      doc: 'Work with a background subtracted calexp? If not, the background is added back first.',
    }),
    doApplySkyCorr: field('bool', { default: false, doc: 'Apply sky correction?' }),
    makeDirect: field('bool', { default: true, doc: 'Make direct Warp/Coadds' }),
    doWriteEmptyWarps: field('bool', {
      default: false,
      doc: 'Write out warps even if they are empty: then pixels are NaN and there is no PSF',
    }),
  },
})
export type MakeWarpConfig = InstanceOf<typeof MakeWarpConfig>

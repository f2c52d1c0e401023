import { configField, defineConfig, field, type InstanceOf, rangeField } from '#config'
import { findCosmicRays } from '#algo'
import type { MaskedImage, Psf } from '#image'
import { defineTask } from '#pipeline'

export const FindCosmicRaysConfig = defineConfig({
  name: 'lsst.meas.algorithms.findCosmicRaysConfig.FindCosmicRaysConfig',
  fields: {
    nCrPixelMax: rangeField('int', {
      min: 1,
      default: 10000,
      doc: 'Maximum number of contaminated pixels; more stop the task.',
    }),
    minSigma: field('float', {
      default: 6.0,
      doc: 'CRs must be > this many sky-sig above sky; lower finds fainter ones and more noise.',
    }),
    min_DN: field('float', {
      default: 150.0,
      doc: 'CRs must have > this many DN (== electrons/gain) in initial detection',
    }),
    cond3_fac: field('float', { default: 2.5, doc: 'used in condition 3 for CR; see CR.cc code' }),
    cond3_fac2: field('float', {
      default: 0.6,
      doc: 'used in condition 3 for CR: the fraction of the PSF a neighbour must fall below; higher takes more for CRs',
    }),
    niteration: rangeField('int', {
      min: 0,
      default: 3,
      doc: 'number of times to look for contaminated pixels near known CR pixels',
    }),
    keepCRs: field('bool', { default: false, doc: "Don't interpolate over CR pixels" }),
  },
})

export const RepairConfig = defineConfig({
  name: 'lsst.pipe.tasks.repair.RepairConfig',
  fields: {
    doCosmicRay: field('bool', { default: true, doc: 'Find and mask out cosmic rays?' }),
    cosmicray: configField(FindCosmicRaysConfig, { doc: 'Options for finding and masking cosmic rays' }),
  },
})
export type RepairConfig = InstanceOf<typeof RepairConfig>

/** Mask cosmic rays and interpolate over them. @see lsst.pipe.tasks.repair.RepairTask */
export const RepairTask = defineTask({
  className: 'lsst.pipe.tasks.repair.RepairTask',
  defaultName: 'repair',
  config: RepairConfig,
  make: ({ config, log, metadata }) => ({
    /** In place; `keepCRs` marks only. Marks of an earlier call are taken off first. */
    run(
      maskedImage: MaskedImage,
      psf: Psf,
      options: { readonly keepCRs?: boolean; readonly seed: bigint },
    ): void {
      if (!config.doCosmicRay) return
      const { cosmicray: cr } = config
      maskedImage.mask.clearPlanes('CR')
      const found = findCosmicRays(maskedImage, psf, {
        minSigma: cr.minSigma,
        minCounts: cr.min_DN,
        condition3Sigmas: cr.cond3_fac,
        condition3Fraction: cr.cond3_fac2,
        rounds: cr.niteration,
        maxPixels: cr.nCrPixelMax,
        keep: options.keepCRs ?? cr.keepCRs,
        seed: options.seed,
      })
      log.info(`Identified ${found.count} cosmic rays.`)
      metadata.set('nCosmicRays', found.count)
    },
  }),
})

import { defineConfig, type InstanceOf, listField, rangeField } from '#config'
import { placeSkyObjects } from '#algo'
import type { Footprint, Mask } from '#image'
import { Random } from '#math'
import { defineTask } from '#pipeline'

export const SkyObjectsConfig = defineConfig({
  name: 'lsst.meas.algorithms.skyObjects.SkyObjectsConfig',
  fields: {
    avoidMask: listField('str', {
      default: ['DETECTED', 'DETECTED_NEGATIVE', 'BAD', 'NO_DATA'],
      doc: 'Avoid pixels masked with these mask planes',
    }),
    sourceRadius: rangeField('float', { min: 1, default: 8, doc: 'Radius, in pixels, of sky objects' }),
    nSources: rangeField('int', { min: 0, default: 100, doc: 'Try to add this many sky objects' }),
    nTrialSources: rangeField('int', {
      min: 0,
      default: null,
      optional: true,
      doc: 'Maximum number of trial sky object positions (default: nSkySources*nTrialSkySourcesMultiplier)',
    }),
    nTrialSourcesMultiplier: rangeField('int', {
      min: 1,
      default: 5,
      doc: 'Set nTrialSkySources to nSkySources*nTrialSkySourcesMultiplier if nTrialSkySources is None',
    }),
  },
})
export type SkyObjectsConfig = InstanceOf<typeof SkyObjectsConfig>

/** Places on empty sky to be measured as sources are. @see lsst.meas.algorithms.SkyObjectsTask */
export const SkyObjectsTask = defineTask({
  className: 'lsst.meas.algorithms.skyObjects.SkyObjectsTask',
  defaultName: 'skyObjects',
  config: SkyObjectsConfig,
  make: ({ config, log }) => ({
    run(mask: Mask, seed: bigint): Footprint[] {
      const { nSources, nTrialSources, nTrialSourcesMultiplier, sourceRadius, avoidMask } = config
      const placed = placeSkyObjects(mask, new Random(seed), {
        count: nSources,
        radius: sourceRadius,
        avoidMask,
        maxTries: nTrialSources ?? nSources * nTrialSourcesMultiplier,
      })
      const share = nSources > 0 ? (100 * placed.length) / nSources : 100
      log.info(`Added ${placed.length} of ${nSources} requested sky sources (${share.toFixed(0)}%)`)
      return placed
    },
  }),
})
